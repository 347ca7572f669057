import { type AgentBehaviour, type AgentOptions, type AgentPlace, Aitor, type ReplayReport } from "../agent/index.ts";
import { flag, invalidOption, isAitorError, nonEmpty, optionsOf, randomUuid, type Schema } from "../base/index.ts";
import { messageRun, notUnderWayError } from "../engine/index.ts";
import type { AnyTool } from "../tools/index.ts";
import { agentTool, type AgentToolOptions } from "./agent-tool.ts";
import { AgentTools } from "./agent-tools.ts";
import { noAnswerError } from "./result/errors.ts";
import { followRun, joinRun, lastRun, watchRun } from "./result/followed-run.ts";
import type { MessageSteered } from "./memory/recorded-event.ts";
import type { MemoryProblem } from "./memory/memory-reader.ts";
import { approvalsAmong, type PendingApproval } from "./turn/pending-approval.ts";
import {
  engineOf,
  placedOptions,
  problemsOf,
  type ReactAgentOptions,
  reactAgentOptions,
  type ReactReply,
  type ReasoningDefinition,
} from "./react-agent-options.ts";
import type { MemoryStats } from "./memory/memory-parts.ts";
import type { ReactMemory } from "./memory/react-memory.ts";
import type { Problem, ReactMessage } from "./memory/react-message.ts";
import type { ReactEvent } from "./result/react-event.ts";
import { type ReactOutcome, type ReactResult, typedResult } from "./result/react-result.ts";
import type { ForkedRun, ForkOptions, ReactStream, StreamView } from "./result/react-stream.ts";
import type { ReasoningEngine } from "./turn/reasoning-engine.ts";
import { RunView } from "./result/run-view.ts";
import { askedTask, type SolveOptions, solveOptions, type TypedSolveOptions } from "./solve-options.ts";

type Options<Context> = SolveOptions<Context> & { readonly schema?: Schema };

type Asking<Context> = Options<Context> & { readonly id: string };

/**
 * An agent that thinks, acts, observes and answers. It has an id and a memory of everything that it did. It handles one message
 * at a time. Each message is a run, which survives its process at every step.
 *
 * `new ReactAgent({ … })` defines an agent and opens it on the process's own host. A class that extends ReactAgent is a
 * definition: give it a `name` and `reasoning`, and open it with `host.open(Analyst, "team-7")`.
 */
export class ReactAgent<
  Context = Record<string, unknown>,
  Fields = Record<string, never>,
  Event = ReactEvent,
