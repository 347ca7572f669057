import { Aitor, type AgentOptions, type AgentPlace, type AskAgentOptions } from "../agent/index.ts";
import { invalidOption, isAitorError, type Schema, validate } from "../base/index.ts";
import { messageRun } from "../engine/index.ts";
import { jsonSchemaOf } from "../llm/index.ts";
import { AgentTools } from "./agent-tools.ts";
import { noAnswerError } from "./errors.ts";
import { followRun } from "./follow-run.ts";
import { approvalsAmong, type PendingApproval } from "./pending-approval.ts";
import { engineOf, type ReactAgentOptions, reactAgentOptions, type ReactReply } from "./react-agent-options.ts";
import type { MemoryStats } from "./memory-parts.ts";
import type { ReactMemory } from "./react-memory.ts";
import type { Problem, ReactLimits, ReactMessage, ReactTask } from "./react-message.ts";
import type { ReactOutcome, ReactResult } from "./react-result.ts";
import { ReactStream } from "./react-stream.ts";
import type { ReasoningEngine } from "./reasoning-engine.ts";
import { abortedOutcome } from "./recorded-outcome.ts";

/** How a problem is to be solved. */
export interface SolveOptions<Context = Record<string, unknown>> extends AskAgentOptions {
  /** Put into the memory's context first. */
  readonly context?: Partial<Context>;
  /** Within the agent's own. */
  readonly limits?: ReactLimits;
}

/** The same, for an answer that is no text. */
export interface TypedSolveOptions<Answer, Context = Record<string, unknown>> extends SolveOptions<Context> {
  /** What the answer must be: a schema that gives its JSON Schema, such as zod's. */
  readonly schema: Schema<unknown, Answer>;
}

type Options<Context> = SolveOptions<Context> & { readonly schema?: Schema };

/** An agent's class or definition is its own; a class that extends ReactAgent gives `reasoning`. */
export type ReasoningDefinition<Context, Fields> = Omit<ReactAgentOptions<Context, Fields>, "name">;

/**
 * An agent that thinks, acts, observes and answers, under an id, with a memory of all that it did. It handles one message at a
 * time; each is a run, which survives its process at every step.
 *
 * `new ReactAgent({ … })` defines an agent and opens it on the process's own host. A class that extends it is a definition:
 * give it a `name` and `reasoning`, and open it with `host.open(Analyst, "team-7")`.
 */
export class ReactAgent<Context = Record<string, unknown>, Fields = Record<string, never>> extends Aitor<
  ReactMemory<Context, Fields>,
  ReactMessage,
  ReactReply
