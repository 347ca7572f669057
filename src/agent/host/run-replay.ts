import { type ErrorRecord, type EventEnvelope, isAitorError, type MessageKey, systemClock } from "../../base/index.ts";
import { EmbeddedEngine, messageKeyOf, runUnknownError } from "../../engine/index.ts";
import { expecting, type Journal, memoryJournal } from "../../journal/index.ts";
import { runNotFinishedError } from "../definition/errors.ts";
import type { AgentBehaviour } from "../definition/agent-behaviour.ts";
import { agentHead, agentStream, memoryEvent } from "../definition/agent-stream.ts";
import { COMMITTED, type Committed } from "../memory/folding.ts";
import { AgentRunnable } from "../run/agent-runnable.ts";
import { AwakeAgents } from "../run/awake-agents.ts";
import { memoryBeforeRun } from "../memory/memory-before-run.ts";
import type { ReplayDifference, ReplayReport } from "../definition/replay-report.ts";
import { RunFollowers } from "../definition/run-followers.ts";

/** Events that the code itself makes of what is on record: the decisions that a replay makes again. */
const DECIDED: ReadonlySet<string> = new Set(["turn-finished", "loop-finished", "run-finished", "run-failed"]);

/** About the processes that a run was in, and not about the run. */
const LIVES: ReadonlySet<string> = new Set(["run-resumed", "run-suspended", "run-paused"]);

/**
 * Executes a run of an agent again, from its record alone, on a journal of its own: no step is done, so no model is asked and no
 * tool called. All that the code decides must come out as it is on record.
 *
 * @throws AitorError (rejects with) `run-unknown`, `run-not-finished`, `history-not-kept`.
 */
export async function replayRun(journal: Journal, behaviour: AgentBehaviour, run: string): Promise<ReplayReport> {
  const recorded = await Array.fromAsync(journal.read(run));
  const key = messageKeyOf(run)?.key;
  const last = recorded.findLast(({ type }) => type.startsWith("run-"));
  if (key === undefined || last === undefined || key.name !== behaviour.name) throw runUnknownError(run);
  if (last.type !== "run-finished" && last.type !== "run-failed") throw runNotFinishedError(run, last.type);
  const scratch = memoryJournal();
  await copied(journal, scratch, { behaviour, key, run, recorded });
  const clock = systemClock;
  const awake = new AwakeAgents(
    { journal: scratch, clock, dedupeMs: 0, onEvent: () => {}, onUnfoldable: () => {}, onLeftOut: () => {} },
    { most: 1, restMs: 0 },
    () => {},
  );
  const runnable = new AgentRunnable(behaviour, awake, new RunFollowers(() => clock.now()), clock, true);
  const engine = new EmbeddedEngine({ journal: scratch, clock, definitions: [runnable], offline: true });
  const about = { run, events: recorded.length };
  try {
    const handle = await engine.resume(runnable, run);
    await handle.result;
  } catch (error) {
    if (isAitorError(error, "step-mismatch")) {
      const difference = { recorded: String(error.expected), replayed: String(error.got) };
      return { ...about, same: false, difference };
    }
  } finally {
    await engine[Symbol.asyncDispose]();
    awake.close();
  }
  const replayed = (await Array.fromAsync(scratch.read(run))).filter(({ type }) => DECIDED.has(type));
  const difference = firstDifference(recorded, replayed);
  return { ...about, same: difference === undefined, ...(difference && { difference }) };
}

/** The agent as it was before the run, and what is on record of the run but the code's own decisions. */
async function copied(
  journal: Journal,
  scratch: Journal,
  of: {
    readonly behaviour: AgentBehaviour;
    readonly key: MessageKey;
    readonly run: string;
    readonly recorded: readonly EventEnvelope[];
  },
): Promise<void> {
  const { behaviour, key, run, recorded } = of;
  const value = await memoryBeforeRun(journal, behaviour, key, run);
  const patches = [{ op: "replace" as const, path: [], value }];
  const memory = memoryEvent(agentStream(key), 0, undefined, "memory-changed", {
    version: behaviour.memory.version,
    patches,
  });
  await scratch.append([memory], { heads: [agentHead(key)], expect: expecting(agentStream(key), 0) });
  const kept = recorded
    // The ends of a branch's turns are in no order with what comes from outside, and may not be met again.
    .filter(({ type, key }) => !LIVES.has(type) && !(DECIDED.has(type) && key.includes("/")))
    .map((event) => ({ ...(DECIDED.has(event.type) ? committed(event) : event), seq: 0 }));
  const about = { name: behaviour.name, key };
  await scratch.append(kept, { heads: [{ stream: run, kind: "run", state: "running", about }] });
}

/** What the code decided, it decides again; but what came behind that was no part of it. */
function committed({ type, key, ...event }: EventEnvelope): EventEnvelope {
  return { ...event, type: COMMITTED, key: "", data: { type, key } satisfies Committed };
}

/** Which of several things side by side came first is a matter of time, and not compared. */
function firstDifference(
  recorded: readonly EventEnvelope[],
  replayed: readonly EventEnvelope[],
): ReplayDifference | undefined {
  const decisions = recorded.filter(({ type }) => type === "branch-decided");
  const left = Map.groupBy(replayed, ({ key }) => key);
  for (const before of recorded) {
    if (!DECIDED.has(before.type)) continue;
    const after = left.get(before.key)?.shift();
    if (after === undefined && decisions.some((decision) => mayEnd(decision, before))) continue;
    const difference = { recorded: textOf(before), replayed: textOf(after), seq: before.seq };
    if (difference.recorded !== difference.replayed) return difference;
  }
  const [more] = [...left.values()].flat();
  return more && { recorded: textOf(undefined), replayed: textOf(more) };
}

/** A replay follows the branch that decided; what others came to before that has no part in it. */
function mayEnd(decision: EventEnvelope, { key, seq }: EventEnvelope): boolean {
  const scope = decision.key.slice(0, decision.key.lastIndexOf("/") + 1);
  return seq < decision.seq && key.length > scope.length && key.startsWith(scope);
}

const TIMES: ReadonlySet<string> = new Set(["durationMs", "time"]);

/** What is told of an event, without times. */
function textOf(event: EventEnvelope | undefined): string {
  if (event === undefined) return "nothing more";
  const { type, key } = event;
  const timeless = JSON.stringify(decided(event), (name, value: unknown) => (TIMES.has(name) ? undefined : value));
  return [type, key, timeless].filter((part) => part !== "").join(" ");
}

function decided({ type, data }: EventEnvelope): unknown {
  switch (type) {
    // Whether a loop is a run's last was not always on record.
    case "loop-finished":
      return { ...(data as object), closes: undefined };
    case "run-failed":
      return { error: withoutStacks((data as { readonly error: ErrorRecord }).error) };
    default:
      return data;
  }
}

/**
 * Where the code threw an error, or made it of a record, is none of its decisions. What an error has besides was not always on
 * record, and may be a time.
 */
function withoutStacks({ cause, ...error }: ErrorRecord): object {
  const others = { stack: undefined, fields: undefined, errors: undefined };
  return { ...error, ...others, cause: cause && withoutStacks(cause) };
}
