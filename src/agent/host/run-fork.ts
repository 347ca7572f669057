import { atLeast, invalidOption, type MessageKey, nonEmpty } from "../../base/index.ts";
import { messageKeyOf, messageRun, recordFork, runUnknownError } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import { agentStream } from "../definition/agent-stream.ts";
import type { AgentBehaviour } from "../definition/agent-behaviour.ts";
import type { AgentMemories } from "./agent-memories.ts";
import type { ForkRunOptions } from "../definition/host-runs.ts";
import { keepBlobs } from "../memory/kept-blobs.ts";
import { memoryWithinRun } from "../memory/memory-before-run.ts";

/**
 * Makes an agent with the memory that this one had at the end of a turn of a run, and in it a run with the record of that one up
 * to there, ready to go on: both, or none. Of what came later, `once` steps are in doubt. The original is not touched.
 *
 * @returns The new run.
 * @throws AitorError (rejects with) `run-unknown`, `agent-exists`.
 */
export async function forkRun(
  { journal, memories }: { readonly journal: Journal; readonly memories: AgentMemories },
  behaviour: AgentBehaviour,
  run: string,
  { as, at }: ForkRunOptions,
): Promise<string> {
  const of = messageKeyOf(run);
  if (of === undefined || of.key.name !== behaviour.name) throw runUnknownError(run);
  const to: MessageKey = { name: behaviour.name, id: nonEmpty(as, "the id of a fork") };
  const point = await turnEnd(journal, run, at);
  const { before, changes } = await memoryWithinRun(journal, behaviour, of.key, run, point);
  const forked = messageRun(to, of.message, 1);
  const stream = agentStream(to);
  const own = changes.map((event) => ({ ...event, stream, run: event.run === run ? forked : stream }));
  const copied: unknown[] = [];
  for await (const { data, seq } of journal.read(run)) if (seq <= point) copied.push(data);
  await memories.create(to, before, own, async (events, options) => {
    await keepBlobs(journal, stream, copied);
    await recordFork(journal, behaviour, run, { as: forked, at: point, to, beside: { events, ...options } });
  });
  return forked;
}

/**
 * The `seq` of the end of a turn of the handler's own loop; 0 for the beginning.
 *
 * @throws AitorError `run-unknown`; `invalid-option` for a turn that there is not.
 */
async function turnEnd(journal: Journal, run: string, at: number | undefined): Promise<number> {
  if (at !== undefined) atLeast(0, at, "at of a fork");
  let found = 0;
  let turns = 0;
  let isThere = false;
  for await (const { type, key, data, seq } of journal.read(run)) {
    isThere = true;
    if (type !== "turn-finished" || key.includes("/")) continue;
    const { turn } = data as { readonly turn: number };
    if (at !== undefined && turn > at) break;
    turns = turn;
    found = seq;
  }
  if (!isThere) throw runUnknownError(run);
  if (at !== undefined && turns < at) {
    throw invalidOption("at of a fork", `at most ${turns}, the turns of run "${run}" that have ended`, at);
  }
  return found;
}
