import { type Duration, invalidOption, nonEmpty, optionsOf, type Schema } from "../../base/index.ts";
import { type Answer, mailboxName, type RunOrigin, runUnknownError } from "../../engine/index.ts";
import { type AgentBehaviour, agentBehaviour, keyOf } from "../definition/agent-behaviour.ts";
import type { AgentBlobs } from "../definition/agent-blobs.ts";
import type { AgentDefinition, Sent } from "../definition/agent-definition.ts";
import type { AgentEvent } from "../definition/agent-events.ts";
import type { AgentContext, AgentOptions, MemoryChange, Snapshot } from "../definition/agent-options.ts";
import { agentUndefinedError } from "../definition/errors.ts";
import { defaultHost, type Hosting, shutdownDefaultHost } from "./hosting.ts";
import type { MemoryFile } from "../memory/memory-file.ts";
import { pendingAt, type PendingSignal } from "../definition/pending-signals.ts";

/** The id of an agent and the host that it is on. */
export interface AgentPlace {
  /** @default "default" */
  readonly id?: string;
  /** @default the process's own, in memory */
  readonly host?: Hosting;
}

export interface AskAgentOptions {
  /** The message's id. One that was handled before gets the same reply; a withdrawn or cancelled one stays so. @default a random UUID */
  readonly id?: string;
  /**
   * Time for the reply. Then the call rejects with `ask-timeout`. The message is withdrawn, unless it was also sent with `tell` or
   * others wait for its reply. @default none
   */
  readonly deadline?: Duration;
  /** Withdraws the message when it aborts, as `deadline` does. */
  readonly signal?: AbortSignal;
  /** The module that exports the definition, recorded for `aitor resume`. @default none */
  readonly origin?: RunOrigin;
}

export interface TellAgentOptions {
  /** The message's id. A message that was received before is not handled again, even if it was withdrawn. @default a random UUID */
  readonly id?: string;
  /** How long to wait before the message is handled. @default 0 */
  readonly delay?: Duration;
  /** The module that exports the definition, recorded for `aitor resume`. @default none */
  readonly origin?: RunOrigin;
}

/** The arguments of a call. A message that may be `undefined` may be left out. */
type WithMessage<Message, Options> = undefined extends Message
  ? [message?: Message, options?: Options]
  : [message: Message, options?: Options];

/**
 * An agent: an actor with a memory, under an id. It handles one message at a time, in order. A message, its reply and its
 * changes to memory are recorded together.
 *
 * `new Aitor({ … })` defines an agent and opens it on the process's own host. A class that extends `Aitor` is a definition:
 * give it a `name`, `memory` and `onReceive`, and open it with `host.open(Notes, "user-42")`. One object of the class serves
 * all ids, so state belongs in memory, not in fields of the class.
 *
 * `Message` is the type that the handler gets. `Taken` is the type that callers send, if the message schema transforms it.
 */
export class Aitor<Memory = unknown, Message = unknown, Reply = unknown, Taken = unknown> {
  /** The definition's name. A class that extends this one must set it. */
  readonly name: string = "";
  readonly id: string;
  readonly #host: Hosting | undefined;
  /** Untyped, so that an agent's type says no more than what can be done with it. */
  readonly #options: unknown;
  #behaviour: AgentBehaviour | undefined;

  /** @throws AitorError `invalid-option`. */
  constructor(
    options:
      | (AgentOptions<Memory, Message, Reply> & { readonly message?: Schema<Taken, Message> } & AgentPlace)
      | (AgentPlace & NoOptions) = {},
  ) {
    const { id = "default", host, ...rest } = options;
    this.id = nonEmpty(id, "the id of an agent");
    this.#host = host;
    if (!("name" in rest)) return;
    const defining = rest as AgentOptions<Memory, Message, Reply>;
    this.#options = defining;
    this.name = defining.name;
    this.#behaviour = agentBehaviour(defining);
  }

  /** Opens a definition; for hosts. */
  static of<Memory, Message, Reply>(
    definition: AgentDefinition<Memory, Message, Reply>,
    id: string,
    host: Hosting,
  ): Aitor<Memory, Message, Reply> {
    const agent = new Aitor<Memory, Message, Reply>({ id, host });
    (agent as { name: string }).name = definition.name;
    agent.#behaviour = definition["~agent"];
    return agent;
  }

  /** Shuts down the process's own host, as `AitorHost.shutdown` does. Agents used again begin on a new host, with all forgotten. */
  static shutdown(): Promise<void> {
    return shutdownDefaultHost();
  }

