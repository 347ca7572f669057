// A process with an agent whose every call of a step is witnessed; it is sent one message by many at a time.
import { AitorHost, defineAgent } from "aitor";
import { sqliteJournal } from "aitor/sqlite";

import { appendLine } from "../points/witness.ts";
import { tellLine } from "../told.ts";

export interface DuplicatesPlan {
  readonly journal: string;
  /** A line for each call of a step, `first` or `second`. */
  readonly calls: string;
  /** How many send the message at the same time. */
  readonly senders: number;
  /** How long the second step takes. */
  readonly slowMs: number;
}

export type DuplicatesTold =
  | { readonly told: "open" }
  /** The second step is under way. */
  | { readonly told: "half" }
  | { readonly told: "replies"; readonly replies: readonly unknown[]; readonly memory: readonly string[] };

const tell = (told: DuplicatesTold): void => tellLine(told);

await main(JSON.parse(process.argv[2] ?? "") as DuplicatesPlan);

async function main({ journal: path, calls, senders, slowMs }: DuplicatesPlan): Promise<void> {
  const Till = defineAgent({
    name: "till",
    memory: () => [] as string[],
    onReceive: async (order: string, ctx) => {
      await ctx.step("first", () => appendLine(calls, "first"));
      await ctx.step("second", async () => {
        appendLine(calls, "second");
        tell({ told: "half" });
        await new Promise((resolve) => setTimeout(resolve, slowMs));
      });
      ctx.memory.update((draft) => void draft.push(order));
      return `receipt ${ctx.memory.value.length}`;
    },
  });
  await using journal = sqliteJournal(path);
  await using host = new AitorHost({ journal, agents: [Till] });
  const till = await host.open(Till, "1");
  tell({ told: "open" });
  const replies = await Promise.all(Array.from({ length: senders }, () => till.ask("order", { id: "order-1" })));
  tell({ told: "replies", replies, memory: await till.read() });
  // Until it is killed: others may ask it too.
  await new Promise(() => setInterval(() => {}, 1_000_000));
}
