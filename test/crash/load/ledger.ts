// The agents under load: each keeps the entries that it was sent, four by patches, four as a fold. Some ask the next one.
import { type AgentDefinition, agentRef, AppendList, defineAgent, type EventEnvelope } from "aitor";

/** An entry: who sent it, and which one of theirs it is. */
export interface Entry {
  readonly sender: string;
  readonly n: number;
  /** Whom to ask to keep it too. */
  readonly also?: number;
}

export const AGENTS = 8;

const textOf = ({ sender, n }: Entry): string => `${sender}/${n}`;

/** Kept by patches; the even ids. */
const patched = defineAgent({
  name: "patched",
  memory: () => ({ entries: [] as string[] }),
  onReceive: async (entry: Entry, ctx) => {
    const { also } = entry;
    const text = await ctx.step("take", () => textOf(entry));
    if (also !== undefined) await ctx.ask(ledgerOf(also), String(also), { sender: `${entry.sender}+`, n: entry.n });
    ctx.memory.update((draft) => void draft.entries.push(text));
  },
});

/** Kept as a fold; the odd ids. */
const folded = defineAgent({
  name: "folded",
  fold: {
    initial: () => AppendList.of<string>(),
    apply: (entries, { type, data }: EventEnvelope) =>
      type === "entry-taken" ? entries.append(data as string) : entries,
  },
  codec: { encode: (entries) => entries.toJSON(), decode: (value) => AppendList.of(value as string[]) },
  onReceive: async (entry: Entry, ctx) => {
    const { also } = entry;
    await ctx.step("take", (step) => step.record("entry-taken", textOf(entry)));
    if (also !== undefined) await ctx.ask(ledgerOf(also), String(also), { sender: `${entry.sender}+`, n: entry.n });
  },
});

export const definitions: readonly [typeof patched, typeof folded] = [patched, folded];

const [byPatches, byFold] = [agentRef<Entry>("patched"), agentRef<Entry>("folded")];

function ledgerOf(agent: number): typeof byPatches {
  return agent % 2 === 0 ? byPatches : byFold;
}

/** Sends to itself what kills it. */
export const deadly: AgentDefinition<string[], string, string> = defineAgent({
  name: "deadly",
  memory: () => [] as string[],
  onReceive: async (text: string, ctx) => {
    if (text === "kill") await ctx.step("die", () => void process.kill(process.pid, "SIGKILL"));
    ctx.memory.update((draft) => void draft.push(text));
    return text;
  },
});
