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

/** Where an agent is: under which id, on which host. */
export interface AgentPlace {
  /** @default "default" */
  readonly id?: string;
  /** @default the process's own, in memory */
  readonly host?: Hosting;
}

export interface AskAgentOptions {
  /**
   * The message's: one that was handled before gets the same reply, and one that was taken back or cancelled stays so.
   *
   * @default a random UUID
   */
  readonly id?: string;
  /** Time for the reply; then the call rejects with `ask-timeout`, and the message is taken back, unless it was told, too, or others ask. @default none */
  readonly deadline?: Duration;
  /** Takes the message back when it aborts, as `deadline` does. */
  readonly signal?: AbortSignal;
  /** The module that exports the definition, recorded for `aitor resume`. @default none */
  readonly origin?: RunOrigin;
}

export interface TellAgentOptions {
  /** The message's: one that was received before is not handled again, be it one that was taken back. @default a random UUID */
  readonly id?: string;
  /** Not before this has passed. @default 0 */
  readonly delay?: Duration;
  /** The module that exports the definition, recorded for `aitor resume`. @default none */
  readonly origin?: RunOrigin;
}

/** A message that may be `undefined` need not be given. */
type WithMessage<Message, Options> = undefined extends Message
  ? [message?: Message, options?: Options]
  : [message: Message, options?: Options];

/**
 * An agent: an actor with a memory, under an id. It handles one message at a time, in order; message, reply and change of
 * memory are recorded together.
 *
 * `new Aitor({ … })` defines an agent and opens it on the process's own host. A class that extends it is a definition: give
 * it a `name`, `memory` and `onReceive`, and open it with `host.open(Notes, "user-42")`. One object of the class serves all
 * ids, so state belongs into memory and not into its fields.
 *
 * `Message` is what it handles. `Taken` is what is sent, where the schema of messages changes what it takes.
 */
export class Aitor<Memory = unknown, Message = unknown, Reply = unknown, Taken = unknown> {
  /** The definition's. A class that extends this one must set it. */
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

  /** Shuts the process's own host down, as `AitorHost.shutdown` does. Its agents live on a new one when they are used again: all is forgotten. */
  static shutdown(): Promise<void> {
    return shutdownDefaultHost();
  }

  /** The memory of a new agent. For classes that extend this one. */
  protected memory(): Memory {
    throw incompleteError(this, "memory");
  }

  /** Handles one message, see `AgentOptions`. For classes that extend this one. */
  protected onReceive(_message: Message, _ctx: AgentContext<Memory>): Reply | Promise<Reply> {
    throw incompleteError(this, "onReceive");
  }

