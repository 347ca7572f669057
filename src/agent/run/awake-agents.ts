import type { MessageKey, Timer } from "../../base/index.ts";
import { Slots } from "../../engine/index.ts";
import type { MemoryRules } from "../definition/agent-behaviour.ts";
import { AgentMemory, type MemoryPlace } from "../memory/agent-memory.ts";
import { agentStream } from "../definition/agent-stream.ts";

interface Awake {
  readonly memory: AgentMemory;
  /** How many use it; somebody who only reads counts for a moment. */
  uses: number;
  restsAt: number;
}

export interface AwakeLimits {
  /** Idle agents beyond this many rest at once. */
  readonly most: number;
  /** Milliseconds after which an idle agent rests. */
  readonly restMs: number;
}

/** The agents whose memory is at hand. An agent at rest costs nothing here. */
export class AwakeAgents {
  /**
   * Places for agents that are changed from outside. They are none of those for messages: a handler that changes another
   * agent from outside has one of these, and would wait for ever.
   */
  readonly changing: Slots;
  readonly #place: MemoryPlace;
  readonly #limits: AwakeLimits;
  readonly #told: (key: MessageKey, what: "agent-woke" | "agent-rested") => void;
  /** By stream; the one used last is the last. */
  readonly #awake = new Map<string, Awake>();
  readonly #waking = new Map<string, Promise<AgentMemory>>();
  #timer: Timer | undefined;
  #closed = false;

  constructor(
    place: MemoryPlace,
    limits: AwakeLimits,
    told: (key: MessageKey, what: "agent-woke" | "agent-rested") => void,
  ) {
    this.#place = place;
    this.#limits = limits;
    this.changing = new Slots(limits.most);
    this.#told = told;
  }

  get size(): number {
    return this.#awake.size;
  }

  isAwake(key: MessageKey): boolean {
    return this.#awake.has(agentStream(key));
  }

  /**
   * The agent's memory, to be given back with `rest`; at once where it is awake.
   *
   * @param run The run that handles a message of it. What that has on record already comes when its code comes to it.
   */
  wake(key: MessageKey, rules: MemoryRules, run?: string): AgentMemory | Promise<AgentMemory> {
    const stream = agentStream(key);
    const awake = this.#awake.get(stream);
    // Who woke it before did not know that its last run would go on.
    const isOther = run !== undefined && awake?.memory.lastRun === run;
    if (awake !== undefined && !isOther && !awake.memory.read.isBehind) {
      awake.uses++;
      return awake.memory;
    }
    const waking = this.#waking.get(stream);
    if (waking === undefined) return this.#wake(stream, key, rules, run);
    const again = (): AgentMemory | Promise<AgentMemory> => this.wake(key, rules, run);
    return waking.then(again, again);
  }

  /** @param keep Whether it may stay awake: what it holds is what is on record. */
  rest(memory: AgentMemory, keep: boolean): void {
    const { stream } = memory;
    const awake = this.#awake.get(stream);
    if (awake?.memory !== memory) return;
    awake.uses--;
    if (!keep || memory.read.isBehind) return this.#forget(stream, awake);
    if (awake.uses > 0) return;
    awake.restsAt = this.#place.clock.monotonic() + this.#limits.restMs;
    this.#awake.delete(stream);
    this.#awake.set(stream, awake);
    void memory.settle().catch(() => {});
    if (this.#awake.size > this.#limits.most) this.#restFirst();
    this.#timer ??= this.#later();
  }

  /** It is not there any more; nor is it for who is just waking it. */
  forget(key: MessageKey): void {
    const stream = agentStream(key);
    this.#waking.delete(stream);
    const awake = this.#awake.get(stream);
    if (awake !== undefined) this.#forget(stream, awake);
  }

  /** Nobody wakes any more. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#awake.clear();
  }

  async #wake(stream: string, key: MessageKey, rules: MemoryRules, run: string | undefined): Promise<AgentMemory> {
    const waking = AgentMemory.wake(this.#place, key, rules, run);
    this.#waking.set(stream, waking);
    try {
      const memory = await waking;
      const isForgotten = this.#closed || this.#waking.get(stream) !== waking;
      if (!isForgotten) this.#awake.set(stream, { memory, uses: 1, restsAt: 0 });
      this.#told(key, "agent-woke");
      return memory;
    } finally {
      if (this.#waking.get(stream) === waking) this.#waking.delete(stream);
    }
  }

  /** The one that was least recently used. */
  #restFirst(): void {
    for (const [stream, awake] of this.#awake) {
      if (awake.uses === 0) return this.#forget(stream, awake);
    }
  }

  #later(): Timer {
    return this.#place.clock.timer(this.#limits.restMs, () => this.#restIdle(), { background: true });
  }

  #restIdle(): void {
    const now = this.#place.clock.monotonic();
    let idle = false;
    for (const [stream, awake] of this.#awake) {
      if (awake.uses > 0) continue;
      if (awake.restsAt <= now) this.#forget(stream, awake);
      else idle = true;
    }
    this.#timer = idle ? this.#later() : undefined;
  }

  #forget(stream: string, { memory }: Awake): void {
    this.#awake.delete(stream);
    this.#told(memory.key, "agent-rested");
  }
}
