import { isAitorError, isPromiseLike, listOf, type MessageKey, nonEmpty } from "../base/index.ts";
import {
  type Answer,
  type AskOptions,
  type DeadLetter,
  definitionUnknownError,
  EmbeddedEngine,
  type EngineEvent,
  messageKeyOf,
  type Receipt,
  recordedUsage,
  type RunHandle,
  type SendOptions,
  type UsageEntry,
  type UsageParts,
} from "../engine/index.ts";
import { type AgentBehaviour, checkMessage, keyOf } from "./definition/agent-behaviour.ts";
import { type AgentBlobs, agentBlobs } from "./definition/agent-blobs.ts";
import type { AgentClass, AnyAitor } from "./host/agent-class.ts";
import type { AgentDefinition } from "./definition/agent-definition.ts";
import { behaviourOf } from "./definition/defined-behaviour.ts";
import { deleteAgent } from "./host/agent-deletion.ts";
import type { AgentEvent } from "./definition/agent-events.ts";
import { AgentFeed } from "./host/agent-feed.ts";
import { type AgentInfo, listAgents } from "./host/agent-list.ts";
import { AgentMemories } from "./host/agent-memories.ts";
import type { HistoryLimit, MemoryPlace } from "./memory/agent-memory.ts";
import { AgentRunnable } from "./run/agent-runnable.ts";
import { Aitor } from "./host/aitor.ts";
import { AwakeAgents } from "./run/awake-agents.ts";
import { agentTakenError, hostClosedError } from "./definition/errors.ts";
import { failureReports, mayBeFailure } from "./host/failure-reports.ts";
import {
  type AitorHostOptions,
  type HostSettings,
  hostSettings,
  type HostStats,
  type ShutdownOptions,
  shutdownSettings,
} from "./host/host-options.ts";
import type { HostRuns } from "./definition/host-runs.ts";
import type { HostedMemories } from "./memory/hosted-memories.ts";
import { type Hosting, provideDefaultHost } from "./host/hosting.ts";
import { memoryFeed } from "./host/memory-feed.ts";
import { type PendingSignal, pendingSignals } from "./definition/pending-signals.ts";
import { RecordedRuns } from "./host/recorded-runs.ts";
import { RunFollowers } from "./definition/run-followers.ts";
import { warnOfUnknownAgents } from "./host/unknown-agents.ts";

/** A host: runs agents of many definitions, under many ids, on one journal. */
export class AitorHost implements Hosting, AsyncDisposable {
  readonly #settings: HostSettings;
  readonly #engine: EmbeddedEngine;
  readonly #feed: AgentFeed;
  readonly #awake: AwakeAgents;
  readonly #followers: RunFollowers;
  /** The runs of its agents. */
  readonly runs: HostRuns;
  readonly memories: HostedMemories;
  readonly #known = new Map<string, AgentRunnable>();
  /** Definitions whose unfinished work continues. */
  readonly #registered = new Set<AgentBehaviour>();
  /** Resolves when the journal's unfinished work of known agents continues. That of later agents continues when they come. */
  #recovered: Promise<unknown> | undefined;
  #closed: Promise<void> | undefined;