> extends Aitor<ReactMemory<Context, Fields>, ReactMessage, ReactReply> {
  readonly #behaviour: AgentBehaviour | undefined;
  readonly #isGiven: boolean;
  #tools: AgentTools | undefined;

  /**
   * @param behaviour Only for use by this class itself.
   * @throws AitorError `invalid-option`, `invalid-duration`, and as tools do.
   */
  constructor(
    options: (ReactAgentOptions<Context, Fields> & AgentPlace) | AgentPlace = {},
    behaviour?: AgentBehaviour,
  ) {
    super(placedOptions(options));
    this.#behaviour = behaviour;
    this.#isGiven = "name" in options;
  }

  override get "~agent"(): AgentBehaviour {
    return this.#behaviour ?? super["~agent"];
  }

  /** Returns the options that the agent is made of. Classes that extend this one override it. */
  protected reasoning(): ReasoningDefinition<Context, Fields> {
    const what = "a method reasoning() that says what it is made of";
    throw invalidOption(`class ${this.constructor.name}`, what, undefined, "override reasoning");
  }

  protected override define(): AgentOptions<ReactMemory<Context, Fields>, ReactMessage, ReactReply> {
    if (this.#isGiven) return super.define();
    return reactAgentOptions({ ...this.reasoning(), name: this.name });
  }

  /** The tools of the agent's definition. All agents of the definition in this process share them. */
  get tools(): AgentTools {
    const { view, registry } = this.#engine.settings;
    return (this.#tools ??= new AgentTools(view, registry));
  }

  /** The name of the model that is asked first. */
  get model(): string {
    const { settings, choice } = this.#engine;
    return choice.model ?? settings.llm.default;
  }

  /**
   * Changes which model of the manager is asked first, from the next turn on, for all agents of the definition in this process.
   *
   * @throws AitorError (rejects with) `model-unknown`; `price-unknown` if a limit in dollars could not be kept.
   */
  useModel(model: string): Promise<void> {
    return this.#engine.useModel(model);
  }

  /**
   * Solves a problem. Returns a result however the run ends: an answer, or how and why it ended without one.
   *
   * @throws AitorError (rejects with) `invalid-option`; `invalid-value` if something cannot be sent; `mailbox-full`,
   *   `agent-suspended`, `message-set-aside`, `agent-halted`, `host-closed`, `ask-timeout`, as `ask` does.
   */
  solve<Answer>(problem: Problem, options: TypedSolveOptions<Answer, Context>): Promise<ReactResult<Answer>>;
  solve(problem: Problem, options?: SolveOptions<Context>): Promise<ReactResult>;
  async solve(problem: Problem, options: Options<Context> = {}): Promise<ReactResult<unknown>> {
    return this.#solve(problem, { ...solveOptions(options, "solve"), id: options.id ?? randomUuid() });
  }

  /**
   * Sends a message and returns the text of the answer.
   *
   * @throws AitorError (rejects with) `no-answer` if the run ended without an answer, and as `solve` does.
   */
  async chat(message: Problem, options: SolveOptions<Context> = {}): Promise<string> {
    const outcome = await this.#asked(message, { ...solveOptions(options, "chat"), id: options.id ?? randomUuid() });
    if (outcome.status !== "answered") throw noAnswerError(`"${this["~agent"].name}"`, outcome);
    return String(outcome.answer);
  }

  /**
   * As `solve`, but streams the run's events; for an `id` sent before, from where its run is.
   *
   * @throws AitorError `invalid-option`.
   */
  stream<Answer>(problem: Problem, options: TypedSolveOptions<Answer, Context>): ReactStream<Answer, Event>;
  stream(problem: Problem, options?: SolveOptions<Context>): ReactStream<string, Event>;
  stream(problem: Problem, options: Options<Context> = {}): ReactStream<unknown, Event> {
    const { id = randomUuid() } = solveOptions(options, "stream");
    const watch = options.id === undefined ? watchRun : joinRun;
    const watched = (run: string, isLate: boolean): StreamView<Event> => this.watched(run, isLate);
    return watch(this.host, this.#runsOf(id), watched, () => this.#solve(problem, { ...options, id }));
  }

  /** What streams show of a run, also of one that began before. Classes that extend this one override it to add events. */
  protected watched(run: string, _isLate: boolean): StreamView<Event> {
    return new RunView(run) as unknown as StreamView<Event>;
  }

  /** Returns the calls that wait for a person's approval. */
  async approvals(): Promise<PendingApproval[]> {
    return approvalsAmong(await this.pending());
  }

  /** Approves a call, exactly as it was shown. @throws As `engine.answer`. */
  approve(call: Pick<PendingApproval, "run" | "key" | "hash">): Promise<void> {
    return this.answer(call, { value: { hash: call?.hash, approve: true } });
  }

  /** Approves a call with other arguments. @throws AitorError `invalid-value` if they do not fit; as `engine.answer`. */
  edit(call: Pick<PendingApproval, "run" | "key" | "hash">, args: unknown): Promise<void> {
    return this.answer(call, { value: { hash: call?.hash, edit: args } });
  }

  /** Refuses a call. The model is told the reason. @throws As `engine.answer`. */
  reject(call: Pick<PendingApproval, "run" | "key" | "hash">, reason: string): Promise<void> {
    return this.answer(call, { value: { hash: call?.hash, reject: reason } });
  }

  /** Sets values of the memory's context, in its turn among the messages. */
  async setContext(values: Partial<Context>): Promise<void> {
    await this.ask({ set: values });
  }

  /** Forgets the conversation, tool executions and trace. With `context`, the context begins anew, too. Usage is kept. */
  async clearSession(options: { readonly context?: boolean } = {}): Promise<void> {
    const { context = false } = optionsOf(options, ["context"], "the options of clearSession");
    await this.ask({ clear: flag(context, "context of clearSession") ? "all" : "session" });
  }

  /**
   * Adds a message to the run under way, or to one that waits. The model reads it when it is asked next. An answer that came
   * meanwhile does not end the run. The message is recorded, so it is not lost whatever happens to the process.
   *
   * @param options.run @default the agent's run that has begun and not ended
   * @throws AitorError (rejects with) `not-under-way` if there is no such run, or if it is ending; `run-unknown`.
   */
  async steer(content: string, options: { readonly run?: string } = {}): Promise<void> {
    const { run } = optionsOf(options, ["run"], "the options of steer");
    nonEmpty(content, "a message to steer by");
    await this.hosted(async ({ runs }, { name }) => {
      const to = run === undefined ? (await runs.unfinished({ name, id: this.id }))[0] : this.own(run);
      if (to === undefined) throw notUnderWayError(undefined, `none of agent "${name}" "${this.id}"`);
      await runs.note(to, "message-steered", { id: randomUuid(), content } satisfies MessageSteered);
    });
  }

  /** Watches a run that is under way in this process, or has ended: a snapshot first, then the rest. @throws As `ask` does. */
  async follow(run: string): Promise<ReactStream<unknown, Event>> {
    const resultOf = async (message: ReactMessage, id: string, ended: (() => Promise<ReactOutcome>) | undefined) =>
      this.#traced(await this.#outcome(() => run, ended?.() ?? this.ask(message, { id })), await this.read());
    return followRun(this.host, this.own(run), resultOf, this.watched(run, true));
  }

  /** Forks the agent, as `fork` of every agent does. The new agent has the same class. */
  override async fork(id: string, options: { readonly at?: number } = {}): Promise<this> {
    await super.fork(id, options);
    return this.#sibling(id);
  }

  /**
   * Makes a new agent in which a run continues from the end of a turn, with the memory that this agent had then. This agent is
   * not changed. What must happen once and was begun after that turn is asked about before it is done again.
   *
   * @param options.at The number of turns after which the run continues; 0 is its beginning. @default after the last that ended
   * @param options.as The new agent's id. @default a random UUID
   * @throws AitorError (rejects with) `run-unknown`, `agent-exists`, `history-not-kept`; `invalid-option` for another turn.
   */
  async forkRun(run: string, options: ForkOptions = {}): Promise<ForkedRun<this, ReactStream<unknown, Event>>> {
    const { at, as = randomUuid() } = optionsOf(options, ["at", "as"], "the options of forkRun");
    const made = { as, ...(at !== undefined && { at }) };
    const forked = await this.hosted(({ runs }) => runs.fork(this, this.own(run), made));
    const agent = this.#sibling(as);
    return { agent, stream: await agent.follow(forked) };
  }

  /**
   * Executes a finished run again from its record alone. All that the code decides must come out as recorded. No model is asked
   * and no tool is called, but `afterTool`, `afterTurn`, `stopWhen` and bodies of tools that orchestrate are.
   *
   * @throws AitorError (rejects with) `run-unknown`, `run-not-finished`, `history-not-kept`.
   */
  replay(run: string): Promise<ReplayReport> {
    return this.hosted(({ runs }) => runs.replay(this, this.own(run)));
  }

  /**
   * Replaces the memory with an exported one, in its turn among the messages. From another version's memory, or from damaged
   * data, it takes everything that can be read.
   *
   * @returns What could not be read and was left out.
   * @throws AitorError (rejects with) `memory-file` if the file is not an exported memory at all.
   */
  override async importMemory(file: unknown): Promise<readonly MemoryProblem[]> {
    await super.importMemory(file);
    return problemsOf(file, this["~agent"].handle, this["~agent"].version);
  }

  /**
   * Returns this agent as a tool for other agents. A call is a message to this agent, within what is left of the caller's budget.
   *
   * @throws AitorError `invalid-option`.
   */
  asTool(options: AgentToolOptions): AnyTool {
    return agentTool(this["~agent"], this.id, options);
  }

  getMemoryStats(): Promise<MemoryStats> {
    return this.read(({ stats }) => stats);
  }

  async #solve(problem: Problem, options: Asking<Context>): Promise<ReactResult<unknown>> {
    const { schema } = options;
    const result = this.#traced(await this.#asked(problem, options), await this.read());
    return schema === undefined ? result : typedResult(result, schema);
  }

  async #asked(problem: Problem, options: Asking<Context>): Promise<ReactOutcome> {
    const { schema, context: _, limits: __, ...asking } = options;
    const task = askedTask(problem, options, this["~agent"].name);
    const runOf = this.#runsOf(asking.id);
    const runOfIt = async (): Promise<string> => runOf(await lastRun(this.host.runs, runOf));
    const ask = (): Promise<ReactOutcome> => this.#outcome(runOfIt, this.ask(task, asking));
    return schema === undefined ? ask() : this.#engine.expecting(runOf(1), schema, ask);
  }

  #traced(outcome: ReactOutcome, memory: ReactMemory<Context, Fields>): ReactResult<unknown> {
    return { ...outcome, trace: memory.traceOf(outcome.run) };
  }

  /** Returns the outcome. A run that was cancelled has a result, too. */
  async #outcome(runOf: () => string | Promise<string>, reply: Promise<ReactReply>): Promise<ReactOutcome> {
    try {
      return (await reply) as ReactOutcome;
    } catch (error) {
      if (!isAitorError(error, "cancelled")) throw error;
      const memory = (await this.read()) as never;
      return this.#engine.cancelled(await runOf(), (each) => this.host.runs.events(each), memory);
    }
  }

  /** Returns an agent of the same definition, on the same host, under another id. */
  #sibling(id: string): this {
    const Class = this.constructor as new (place: AgentPlace, behaviour: AgentBehaviour) => this;
    return new Class({ id, host: this.host }, this["~agent"]);
  }

  #runsOf(message: string): (nth: number) => string {
    const key = { name: this["~agent"].name, id: this.id };
    return (nth) => messageRun(key, message, nth);
  }

  get #engine(): ReasoningEngine {
    return engineOf(this["~agent"].handle) as ReasoningEngine;
  }
}
