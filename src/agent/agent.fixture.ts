import type { EventEnvelope } from "../base/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { crashingJournal, type CrashPoint, virtualClock, type VirtualClock } from "../testing/index.ts";
import { type AgentDefinition, defineAgent } from "./definition/agent-definition.ts";
import type { AgentEvent } from "./definition/agent-events.ts";
import { AitorHost } from "./aitor-host.ts";
import type { AgentFailure, AitorHostOptions } from "./host/host-options.ts";
import { loadDrafts } from "./memory/drafts.ts";

// The first agent that wakes waits for it, and not for the clock, which a test may have moved by then.
await loadDrafts();

/** A host where time stands still until it is moved, and all that it told. */
export interface Stage {
  readonly journal: Journal;
  readonly clock: VirtualClock;
  readonly host: AitorHost;
  readonly events: AgentEvent[];
  readonly failures: AgentFailure[];
}

export function stage(
  journal: Journal = memoryJournal(),
  options: AitorHostOptions = {},
  clock: VirtualClock = virtualClock(1_000),
): Stage {
  const events: AgentEvent[] = [];
  const failures: AgentFailure[] = [];
  const host = new AitorHost({ journal, clock, onFailure: (failure) => void failures.push(failure), ...options });
  host.observe((event) => void events.push(event));
  return { journal, clock, host, events, failures };
}

/** Another version does another step: what one began does not fit the other. */
export function clerkOf(version: string): AgentDefinition<number, string, void> {
  return defineAgent({
    name: "clerk",
    version,
    memory: () => 0,
    onReceive: async (_: string, ctx) => {
      await ctx.step(version, () => 1);
      await ctx.sleep("1h");
    },
  });
}

/** A process, from its start to its crash. */
export interface Life extends Stage {
  readonly journal: Journal & { readonly appends: number };
  readonly alive: () => boolean;
}

/** What never ends, or is refused, in a process that dies is nobody's failure. */
export function life(journal: Journal, point: CrashPoint | undefined, options: AitorHostOptions = {}): Life {
  const crashing = crashingJournal(journal, point);
  const alive = (): boolean => crashing.appends < (point?.append ?? Infinity);
  return { ...stage(crashing, options), journal: crashing, alive };
}

/** Something that handlers wait for, by name, until a test lets them go. */
export class Gates {
  readonly #held = new Map<string, PromiseWithResolvers<null>>();

  /** Never settles once its process is over. */
  hold(name: string): Promise<null> {
    return this.#gate(name).promise;
  }

  open(name: string): void {
    this.#gate(name).resolve(null);
  }

  #gate(name: string): PromiseWithResolvers<null> {
    const found = this.#held.get(name) ?? Promise.withResolvers<null>();
    this.#held.set(name, found);
    return found;
  }
}

/** What became of a promise so far. */
export interface Became<Value> {
  value?: Value;
  error?: Error & { readonly code?: string; readonly data?: unknown };
}

export function became<Value>(promise: Promise<Value>): Became<Value> {
  const found: Became<Value> = {};
  promise.then(
    (value) => (found.value = value),
    (error: unknown) => (found.error = error as Error),
  );
  return found;
}

/** What a promise rejects with; an error where it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & { readonly code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}

/** What a stream holds. */
export async function streamOf(journal: Journal, stream: string): Promise<EventEnvelope[]> {
  return Array.fromAsync(journal.read(stream));
}

/** The types of events, those of life left out. */
export function typesOf(events: readonly AgentEvent[]): string[] {
  return events.map(({ type }) => type).filter((type) => type !== "agent-woke" && type !== "agent-rested");
}