> {
  #tools: AgentTools | undefined;

  /** @throws AitorError `invalid-option`, `invalid-duration`, and as tools do. */
  constructor(options: (ReactAgentOptions<Context, Fields> & AgentPlace) | AgentPlace = {}) {
    super(isPlace(options) ? options : placed(options));
  }

  /** What it is made of. For classes that extend this one. */
  protected reasoning(): ReasoningDefinition<Context, Fields> {
    const { name } = this.constructor;
    throw invalidOption(
      `class ${name}`,
      "a method reasoning() that says what it is made of",
      undefined,
      "override reasoning",
    );
  }

  protected override define(): AgentOptions<ReactMemory<Context, Fields>, ReactMessage, ReactReply> {
    if (this.reasoning === ReactAgent.prototype.reasoning) return super.define();
    return reactAgentOptions({ ...this.reasoning(), name: this.name });
  }

  /** The tools of its definition: all its agents in this process have them. */
  get tools(): AgentTools {
    const { tools, registry } = this.#engine.settings;
    return (this.#tools ??= new AgentTools(tools, registry));
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
   *   `agent-suspended`, `message-set-aside`, `host-closed`, `ask-timeout`, as `ask` does.
   */
  solve<Answer>(problem: Problem, options: TypedSolveOptions<Answer, Context>): Promise<ReactResult<Answer>>;
  solve(problem: Problem, options?: SolveOptions<Context>): Promise<ReactResult>;
  solve(problem: Problem, options: Options<Context> = {}): Promise<ReactResult<unknown>> {
    return this.#solve(problem, { ...options, id: options.id ?? crypto.randomUUID() });
  }

  /**
   * Says something, and gives what is answered.
   *
   * @throws AitorError (rejects with) `no-answer` where the run ended without one, and as `solve` does.
   */
  async chat(message: Problem, options: SolveOptions<Context> = {}): Promise<string> {
    const { trace: _, ...outcome } = await this.solve(message, options);
    if (outcome.status !== "answered") throw noAnswerError(`"${this["~agent"].name}"`, outcome);
    return String(outcome.answer);
  }

  /** As `solve`, for those who watch it. @throws AitorError `invalid-option`. */
  stream<Answer>(problem: Problem, options: TypedSolveOptions<Answer, Context>): ReactStream<Answer>;
  stream(problem: Problem, options?: SolveOptions<Context>): ReactStream;
  stream(problem: Problem, options: Options<Context> = {}): ReactStream<unknown> {
    const id = options.id ?? crypto.randomUUID();
    const run = this.#runOf(id);
    const { host } = this;
    return new ReactStream<unknown>({
      id: run,
      follow: (listener) => host.runs.follow(run, listener),
      cancel: (reason) => host.cancel(run, reason),
      result: this.#solve(problem, { ...options, id }),
    });
  }

  /**
   * Watches a run that is on record: one that goes on after a restart, or that somebody else asked for. The first event is a
   * snapshot of what there is of it.
   *
   * @throws AitorError (rejects with) `run-unknown` for what is no run of this agent's that solves a problem; `host-closed`.
   */
  async follow(run: string): Promise<ReactStream<unknown>> {
    await this.hosted(() => Promise.resolve());
    return followRun(
      {
        host: this.host,
        outcome: (message, id) => this.#outcome(message, { id }, run),
        result: async (outcome) => ({ ...outcome, trace: await this.#look((memory) => memory.traceOf(run)) }),
      },
      run,
    );
  }

  /** Makes sure, as far as that is known without asking it, that its model can be asked. @throws As `LLMManager.check`. */
  checkModel(): Promise<void> {
    return this.#engine.settings.llm.check(this.model);
  }

  /** Calls that wait for a person. */
  async approvals(): Promise<PendingApproval[]> {
    return approvalsAmong(await this.pending());
  }

  /** Says yes to a call, exactly as it was shown. @throws As `engine.answer`. */
  approve({ run, key, hash }: Pick<PendingApproval, "run" | "key" | "hash">): Promise<void> {
    return this.answer({ run, key }, { value: { hash, approve: true } });
  }

  /** Says yes to a call with other arguments. @throws AitorError `invalid-value` where they do not fit; as `engine.answer`. */
  edit({ run, key, hash }: Pick<PendingApproval, "run" | "key" | "hash">, args: unknown): Promise<void> {
    return this.answer({ run, key }, { value: { hash, edit: args } });
  }

  /** Says no to a call; the model is told why. @throws As `engine.answer`. */
  reject({ run, key, hash }: Pick<PendingApproval, "run" | "key" | "hash">, reason: string): Promise<void> {
    return this.answer({ run, key }, { value: { hash, reject: reason } });
  }

  /** Sets values of the memory's context, in its turn among the messages. */
  async setContext(values: Partial<Context>): Promise<void> {
    await this.ask({ set: values });
  }

  /** Forgets the conversation, with tool executions and trace; with `context`, the context too. Usage is still known. */
  async clearSession({ context = false }: { readonly context?: boolean } = {}): Promise<void> {
    await this.ask({ clear: context ? "all" : "session" });
  }

  getMemoryStats(): Promise<MemoryStats> {
    return this.#look(({ stats }) => stats);
  }

  async #solve(problem: Problem, options: Options<Context> & { readonly id: string }): Promise<ReactResult<unknown>> {
    const { schema, context, limits, ...asking } = options;
    const task: ReactTask = {
      problem,
      ...(schema !== undefined && { answer: { schema: jsonSchemaOf(schema) } }),
      ...(context !== undefined && { context }),
      ...(limits !== undefined && { limits }),
    };
    const outcome = await this.#outcome(task, asking);
    const trace = await this.#look((memory) => memory.traceOf(outcome.run));
    if (schema === undefined || outcome.status !== "answered") return { ...outcome, trace };
    return { ...outcome, trace, answer: await validate(schema, outcome.answer, "the answer") };
  }

  /** A run that was cancelled has a result, too. */
  async #outcome(
    message: ReactMessage,
    asking: AskAgentOptions & { readonly id: string },
    run: string = this.#runOf(asking.id),
  ): Promise<ReactOutcome> {
    try {
      return (await this.ask(message, asking)) as ReactOutcome;
    } catch (error) {
      if (!isAitorError(error, "cancelled")) throw error;
      return this.#look((memory) => abortedOutcome(run, this.host.runs.events(run), memory));
    }
  }

  #look<Out>(look: (memory: ReactMemory<Context, Fields>) => Out | Promise<Out>): Promise<Out> {
    return this.read().then((memory) => look(memory));
  }

  #runOf(message: string): string {
    return messageRun({ name: this["~agent"].name, id: this.id }, message, 1);
  }

  get #engine(): ReasoningEngine {
    return engineOf(this["~agent"].handle) as ReasoningEngine;
  }
}

function isPlace(options: object): options is AgentPlace {
  return !("name" in options);
}

/** The options of the agent that a reasoning agent is. */
function placed<Context, Fields>({
  id,
  host,
  ...options
}: ReactAgentOptions<Context, Fields> & AgentPlace): AgentOptions<
  ReactMemory<Context, Fields>,
  ReactMessage,
  ReactReply
> &
  AgentPlace {
  return {
    ...reactAgentOptions(options as ReactAgentOptions<Context, Fields>),
    ...(id !== undefined && { id }),
    ...(host && { host }),
  };
}
