import { isAitorError, type MessageKey, validate } from "../../base/index.ts";
import type { Engine } from "../../engine/index.ts";
import { type AppendOptions, expecting, type Journal } from "../../journal/index.ts";
import type { AgentBehaviour, MemoryRules } from "../definition/agent-behaviour.ts";
import type { AgentMemory, MemoryPlace } from "../memory/agent-memory.ts";
import { agentHead, agentStream, memoryEvent } from "../definition/agent-stream.ts";
import type { AwakeAgents } from "../run/awake-agents.ts";
import { checkKept } from "../memory/kept-history.ts";
import { agentExistsError, commitUnknownError, memoryFileError, memoryFoldedError } from "../definition/errors.ts";
import { FoldedMemory } from "../memory/folded-memory.ts";
import { throwCause } from "../memory/damaged-memory.ts";
import { keepBlobs } from "../memory/kept-blobs.ts";
import type { MemoryEvent, MemoryPatch } from "../definition/memory-events.ts";
import type { HostedMemories } from "../memory/hosted-memories.ts";
import { type MemoryFile, memoryFile, memoryOfFile } from "../memory/memory-file.ts";
import { currentMemory, type RawMemory } from "../memory/current-memory.ts";
import { readUndamaged, sizeOf } from "../memory/memory-reading.ts";

/** What is to be recorded of a change, if anything, and what to do when it is. */
type Change = { readonly patches: readonly MemoryPatch[]; readonly commit: () => void } | undefined;

/** What can be done to agents' memories from outside. What changes one takes its turn among the messages. */
export class AgentMemories implements HostedMemories {
  readonly #place: MemoryPlace;
  readonly #awake: AwakeAgents;
  readonly #engine: Pick<Engine, "turn">;

  constructor(place: MemoryPlace, awake: AwakeAgents, engine: Pick<Engine, "turn">) {
    this.#place = place;
    this.#awake = awake;
    this.#engine = engine;
  }

  async read({ memory: rules }: AgentBehaviour, key: MessageKey): Promise<unknown> {
    const waking = this.#wake(key, rules);
    const memory = waking instanceof Promise ? await waking : waking;
    const { committed } = memory.content;
    this.#awake.rest(memory, true);
    return committed;
  }

