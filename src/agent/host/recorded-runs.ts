import { type EventEnvelope, type MessageKey, optionsOf } from "../../base/index.ts";
import { type Engine, mailboxName, messageKeyOf, runUnknownError } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import { type DefinedAgent, behaviourOf } from "../definition/defined-behaviour.ts";
import type { AgentMemories } from "./agent-memories.ts";
import type { ForkRunOptions, HostRuns } from "../definition/host-runs.ts";
import { memoryBefore } from "../memory/memory-before-run.ts";
import type { ReplayReport } from "../definition/replay-report.ts";
import type { FollowListener, RunFollowers } from "../definition/run-followers.ts";
import { forkRun } from "./run-fork.ts";
import { replayRun } from "./run-replay.ts";

interface Place {
  readonly journal: Journal;
  readonly engine: Pick<Engine, "note">;
  readonly memories: AgentMemories;
  readonly followers: RunFollowers;
  /** Goes on with a run. */
  readonly resume: (run: string) => Promise<unknown>;
}

/** The runs in a host's journal. */
export class RecordedRuns implements HostRuns {
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  events(run: string): AsyncIterable<EventEnvelope> {
    return this.#place.journal.read(run);
  }

  async memoryBefore(agent: DefinedAgent, run: string): Promise<unknown> {
    const behaviour = behaviourOf(agent);
    const of = messageKeyOf(run);
    if (of === undefined || of.key.name !== behaviour.name) throw runUnknownError(run);
    return await memoryBefore(this.#place.journal, behaviour, of.key, run);
  }

  async unfinished(key: MessageKey): Promise<string[]> {
    const runs: string[] = [];
    const prefix = `${mailboxName(key)}/`;
    for await (const { stream, state } of this.#place.journal.heads({ kind: "run", ended: false })) {
      if (stream.startsWith(prefix) && state !== "queued") runs.push(stream);
    }
    return runs;
  }

  follow(run: string, listener: FollowListener): () => void {
    return this.#place.followers.follow(run, listener);
  }

  note(run: string, type: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#place.engine.note(run, type, data);
  }

  async fork(agent: DefinedAgent, run: string, options: ForkRunOptions): Promise<string> {
    const given = optionsOf(options, ["as", "at"], "an option of a fork");
    const forked = await forkRun(this.#place, behaviourOf(agent), run, given);
    await this.#place.resume(forked);
    return forked;
  }

  async replay(agent: DefinedAgent, run: string): Promise<ReplayReport> {
    const behaviour = behaviourOf(agent);
    await behaviour.prepare();
    return replayRun(this.#place.journal, behaviour, run);
  }
}