  /** Returns the memory of a new agent. For classes that extend this one. */
  protected memory(): Memory {
    throw incompleteError(this, "memory");
  }

  /** Handles one message; see `AgentOptions`. For classes that extend this one. */
  protected onReceive(_message: Message, _ctx: AgentContext<Memory>): Reply | Promise<Reply> {
    throw incompleteError(this, "onReceive");
  }

  /** Returns the agent's options. For classes that extend this one and need more than `memory` and `onReceive`. */
  protected define(): AgentOptions<Memory, Message, Reply> {
    if (this.#options !== undefined) return this.#options as AgentOptions<Memory, Message, Reply>;
    if (this.name === "") throw incompleteError(this, "name");
    return {
      name: this.name,
      memory: () => this.memory(),
      onReceive: (message, ctx) => this.onReceive(message, ctx),
    };
  }

  /** The agent's definition, for hosts. There is one for each class. @throws AitorError `agent-undefined`, `invalid-option`. */
  get "~agent"(): AgentBehaviour {
    return (this.#behaviour ??= classBehaviour(this, () => agentBehaviour(this.define())));
  }

  /**
   * Sends a message and resolves with the reply. For callers outside of handlers. A handler uses `ctx.ask`, which continues
   * after a crash and is refused if the handler would wait for its own agent. With this method, such a handler waits forever.
   *
   * @throws What the handler threw; AitorError (rejects with) `cancelled` if the signal aborts, `ask-timeout`,
   *   `invalid-value` if the message does not match its schema, `not-json`, `mailbox-full`, `agent-suspended`,
   *   `message-set-aside`, `agent-halted`, `host-closed`.
   */
  ask(...[message, options = {}]: WithMessage<Sent<Taken, Message>, AskAgentOptions>): Promise<Reply> {
    return this.hosted((host, agent) =>
      host.ask(agent, this.id, message, optionsOf(options, ASK, "the options of ask")),
    ) as Promise<Reply>;
  }

  /**
   * Sends a message and resolves when it is durable.
   *
   * @returns The message's id.
   * @throws AitorError (rejects with) those of `ask` that occur before a message is durable.
   */
  tell(...[message, options = {}]: WithMessage<Sent<Taken, Message>, TellAgentOptions>): Promise<string> {
    return this.hosted((host, agent) =>
      host.tell(agent, this.id, message, optionsOf(options, TELL, "the options of tell")),
    );
  }

  /**
   * Returns the recorded memory, or what `look` returns for it. Never waits for messages. JSON is frozen. What a codec makes is
   * neither copied nor frozen. It must not be changed in place, because the agent continues with it and records it.
   */
  read(): Promise<Snapshot<Memory>>;
  read<Out>(look: (memory: Snapshot<Memory>) => Out): Promise<Out>;
  read(look?: (memory: Snapshot<Memory>) => unknown): Promise<unknown> {
    if (look !== undefined && typeof look !== "function") {
      return Promise.reject(invalidOption("what looks at a memory", "a function of it", look));
    }
    const memory = this.hosted((host, agent) => host.memories.read(agent, keyOf(agent, this.id)));
    return look === undefined ? memory : memory.then((read) => look(read as Snapshot<Memory>));
  }

  /**
   * Changes the memory from outside, in turn: behind the messages that are already durable. A message sent just before may not
   * be durable yet. The agent's own handler would wait forever for its own turn to end; it uses `ctx.memory.update`.
   *
   * @returns The memory afterwards, when it is durable.
   * @throws What `change` throws; AitorError (rejects with) `not-json`, `invalid-value` if it does not match the schema,
   *   `memory-folded`, `agent-suspended`, `agent-halted`, `host-closed`.
   */
  update(change: MemoryChange<Memory>): Promise<Snapshot<Memory>> {
    return this.hosted((host, agent) => host.memories.update(agent, keyOf(agent, this.id), change as never)) as Promise<
      Snapshot<Memory>
    >;
  }

  /** Returns the memory as a JSON value. */
  exportMemory(): Promise<MemoryFile> {
    return this.hosted((host, agent) => host.memories.exportMemory(agent, keyOf(agent, this.id)));
  }

  /**
   * Replaces the memory, in turn, by an exported one of this version or of another version that `migrate` knows.
   *
   * @throws AitorError (rejects with) `memory-file`; `invalid-value` if it does not match the schema. Memory is then unchanged.
   */
  importMemory(file: unknown): Promise<unknown> {
    return this.hosted((host, agent) => host.memories.importMemory(agent, keyOf(agent, this.id), file));
  }

  /**
   * Makes a new agent that begins with this agent's memory and is independent from then on. Blobs that the memory refers to
   * belong to the new agent too.
   *
   * @param id The new agent's id, which must not be in use.
   * @param options.at The commit to go back to: the `seq` of a `memory-changed` event, or 0 for the start. @default the last one
   * @throws AitorError (rejects with) `agent-exists` if the id is in use; `commit-unknown`; `history-not-kept` for a commit before
   *   the history.
   */
  async fork(id: string, options: { readonly at?: number } = {}): Promise<Aitor<Memory, Sent<Taken, Message>, Reply>> {
    const { at } = optionsOf(options, ["at"], "the options of fork");
    if (at !== undefined && typeof at !== "number")
      throw invalidOption("at of a fork", "the number of a commit, or 0", at);
    const behaviour = this["~agent"];
    const as = { name: behaviour.name, id: nonEmpty(id, "the id of a fork") };
    await this.hosted((host, agent) => host.memories.fork(agent, keyOf(agent, this.id), as, at));
    return Aitor.of({ name: behaviour.name, version: behaviour.version, "~agent": behaviour }, id, this.host);
  }

  /** The agent's bytes that are too large for messages, such as images and files. */
  get blobs(): AgentBlobs {
    return this.host.blobs(this["~agent"], this.id);
  }

  /** Lists what somebody must answer before the agent continues. */
  pending(): Promise<readonly PendingSignal[]> {
    return this.hosted((host, agent) => host.pending(agent, this.id));
  }

  /**
   * Answers a signal that the agent waits for. The run that handles the message then continues.
   *
   * @throws AitorError (rejects with) `run-unknown`, also for another agent's run; those of `engine.answer`.
   */
  answer(signal: Pick<PendingSignal, "run" | "key">, answer: Answer): Promise<void> {
    return this.hosted((host) => {
      const { run, key } = pendingAt(signal);
      return host.answer(this.own(run), key, answer);
    });
  }

  /**
   * Withdraws a message, or cancels the one that is being handled.
   *
   * @param run The message's run, as events name it.
   * @throws AitorError (rejects with) `run-unknown`, also for another agent's run; those of `engine.cancel`.
   */
  cancel(run: string, reason?: unknown): Promise<void> {
    return this.hosted((host) => host.cancel(this.own(run), reason));
  }

  /** Calls `listener` with each event of the agent from now on. @returns A function that ends this. */
  observe(listener: (event: AgentEvent) => void | Promise<void>): () => void {
    if (typeof listener !== "function")
      throw invalidOption("an observer of an agent", "a function of events", listener);
    return this.host.observe(listener, keyOf(this["~agent"], this.id));
  }

  protected get host(): Hosting {
    return this.#host ?? defaultHost();
  }

  /** Returns `run` if it is one of the agent's runs or below one. @throws AitorError `run-unknown` for any other run. */
  protected own(run: string): string {
    const key = keyOf(this["~agent"], this.id);
    if (!nonEmpty(run, "the id of a run").startsWith(`${mailboxName(key)}/`)) throw runUnknownError(run, key);
    return run;
  }

  /** Calls the agent's host. For classes that extend this one and can do more. */
  protected hosted<Out>(call: (host: Hosting, agent: AgentBehaviour) => Promise<Out>): Promise<Out> {
    try {
      const host = this.host;
      const agent = this["~agent"];
      return host.knows(agent) ? call(host, agent) : host.register(agent).then(() => call(host, agent));
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

const ASK = ["id", "deadline", "signal", "origin"] as const satisfies readonly (keyof AskAgentOptions)[];
const TELL = ["id", "delay", "origin"] as const satisfies readonly (keyof TellAgentOptions)[];

/** What a class that extends Aitor is not given: it defines itself. */
interface NoOptions {
  readonly name?: never;
}

const behaviours = new WeakMap<object, AgentBehaviour>();

/** One for all objects of a class: the first one serves them all. */
function classBehaviour(agent: object, make: () => AgentBehaviour): AgentBehaviour {
  const known = behaviours.get(agent.constructor);
  if (known !== undefined) return known;
  const made = make();
  behaviours.set(agent.constructor, made);
  return made;
}

function incompleteError(agent: object, part: string): Error {
  const { name } = agent.constructor;
  return agentUndefinedError(`class ${name}, which has no ${part}`, `give it one: override ${part} in class ${name}`);
}
