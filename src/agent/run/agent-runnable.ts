import {
  type Clock,
  isPromiseLike,
  type KeptRun,
  type MailboxOptions,
  type Run,
  type Runnable,
  validate,
} from "../../base/index.ts";
import { type AgentBehaviour, runVersion } from "../definition/agent-behaviour.ts";
import type { AgentMemory } from "../memory/agent-memory.ts";
import { AgentRun, type RunPlace } from "./agent-run.ts";
import type { AwakeAgents } from "./awake-agents.ts";
import { delegate } from "./delegation.ts";
import { agentUndefinedError } from "../definition/errors.ts";
import { FoldedMemory } from "../memory/folded-memory.ts";
import { NOTHING_HANDED } from "../definition/handed.ts";
import { handled } from "./handled-message.ts";
import type { RunFollowers } from "../definition/run-followers.ts";
import { FoldedKeeper, type Kept, PatchedKeeper } from "../memory/memory-keepers.ts";
import { recordedOf } from "../memory/run-memory.ts";

/** An agent's definition as an engine runs it: one run for each message. */
export class AgentRunnable implements Runnable {
  readonly name: string;
  readonly version: string;
  readonly mailbox: MailboxOptions;
  readonly behaviour: AgentBehaviour;
  readonly #awake: AwakeAgents;
  readonly #followers: RunFollowers;
  readonly #clock: Clock;
  readonly #again: boolean;

  /** @param again Runs are executed again, from their records alone. */
  constructor(behaviour: AgentBehaviour, awake: AwakeAgents, followers: RunFollowers, clock: Clock, again = false) {
    this.#again = again;
    this.#followers = followers;
    this.#clock = clock;
    const { name, mailbox } = behaviour;
    this.name = name;
    this.version = runVersion(behaviour);
    this.mailbox = mailbox;
    this.behaviour = behaviour;
    this.#awake = awake;
  }

  async execute(run: Run, input: unknown): Promise<unknown> {
    const { key } = run;
    if (key === undefined) {
      throw agentUndefinedError(`run "${run.id}" of "${this.name}"`, "send the agent a message: ask, tell");
    }
    const { message, memory: rules, prepare } = this.behaviour;
    const preparing = prepare();
    if (preparing !== undefined) await preparing;
    const waking = this.#awake.wake(key, rules, run.id);
    const memory = waking instanceof Promise ? await waking : waking;
    const { content } = memory;
    const keeper = this.#keeper(memory, run.id);
    let kept: KeptRun;
    try {
      kept = run.keep(keeper);
    } catch (error) {
      // It was read for this run, with what that has on record kept apart.
      this.#awake.rest(memory, false);
      throw error;
    }
    if (keeper instanceof FoldedKeeper) {
      // What is recorded meanwhile is told to the keeper.
      keeper.begin(await recordedOf(memory.journal, run.id), this.#again);
      if (!kept.alone) run.abortSignal.throwIfAborted();
    }
    const what = `the message to ${key.name} "${key.id}"`;
    const valid = message === undefined ? input : validate(message, input, what);
    const checked = isPromiseLike(valid) ? await valid : valid;
    const followers = this.#followers;
    const place: RunPlace = {
      journal: memory.journal,
      followers,
      clock: this.#clock,
      owner: key,
      handed: NOTHING_HANDED,
      delegate,
    };
    return handled(this.behaviour, checked, new AgentRun(run, key, kept, content, place), content, followers);
  }

  #keeper(memory: AgentMemory, run: string): PatchedKeeper | FoldedKeeper {
    const { content } = memory;
    const over = (how: Kept): void => this.#awake.rest(memory, how !== "halted");
    if (content instanceof FoldedMemory) return new FoldedKeeper(memory, content, run, over);
    return new PatchedKeeper(memory, content, run, over);
  }
}