  /** As it was after that commit. @throws AitorError (rejects with) `history-not-kept`, `commit-unknown`. */
  async #readCommit({ memory: rules }: AgentBehaviour, key: MessageKey, at: number): Promise<unknown> {
    if (!Number.isSafeInteger(at) || at < 0) throw commitUnknownError(key, at);
    const { journal } = this.#place;
    const { committed } = await readUndamaged({ journal, stream: agentStream(key), rules, upTo: at });
    await checkKept(journal, key, at, `commit ${at}`);
    if (at > 0 && !(await isCommit(journal, key, at))) throw commitUnknownError(key, at);
    return committed;
  }

  update(behaviour: AgentBehaviour, key: MessageKey, change: (draft: never) => unknown): Promise<unknown> {
    return this.#inTurn(behaviour, key, async (memory) => {
      const { content } = memory;
      if (content instanceof FoldedMemory) throw memoryFoldedError(key);
      content.update(change);
      await content.check();
      const patches = content.take();
      return patches && { patches, commit: () => content.commit() };
    });
  }

  async exportMemory(behaviour: AgentBehaviour, key: MessageKey): Promise<MemoryFile> {
    const { version, codec } = behaviour.memory;
    const memory = await this.read(behaviour, key);
    const value = codec === undefined ? memory : codec.encode(memory);
    return memoryFile(key, version, value, this.#place.clock.now());
  }

  async importMemory(behaviour: AgentBehaviour, key: MessageKey, file: unknown): Promise<void> {
    const { memory: rules } = behaviour;
    const value = await imported(rules, memoryOfFile(file, rules.codec?.leftOut !== undefined));
    await this.#inTurn(behaviour, key, ({ content }) => {
      if (content instanceof FoldedMemory) {
        const encoded = rules.codec === undefined ? value : rules.codec.encode(value);
        return { patches: [{ op: "replace", path: [], value: encoded }], commit: () => content.replace(value) };
      }
      content.update(() => value);
      const patches = content.take();
      return patches && { patches, commit: () => content.commit() };
    });
  }

  #wake(key: MessageKey, rules: MemoryRules): AgentMemory | Promise<AgentMemory> {
    const waking = this.#awake.wake(key, rules);
    return waking instanceof Promise ? waking.catch(throwCause) : waking;
  }

  /** Forgets an agent's history where it is as long as it may be. */
  async beginAnew(rules: MemoryRules, key: MessageKey): Promise<void> {
    await this.#withMemory(key, rules, (memory) => memory.beginAnew().finally(() => this.#awake.rest(memory, true)));
  }

  /** Makes an agent that begins with this one's memory. */
  async fork(behaviour: AgentBehaviour, from: MessageKey, as: MessageKey, at: number | undefined): Promise<void> {
    const { codec, version } = behaviour.memory;
    const memory = await (at === undefined ? this.read(behaviour, from) : this.#readCommit(behaviour, from, at));
    await this.create(as, { version, value: codec === undefined ? memory : codec.encode(memory) });
  }

  /**
   * Makes an agent that begins with a memory.
   *
   * @param changes What is on record of it behind that.
   * @param append Records all this, and what belongs to it.
   * @throws AitorError (rejects with) `agent-exists`.
   */
  async create(
    as: MessageKey,
    { version, value }: RawMemory,
    changes: readonly MemoryEvent[] = [],
    append: (events: readonly MemoryEvent[], options: Pick<AppendOptions, "expect" | "heads">) => unknown = (
      events,
      options,
    ) => this.#place.journal.append(events, options),
  ): Promise<void> {
    const { journal, clock, onEvent } = this.#place;
    const stream = agentStream(as);
    const patches: readonly MemoryPatch[] = [{ op: "replace", path: [], value }];
    const events = [memoryEvent(stream, clock.now(), undefined, "memory-changed", { version, patches }), ...changes];
    await this.#engine.turn(as, async () => {
      if (await isThere(journal, stream)) throw agentExistsError(as);
      // Before it is there: should the process die now, no agent refers to what it does not have.
      await keepBlobs(journal, stream, events);
      try {
        await append(events, { expect: expecting(stream, 0), heads: [agentHead(as)] });
      } catch (error) {
        const isTaken = isAitorError(error, "journal-conflict") || isAitorError(error, "run-exists");
        throw isTaken ? agentExistsError(as) : error;
      }
      // Who looked for it before found a new agent.
      this.#awake.forget(as);
    });
    for (const event of events) onEvent(as, event);
  }

  #inTurn(
    { memory: rules }: AgentBehaviour,
    key: MessageKey,
    change: (memory: AgentMemory) => Change | Promise<Change>,
  ): Promise<unknown> {
    return this.#withMemory(key, rules, async (memory) => {
      // What was changed before something threw did not happen.
      let isRecorded = false;
      try {
        const changed = await change(memory);
        if (changed !== undefined) {
          const { patches, commit } = changed;
          const event = memory.event("memory-changed", { version: rules.version, patches });
          await this.#place.journal.append([event], { heads: memory.isNew ? [agentHead(key)] : [] });
          commit();
          memory.recorded(event, sizeOf(patches));
        }
        isRecorded = true;
        return memory.content.committed;
      } finally {
        this.#awake.rest(memory, isRecorded);
      }
    });
  }

  /** Does something with an agent's memory in its turn; so many of them do at a time. */
  #withMemory<Out>(key: MessageKey, rules: MemoryRules, work: (memory: AgentMemory) => Promise<Out>): Promise<Out> {
    return this.#engine.turn(key, async () => {
      const free = await this.#awake.changing.take();
      try {
        return await work(await this.#wake(key, rules));
      } finally {
        free();
      }
    });
  }
}

async function isThere(journal: Journal, stream: string): Promise<boolean> {
  for await (const _ of journal.read(stream)) return true;
  return false;
}

async function isCommit(journal: Journal, key: MessageKey, at: number): Promise<boolean> {
  for await (const { seq } of journal.read(agentStream(key), at)) return seq === at;
  return false;
}

async function imported(rules: AgentBehaviour["memory"], raw: RawMemory): Promise<unknown> {
  let value: unknown;
  try {
    value = currentMemory(rules, raw);
  } catch (error) {
    const fix = "correct it, or let migrate and the codec of the definition understand it";
    throw memoryFileError(`a value that cannot be read as memory of agent "${rules.agent}"`, fix, error);
  }
  return rules.schema === undefined ? value : validate(rules.schema, value, `the memory for agent "${rules.agent}"`);
}
