import type { EventEnvelope } from "../../base/index.ts";
import { type AppendOptions, conflictError } from "../../journal/index.ts";
import { BatchBuilder } from "./batch.ts";
import type { Change } from "../worker/extra-cells.ts";
import type { Receipt, SentBatch } from "../worker/protocol.ts";
import { setSeq } from "../worker/recordable.ts";

type Waiter = PromiseWithResolvers<string | undefined>;

/** Calls, one after the other, that have one promise. */
interface Span {
  readonly waiter: Waiter;
  /** Where its events end. */
  readonly to: number;
  /** The place of the one call that it is, where that may be refused, or has an answer of its own. */
  readonly entry: number | undefined;
}

/** What one commit records, and who waits for it. Calls that cannot but have the same fate share one promise. */
export class AppendGroup {
  readonly #builder = new BatchBuilder();
  readonly #events: EventEnvelope[] = [];
  readonly #spans: Span[] = [];
  /** Of the calls since the last span. */
  #shared: Waiter | undefined;
  #over: PromiseWithResolvers<void> | undefined;

  /** @throws AitorError `invalid-value`, `not-json`. Nothing is added then. */
  append(events: readonly EventEnvelope[], options: AppendOptions | undefined): Promise<string | undefined> {
    const { entries } = this.#builder;
    this.#builder.append(events, options);
    const alone = options?.expect !== undefined;
    if (alone) this.#endSpan();
    for (const event of events) this.#events.push(event);
    return alone ? this.#alone(entries) : this.#share();
  }

  change(change: Change): Promise<string | undefined> {
    const { entries } = this.#builder;
    this.#builder.change(change);
    if (change.kind !== "blob") return this.#share();
    this.#endSpan();
    return this.#alone(entries);
  }

  get entries(): number {
    return this.#builder.entries;
  }

  /** Whether anything of the stream is in it. */
  holds(stream: string): boolean {
    return this.#builder.holds(stream);
  }

  /** Nothing is added afterwards. */
  get batch(): SentBatch {
    return this.#builder.batch;
  }

  /** Numbers the events, and lets all go on who wait, in the order of their calls. */
  settle([first, conflicts = [], blobs = []]: Receipt): void {
    this.#endSpan();
    let seq = first;
    let from = 0;
    for (const { waiter, to, entry } of this.#spans) {
      const conflict = entry === undefined ? undefined : conflicts.find((each) => each.entry === entry);
      if (conflict !== undefined) {
        waiter.reject(conflictError(conflict.stream, conflict.expected, conflict.last));
      } else {
        for (let index = from; index < to; index++) giveNumber(this.#events[index] as EventEnvelope, seq++);
        waiter.resolve(entry === undefined ? undefined : blobs.find(([place]) => place === entry)?.[1]);
      }
      from = to;
    }
    this.#over?.resolve();
  }

  fail(error: Error): void {
    this.#endSpan();
    for (const { waiter } of this.#spans) waiter.reject(error);
    this.#over?.resolve();
  }

  /** Resolves when all go on who wait. Asked for before that; a failure that nobody looks after is still unhandled. */
  get over(): Promise<void> {
    this.#over ??= Promise.withResolvers();
    return this.#over.promise;
  }

  #share(): Promise<string | undefined> {
    this.#shared ??= Promise.withResolvers();
    return this.#shared.promise;
  }

  #alone(entry: number): Promise<string | undefined> {
    const waiter: Waiter = Promise.withResolvers();
    this.#spans.push({ waiter, to: this.#events.length, entry });
    return waiter.promise;
  }

  #endSpan(): void {
    if (this.#shared === undefined) return;
    this.#spans.push({ waiter: this.#shared, to: this.#events.length, entry: undefined });
    this.#shared = undefined;
  }
}

function giveNumber(event: EventEnvelope, seq: number): void {
  try {
    setSeq(event, seq);
  } catch {
    // It was frozen since. It is recorded all the same, and those behind it must go on.
  }
}