  /** What it is made of. For classes that extend this one and want more than `memory` and `onReceive`. */
  protected define(): AgentOptions<Memory, Message, Reply> {
    if (this.#options !== undefined) return this.#options as AgentOptions<Memory, Message, Reply>;
    if (this.name === "") throw incompleteError(this, "name");
    return {
      name: this.name,
      memory: () => this.memory(),
      onReceive: (message, ctx) => this.onReceive(message, ctx),
    };
  }

  /** Its definition, for hosts. One for each class. @throws AitorError `agent-undefined`, `invalid-option`. */
  get "~agent"(): AgentBehaviour {
    return (this.#behaviour ??= classBehaviour(this, () => agentBehaviour(this.define())));
  }

  /**
   * Sends a message and waits for the reply. For those outside: a handler asks by `ctx.ask`, which goes on after a crash and is
   * refused where it would wait for its own agent. Here such a one waits for ever.
   *
   * @throws What the handler threw; AitorError (rejects with) `cancelled` where the signal aborts, `ask-timeout`,
   *   `invalid-value` where the message does not match its schema, `not-json`, `mailbox-full`, `agent-suspended`,
   *   `message-set-aside`, `agent-halted`, `host-closed`.
   */
  ask(...[message, options = {}]: WithMessage<Sent<Taken, Message>, AskAgentOptions>): Promise<Reply> {
    return this.hosted((host, agent) =>
      host.ask(agent, this.id, message, optionsOf(options, ASK, "the options of ask")),
    ) as Promise<Reply>;
  }

  /**
   * Sends a message, and waits until it is durable.
   *
   * @returns The message's id.
   * @throws AitorError (rejects with) as `ask`, of what happens before a message is durable.
   */
  tell(...[message, options = {}]: WithMessage<Sent<Taken, Message>, TellAgentOptions>): Promise<string> {
    return this.hosted((host, agent) =>
      host.tell(agent, this.id, message, optionsOf(options, TELL, "the options of tell")),
    );
  }

  /**
   * The memory as it is on record, or what `look` gives of it. Never waits for messages. JSON is frozen; what a codec makes is
   * no copy and not frozen, and must not be changed in place: the agent goes on with it, and records it.
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
   * Changes the memory from outside, when it is its turn: behind the messages that are durable by then, which one that was sent just
   * before may not be. The agent's own handler, whose turn it is, would wait for ever: it has `ctx.memory.update`.
   *
   * @returns The memory afterwards, when it is durable.
   * @throws What `change` throws; AitorError (rejects with) `not-json`, `invalid-value` where it does not match the schema,
   *   `memory-folded`, `agent-suspended`, `agent-halted`, `host-closed`.
   */
  update(change: MemoryChange<Memory>): Promise<Snapshot<Memory>> {
    return this.hosted((host, agent) => host.memories.update(agent, keyOf(agent, this.id), change as never)) as Promise<
      Snapshot<Memory>
    >;
  }

  /** The memory as a JSON value. */
  exportMemory(): Promise<MemoryFile> {
    return this.hosted((host, agent) => host.memories.exportMemory(agent, keyOf(agent, this.id)));
  }

  /**
   * Replaces the memory by an exported one, of this version or another one that `migrate` knows, in its turn.
   *
   * @throws AitorError (rejects with) `memory-file`; `invalid-value` where it does not match the schema. Memory is as it was.
   */
  importMemory(file: unknown): Promise<unknown> {
    return this.hosted((host, agent) => host.memories.importMemory(agent, keyOf(agent, this.id), file));
  }

  /**
   * A new agent that begins with this one's memory, and from then on goes its own way. Blobs that its memory refers to are its own, too.
   *
   * @param id The new one's, which must not be in use.
   * @param options.at The commit to go back to: the `seq` of a `memory-changed` event, or 0 for how it began. @default the last one
   * @throws AitorError (rejects with) `agent-exists` where the id is in use; `commit-unknown`; `history-not-kept` for a commit
   *   before the history.
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

  /** Its bytes that are too large for messages, such as images and files. */
  get blobs(): AgentBlobs {
    return this.host.blobs(this["~agent"], this.id);
  }

  /** What somebody must answer before it goes on. */
  pending(): Promise<readonly PendingSignal[]> {
    return this.hosted((host, agent) => host.pending(agent, this.id));
  }

  /**
   * Answers a signal that it waits for: the run that handles the message goes on.
   *
   * @throws AitorError (rejects with) `run-unknown`, also for another agent's run; as `engine.answer`.
   */
  answer(signal: Pick<PendingSignal, "run" | "key">, answer: Answer): Promise<void> {
    return this.hosted((host) => {
      const { run, key } = pendingAt(signal);
      return host.answer(this.own(run), key, answer);
    });
  }

  /**
   * Takes a message back, or cancels the one that is being handled.
   *
   * @param run Its run, as events tell it.
   * @throws AitorError (rejects with) `run-unknown`, also for another agent's run; as `engine.cancel`.
   */
  cancel(run: string, reason?: unknown): Promise<void> {
    return this.hosted((host) => host.cancel(this.own(run), reason));
  }

  /** Tells what happens to it from now on. @returns Ends it. */
  observe(listener: (event: AgentEvent) => void | Promise<void>): () => void {
    if (typeof listener !== "function")
      throw invalidOption("an observer of an agent", "a function of events", listener);
    return this.host.observe(listener, keyOf(this["~agent"], this.id));
  }

  protected get host(): Hosting {
    return this.#host ?? defaultHost();
  }

  /** One of its runs, or of those below them. @throws AitorError `run-unknown` for another one's. */
  protected own(run: string): string {
    const key = keyOf(this["~agent"], this.id);
    if (!nonEmpty(run, "the id of a run").startsWith(`${mailboxName(key)}/`)) throw runUnknownError(run, key);
    return run;
  }

  /** For classes that extend this one and can do more: what its host can do for it. */
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
