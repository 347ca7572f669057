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
 * An agent that thinks, acts, observes and answers, under an id, with a memory of all that it did. It handles one message at a
 * time; each is a run, which survives its process at every step.
 *
 * `new ReactAgent({ … })` defines an agent and opens it on the process's own host. A class that extends it is a definition:
 * give it a `name` and `reasoning`, and open it with `host.open(Analyst, "team-7")`.
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
   * @param behaviour For this class itself.
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

  /** What it is made of. For classes that extend this one. */
  protected reasoning(): ReasoningDefinition<Context, Fields> {
    const what = "a method reasoning() that says what it is made of";
    throw invalidOption(`class ${this.constructor.name}`, what, undefined, "override reasoning");
  }

  protected override define(): AgentOptions<ReactMemory<Context, Fields>, ReactMessage, ReactReply> {
    if (this.#isGiven) return super.define();
    return reactAgentOptions({ ...this.reasoning(), name: this.name });
  }

  /** The tools of its definition: all its agents in this process have them. */
  get tools(): AgentTools {
    const { view, registry } = this.#engine.settings;
    return (this.#tools ??= new AgentTools(view, registry));
  }

  /** The model that is asked first. */
  get model(): string {
    const { settings, choice } = this.#engine;
    return choice.model ?? settings.llm.default;
  }

  /**
   * Asks another model of the manager first, from the next turn on: all agents of the definition in this process do.
   *
   * @throws AitorError (rejects with) `model-unknown`; `price-unknown` where a limit in dollars could not be kept.
   */
  useModel(model: string): Promise<void> {
    return this.#engine.useModel(model);
  }

  /**
   * Solves a problem. Whatever becomes of it is a result: an answer, or how and why it ended without one.
   *
   * @throws AitorError (rejects with) `invalid-option`, `invalid-value` for what cannot be sent; `mailbox-full`,
   *   `agent-suspended`, `message-set-aside`, `agent-halted`, `host-closed`, `ask-timeout`, as `ask` does.
   */
  solve<Answer>(problem: Problem, options: TypedSolveOptions<Answer, Context>): Promise<ReactResult<Answer>>;
  solve(problem: Problem, options?: SolveOptions<Context>): Promise<ReactResult>;
  async solve(problem: Problem, options: Options<Context> = {}): Promise<ReactResult<unknown>> {
    return this.#solve(problem, { ...solveOptions(options, "solve"), id: options.id ?? randomUuid() });
  }

  /**
   * Says something, and gives what is answered.
   *
   * @throws AitorError (rejects with) `no-answer` where the run ended without one, and as `solve` does.
   */
  async chat(message: Problem, options: SolveOptions<Context> = {}): Promise<string> {
    const outcome = await this.#asked(message, { ...solveOptions(options, "chat"), id: options.id ?? randomUuid() });
    if (outcome.status !== "answered") throw noAnswerError(`"${this["~agent"].name}"`, outcome);
    return String(outcome.answer);
  }

  /** As `solve`, for those who watch it; of an `id` that was sent before, from where its run is. @throws AitorError `invalid-option`. */
  stream<Answer>(problem: Problem, options: TypedSolveOptions<Answer, Context>): ReactStream<Answer, Event>;
  stream(problem: Problem, options?: SolveOptions<Context>): ReactStream<string, Event>;
  stream(problem: Problem, options: Options<Context> = {}): ReactStream<unknown, Event> {
    const { id = randomUuid() } = solveOptions(options, "stream");
    const watch = options.id === undefined ? watchRun : joinRun;
    const watched = (run: string, isLate: boolean): StreamView<Event> => this.watched(run, isLate);
    return watch(this.host, this.#runsOf(id), watched, () => this.#solve(problem, { ...options, id }));
  }

  /** For classes that extend this one and tell more events; also of a run that has begun before. */
  protected watched(run: string, _isLate: boolean): StreamView<Event> {
    return new RunView(run) as unknown as StreamView<Event>;
  }

  /** Calls that wait for a person. */
  async approvals(): Promise<PendingApproval[]> {
    return approvalsAmong(await this.pending());
  }

  /** Says yes to a call, exactly as it was shown. @throws As `engine.answer`. */
  approve(call: Pick<PendingApproval, "run" | "key" | "hash">): Promise<void> {
    return this.answer(call, { value: { hash: call?.hash, approve: true } });
  }

  /** Says yes to a call with other arguments. @throws AitorError `invalid-value` where they do not fit; as `engine.answer`. */
  edit(call: Pick<PendingApproval, "run" | "key" | "hash">, args: unknown): Promise<void> {
    return this.answer(call, { value: { hash: call?.hash, edit: args } });
  }

  /** Says no to a call; the model is told why. @throws As `engine.answer`. */
  reject(call: Pick<PendingApproval, "run" | "key" | "hash">, reason: string): Promise<void> {
    return this.answer(call, { value: { hash: call?.hash, reject: reason } });
  }

  /** Sets values of the memory's context, in its turn among the messages. */
  async setContext(values: Partial<Context>): Promise<void> {
    await this.ask({ set: values });
  }

  /** Forgets the conversation, with tool executions and trace; with `context`, that begins anew, too. Usage is still known. */
  async clearSession(options: { readonly context?: boolean } = {}): Promise<void> {
    const { context = false } = optionsOf(options, ["context"], "the options of clearSession");
    await this.ask({ clear: flag(context, "context of clearSession") ? "all" : "session" });
  }

  /**
   * Says something into the run under way, or into one that waits: the model reads it when it is asked next, and an answer that came
   * meanwhile is not the end. It is on record, and not lost whatever becomes of the process.
   *
   * @param options.run @default the agent's run that has begun and not ended
   * @throws AitorError (rejects with) `not-under-way` where there is none, or it is ending; `run-unknown`.
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

  /** Watches a run that is under way in this process, or has ended: a snapshot, and then the rest. @throws As `ask` does. */
  async follow(run: string): Promise<ReactStream<unknown, Event>> {
    const resultOf = async (message: ReactMessage, id: string, ended: (() => Promise<ReactOutcome>) | undefined) =>
      this.#traced(await this.#outcome(() => run, ended?.() ?? this.ask(message, { id })), await this.read());
    return followRun(this.host, this.own(run), resultOf, this.watched(run, true));
  }

  /** As of every agent; the new one is of this one's class. */
  override async fork(id: string, options: { readonly at?: number } = {}): Promise<this> {
    await super.fork(id, options);
    return this.#sibling(id);
  }

  /**
   * A new agent in which a run goes on from the end of a turn: with the memory that this one had then. This one is not touched;
   * what is to happen once, and was begun after that turn, is asked about before it is done again.
   *
   * @param options.at After how many turns; 0: at its beginning. @default after the last that ended
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
   * Executes a finished run again from its record alone, and all that the code decides must come out as it is there. No model
   * is asked and no tool called; `afterTool`, `afterTurn`, `stopWhen` and the bodies of tools that orchestrate are.
   *
   * @throws AitorError (rejects with) `run-unknown`, `run-not-finished`, `history-not-kept`.
   */
  replay(run: string): Promise<ReplayReport> {
    return this.hosted(({ runs }) => runs.replay(this, this.own(run)));
  }

  /**
   * Replaces the memory by an exported one, in its turn among the messages. Of another version, or damaged data, all that can
   * be read is taken.
   *
   * @returns What could not be read, and was left out.
   * @throws AitorError (rejects with) `memory-file` where it is no exported memory at all.
   */
  override async importMemory(file: unknown): Promise<readonly MemoryProblem[]> {
    await super.importMemory(file);
    return problemsOf(file, this["~agent"].handle, this["~agent"].version);
  }

  /**
   * This agent as a tool of others: a call is a message to it, within what is left of the caller's budget.
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

  /** A run that was cancelled has a result, too. */
  async #outcome(runOf: () => string | Promise<string>, reply: Promise<ReactReply>): Promise<ReactOutcome> {
    try {
      return (await reply) as ReactOutcome;
    } catch (error) {
      if (!isAitorError(error, "cancelled")) throw error;
      const memory = (await this.read()) as never;
      return this.#engine.cancelled(await runOf(), (each) => this.host.runs.events(each), memory);
    }
  }

  /** Of the same definition, on the same host, under another id. */
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
