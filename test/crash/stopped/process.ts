// A process with an agent that keeps numbers, as fast as it is acknowledged; or a second one, that wants to write what the first
// one writes; or the last one, that tells what is remembered.
import { type AitorError, AitorHost, defineAgent, isAitorError } from "aitor";
import { sqliteJournal } from "aitor/sqlite";

import { tellLine } from "../told.ts";

export interface StoppedPlan {
  readonly does: "keep" | "intrude" | "remember";
  readonly journal: string;
}

export type StoppedTold =
  | { readonly told: "kept"; readonly n: number }
  | { readonly told: "refused"; readonly code: string; readonly pid: unknown; readonly text: string }
  | { readonly told: "opened" }
  | { readonly told: "remembers"; readonly numbers: readonly number[] };

const Keeper = defineAgent({
  name: "keeper",
  memory: () => [] as number[],
  onReceive: async (n: number, ctx) => {
    await ctx.step("look", () => n);
    ctx.memory.update((draft) => void draft.push(n));
  },
});

const tell = (told: StoppedTold): void => tellLine(told);

await main(JSON.parse(process.argv[2] ?? "") as StoppedPlan);

async function main({ does, journal: path }: StoppedPlan): Promise<void> {
  await using journal = sqliteJournal(path);
  if (does === "intrude") {
    const error: unknown = await journal.ready().catch((thrown: unknown) => thrown);
    tell(isAitorError(error) ? refusal(error) : { told: "opened" });
    return;
  }
  await using host = new AitorHost({ journal, agents: [Keeper], attempts: 1_000_000 });
  const keeper = await host.open(Keeper, "1");
  if (does === "remember") {
    await keeper.ask(-1); // behind all that waits
    tell({ told: "remembers", numbers: await keeper.read() });
    return;
  }
  for (let n = 0; ; n++) {
    if (n % 3 === 0) await keeper.ask(n);
    else await keeper.tell(n);
    tell({ told: "kept", n });
  }
}

function refusal({ code, message, data }: AitorError): StoppedTold {
  return { told: "refused", code, pid: (data as { readonly pid?: number } | undefined)?.pid, text: message };
}
