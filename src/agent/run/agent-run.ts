import {
  type AgentRef,
  type AskStepOptions,
  type Branch,
  type BranchOutcomes,
  type BranchResults,
  type ChildOptions,
  type Clock,
  type Duration,
  type EventEnvelope,
  type KeptRun,
  type MessageKey,
  type Run,
  type Runnable,
  type ScopeOptions,
  type SignalOptions,
  type StepContext,
  type StepName,
  type StepOptions,
  type TellStepOptions,
  type Turn,
  checkedRunnable,
} from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import { type AgentBlobs, agentBlobs } from "../definition/agent-blobs.ts";
import type { AgentContext, HandledMemory, MemoryChange, Snapshot } from "../definition/agent-options.ts";
import type { AskedClass } from "../definition/asked-class.ts";
import { memoryBusyError, memoryFoldedError } from "../definition/errors.ts";
import type { FoldedMemory } from "../memory/folded-memory.ts";
import type { DelegateOptions, Handed } from "../definition/handed.ts";
import { receiverOf } from "../definition/defined-behaviour.ts";
import { PatchedMemory } from "../memory/patched-memory.ts";
import type { RunFeed, RunFollowers } from "../definition/run-followers.ts";

/** What a run has of its host, and of who delegated to it. */
export interface RunPlace {
  readonly journal: Journal;
  readonly followers: RunFollowers;
  readonly clock: Clock;
  /** Whose message is handled, at first hand: blobs are its. */
  readonly owner: MessageKey;
  readonly handed: Handed;
  readonly delegate: (
    place: RunPlace,
    scope: Run,
    agent: AgentRef | AskedClass,
    message: unknown,
    options: DelegateOptions,
  ) => Promise<unknown>;
}

/** The run that handles a message, with the agent's memory. */
export class AgentRun<Memory> implements AgentContext<Memory> {
  readonly agent: MessageKey;
  readonly memory: HandledMemory<Memory>;
  #feed: RunFeed | undefined;
  readonly #run: Run;
  readonly #place: RunPlace;

  constructor(run: Run, agent: MessageKey, kept: KeptRun, content: PatchedMemory | FoldedMemory, place: RunPlace) {
    this.#run = run;
    this.#place = place;
    this.agent = agent;
    this.memory = new MemoryInRun<Memory>(agent, kept, content);
  }

  /** Made when it is first asked for: most handlers tell nobody anything. */
  get feed(): RunFeed {
    return (this.#feed ??= this.#place.followers.feed(this.#run.id));
  }

  get blobs(): AgentBlobs {
    return agentBlobs(this.#place.journal, this.#place.owner);
  }

  get clock(): Clock {
    return this.#place.clock;
  }

  get handed(): Handed {
    return this.#place.handed;
  }

  delegate(agent: AgentRef | AskedClass, message: unknown, options: DelegateOptions): Promise<never> {
    const place = this.#place;
    const reply = place.delegate(place, options.scope ?? this.#run, agent, message, options) as Promise<never>;
    reply.catch(toldByItsRun);
    return reply;
  }

  events(run: string = this.#run.id): AsyncIterable<EventEnvelope> {
    return this.#place.journal.read(run);
  }

  onRest(listener: (resting: boolean) => void): void {
    this.#place.followers.onRest(this.#run.id, listener);
  }

  get runId(): string {
    return this.#run.id;
  }

  get abortSignal(): AbortSignal {
    return this.#run.abortSignal;
  }

  run<Input, Output>(
    runnable: Runnable<Input, Output>,
    ...[input]: undefined extends Input ? [input?: Input] : [input: Input]
  ): Promise<{ readonly output: Output }> {
    const { name } = checkedRunnable(runnable, "what ctx.run executes");
    const execute = async (scope: Run): Promise<{ output: Output }> => ({
      output: await runnable.execute(scope, input as Input),
    });
    return this.#run.scope(name, execute, { of: runnable });
  }

  step<Out>(
    name: StepName,
    fn: (step: StepContext) => Out | PromiseLike<Out>,
    options?: StepOptions,
  ): Promise<Awaited<Out>> {
    return this.#run.step(name, fn, options);
  }

  scope<Out>(name: StepName, body: (scope: Run) => Promise<Out>, options?: ScopeOptions): Promise<Out> {
    return this.#run.scope(name, body, options);
  }

  all<const Branches extends readonly Branch<unknown>[]>(branches: Branches): Promise<BranchResults<Branches>> {
    return this.#run.all(branches);
  }

  race<const Branches extends readonly Branch<unknown>[]>(
    branches: Branches,
  ): Promise<BranchResults<Branches>[number]> {
    return this.#run.race(branches);
  }

  settle<const Branches extends readonly Branch<unknown>[]>(branches: Branches): Promise<BranchOutcomes<Branches>> {
    return this.#run.settle(branches);
  }

  loop<State, Out>(
    name: string,
    initial: State,
    turn: (state: State, run: Run) => Promise<Turn<State, Out>>,
  ): Promise<Out> {
    return this.#run.loop(name, initial, turn);
  }

  sleep(duration: Duration, name?: StepName): Promise<void> {
    return this.#run.sleep(duration, name);
  }

  waitFor<Value = unknown>(name: StepName, options?: SignalOptions<Value>): Promise<Value> {
    return this.#run.waitFor(name, options);
  }

  child<Input, Output>(runnable: Runnable<Input, Output>, input: Input, options?: ChildOptions): Promise<Output> {
    return this.#run.child(runnable, input, options);
  }

  ask(agent: AgentRef | AskedClass, id: string, message: unknown, options?: AskStepOptions): Promise<never> {
    return this.#run.ask(receiverOf(agent), id, message as never, options) as Promise<never>;
  }

  tell(agent: AgentRef | AskedClass, id: string, message: unknown, options?: TellStepOptions): Promise<string> {
    return this.#run.tell(receiverOf(agent), id, message as never, options);
  }

  now(): Promise<number> {
    return this.#run.now();
  }

  uuid(): string {
    return this.#run.uuid();
  }
}

/** Who forgets to await it does not end the process. */
function toldByItsRun(): void {}

class MemoryInRun<Memory> implements HandledMemory<Memory> {
  readonly #agent: MessageKey;
  readonly #kept: KeptRun;
  readonly #memory: PatchedMemory | FoldedMemory;
  #isChanging = false;

  constructor(agent: MessageKey, kept: KeptRun, memory: PatchedMemory | FoldedMemory) {
    this.#agent = agent;
    this.#kept = kept;
    this.#memory = memory;
  }

  get value(): Snapshot<Memory> {
    return this.#memory.value as Snapshot<Memory>;
  }

  update(change: MemoryChange<Memory>): void {
    if (!(this.#memory instanceof PatchedMemory)) throw memoryFoldedError(this.#agent);
    if (this.#isChanging || !this.#kept.alone) throw memoryBusyError(this.#agent);
    this.#isChanging = true;
    try {
      this.#memory.update(change);
    } finally {
      this.#isChanging = false;
    }
  }
}