  /**
   * Makes a host. Unfinished messages of its agents that the journal holds continue from now on.
   *
   * @throws AitorError `invalid-option`, `invalid-duration`, `agent-taken`, `agent-undefined`.
   */
  constructor(options: AitorHostOptions = {}) {
    const settings = hostSettings(options);
    const { journal, clock, awake, restMs, dedupeMs, recover, engine } = settings;
    this.#settings = settings;
    this.#feed = new AgentFeed(() => clock.now(), failureReports(options.onFailure));
    const history: HistoryLimit = {
      changes: settings.history,
      // What fails is told to whoever appends next; where there is no turn for it now, there is one after the next change.
      onReached: ({ rules, key }) => void memories.beginAnew(rules, key).catch(() => {}),
    };
    const place: MemoryPlace = { journal, clock, dedupeMs, history, ...memoryFeed(this.#feed, () => clock.now()) };
    this.#awake = new AwakeAgents(place, { most: awake, restMs }, (agent, type) =>
      this.#feed.tell({ type, agent, at: clock.now() }),
    );
    this.#followers = new RunFollowers(() => clock.now());
    const agents = listOf(options.agents ?? [], "agents of a host").map((agent) => this.#add(behaviourOf(agent)));
    this.#engine = new EmbeddedEngine({ ...engine, journal, clock, handling: awake, definitions: agents });
    const memories = new AgentMemories(place, this.#awake, {
      turn: (key, work) => this.#engine.turn(key, work).catch(refused),
    });
    this.memories = memories;
    this.runs = new RecordedRuns({
      journal,
      engine: { note: (...note) => this.#engine.note(...note).catch(refused) },
      memories,
      followers: this.#followers,
      resume: (run) => this.resume(run),
    });
    this.#engine.observe((event) => {
      this.#followers.recorded(event);
      if (!this.#feed.idle || mayBeFailure(event)) this.#translate(event);
    });
    // Whoever uses the host next is told what went wrong.
    if (recover && agents.length > 0) this.#recover().catch(() => {});
  }

  /** Resolves when it is known which messages and runs continue. @throws Errors of the journal. */
  async ready(): Promise<void> {
    await this.#recovered;
  }

  /**
   * Opens an agent of a definition, or of a class that extends `Aitor`, under an id. From then on the host knows the
   * definition, and its unfinished messages continue.
   *
   * @throws AitorError (rejects with) `invalid-option`, `agent-taken`, `agent-undefined`, `host-closed`; errors of the journal.
   */
  open<Memory, Message, Reply>(
    definition: AgentDefinition<Memory, Message, Reply>,
    id: string,
  ): Promise<Aitor<Memory, Message, Reply>>;
  open<Instance extends AnyAitor>(definition: AgentClass<Instance>, id: string): Promise<Instance>;
  async open(definition: AgentDefinition | AgentClass, id: string): Promise<AnyAitor> {
    nonEmpty(id, "the id of an agent");
    const behaviour = behaviourOf(definition);
    if (!this.knows(behaviour)) await this.register(behaviour);
    return typeof definition === "function" ? new definition({ id, host: this }) : Aitor.of(definition, id, this);
  }

  async register(behaviour: AgentBehaviour): Promise<void> {
    this.#checkOpen();
    await behaviour.prepare();
    await this.#recovered;
    const known = this.#known.get(behaviour.name);
    await this.#engine.register(known?.behaviour === behaviour ? known : this.#add(behaviour)).catch(refused);
    if (this.#settings.recover) await this.#recover();
    this.#registered.add(behaviour);
  }

  knows(behaviour: AgentBehaviour): boolean {
    return this.#closed === undefined && this.#registered.has(behaviour);
  }

  async ask(behaviour: AgentBehaviour, id: string, message: unknown, options: AskOptions): Promise<unknown> {
    this.#checkOpen();
    const checking = checkMessage(behaviour, id, message);
    if (isPromiseLike(checking)) await checking;
    try {
      return await this.#engine.ask(keyOf(behaviour, id), message, options);
    } catch (error) {
      return refused(error);
    }
  }

  async tell(behaviour: AgentBehaviour, id: string, message: unknown, options: SendOptions): Promise<string> {
    this.#checkOpen();
    const checking = checkMessage(behaviour, id, message);
    if (isPromiseLike(checking)) await checking;
    return this.#engine.send(keyOf(behaviour, id), message, options).then(idOf, refused);
  }

  blobs(behaviour: AgentBehaviour, id: string): AgentBlobs {
    this.#checkOpen();
    return agentBlobs(this.#settings.journal, keyOf(behaviour, id));
  }

  /** Lists what the runs of all agents, or of one agent, wait for from outside. @throws AitorError `host-closed`. */
  pending(behaviour?: AgentBehaviour, id?: string): Promise<readonly PendingSignal[]> {
    this.#checkOpen();
    const key = behaviour === undefined || id === undefined ? undefined : keyOf(behaviour, id);
    return pendingSignals(this.#settings.journal, key);
  }

  answer(run: string, key: string, answer: Answer): Promise<void> {
    return this.#engine.answer(run, key, answer);
  }

  cancel(run: string, reason?: unknown): Promise<void> {
    return this.#engine.cancel(run, reason);
  }

  /**
   * Continues the run of a message whose turn it is, as `engine.resume` does.
   *
   * @throws AitorError (rejects with) those of `engine.resume`; `definition-unknown` if the host does not know the agent.
   */
  async resume(run: string): Promise<RunHandle<unknown>> {
    this.#checkOpen();
    const name = messageKeyOf(run)?.key.name ?? "";
    const runnable = this.#known.get(name);
    if (runnable === undefined) throw definitionUnknownError(name, [...this.#known.keys()]);
    return this.#engine.resume(runnable, run).catch(refused);
  }

  /** Calls `listener` with the events of its agents' runs, as `engine.observe` does. @returns A function that ends this. */
  observeRuns(listener: (event: EngineEvent) => void | Promise<void>): () => void {
    return this.#engine.observe(listener);
  }

  /** Calls `listener` with each event of its agents, or of one of them, from now on. @returns A function that ends this. */
  observe(listener: (event: AgentEvent) => void | Promise<void>, key?: MessageKey): () => void {
    return this.#feed.observe(listener, key);
  }

  /** Lists the agents that the journal knows (`AgentInfo`), at rest or not. With a name, only those of that definition. */
  list(name?: string): Promise<AgentInfo[]> {
    this.#checkOpen();
    return listAgents(this.#settings.journal, (run) => this.#engine.isUnderWay(run), name);
  }

  /**
   * Forgets an agent for good, in one step: its memory, its messages, the record of their handling, and its blobs. What is under
   * way is cancelled first. What it sent to others belongs to them and stays, with its id. The journal stays verifiable.
   */
  async delete(definition: AgentDefinition | AgentClass, id: string): Promise<void> {
    const behaviour = behaviourOf(definition);
    await this.register(behaviour);
    const key = keyOf(behaviour, id);
    const { journal, clock } = this.#settings;
    await deleteAgent(journal, this.#engine, this.#awake, key, clock.now()).catch(refused);
    this.#feed.tell({ type: "agent-deleted", agent: key, at: clock.now() });
  }

  /** Lists messages set aside, then those whose handler failed while nobody waited for a reply, the oldest of each first. */
  deadLetters(name?: string): AsyncIterable<DeadLetter> {
    return this.#engine.deadLetters(name);
  }

  /** Sends a dead letter again, as a new message at the end. @param run The run that was to handle it. @returns The new id. */
  async sendAgain(run: string): Promise<string> {
    this.#checkOpen();
    return this.#engine.sendAgain(run).then(idOf, refused);
  }

  /**
   * Returns what recorded model calls used, by run, agent or model, the most expensive first. Includes failed and cancelled runs,
   * and runs that are no longer kept. A step counts a call with `step.record("model-called", call)`.
   */
  usage<By extends keyof UsageParts = "agent">({ by }: { readonly by?: By } = {}): Promise<readonly UsageEntry<By>[]> {
    this.#checkOpen();
    return recordedUsage(this.#settings.journal, by);
  }

  stats(): HostStats {
    const { mail, pending } = this.#engine.stats();
    return { awake: this.#awake.size, ...mail, pending };
  }

  /**
   * Takes no more messages, lets those under way finish, and stops. What is left continues when a host opens the journal
   * again. A second call is harmless.
   */
  shutdown(options: ShutdownOptions = {}): Promise<void> {
    const { ms, drain } = shutdownSettings(options);
    return (this.#closed ??= this.#shutDown(ms, drain));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #shutDown(ms: number, drain: boolean): Promise<void> {
    await this.#engine.quiesce(ms, { drain });
    await this.#engine[Symbol.asyncDispose]();
    this.#awake.close();
  }

  #recover(): Promise<unknown> {
    return (this.#recovered ??= this.#engine
      .recover()
      .catch(refused)
      .then((found) => warnOfUnknownAgents(found, this.#settings.clock.now())));
  }

  #add(behaviour: AgentBehaviour): AgentRunnable {
    if (this.#known.has(behaviour.name)) throw agentTakenError(behaviour.name);
    const runnable = new AgentRunnable(behaviour, this.#awake, this.#followers, this.#settings.clock);
    this.#known.set(behaviour.name, runnable);
    return runnable;
  }

  #translate(event: EngineEvent): void {
    const told = this.#feed.translate(event);
    if (told !== undefined && this.#known.has(told.agent.name)) this.#feed.tell(told);
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw hostClosedError();
  }
}

const idOf = ({ id }: Receipt): string => id;

/** Replaces `engine-closed` by `host-closed`, for callers that wait while the host is shut down. */
function refused(error: unknown): never {
  throw isAitorError(error, "engine-closed") ? hostClosedError() : error;
}

provideDefaultHost(() => new AitorHost());
