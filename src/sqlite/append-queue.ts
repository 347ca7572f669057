import type { EventEnvelope } from "../base/index.ts";
import { type AppendOptions, conflictError } from "../journal/index.ts";
import type { JournalLink } from "./journal-link.ts";
import type { Batch, Extra, Receipt } from "./protocol.ts";
import { recordableData, recordableHead } from "./recordable.ts";

/** How long an append that nobody waits for waits for another one. */
const LAZY_MS = 50;

interface Entry {
  readonly events: readonly EventEnvelope[];
  /** The hash of a blob, where it has one. */
  readonly resolve: (hash: string | undefined) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Group commit: what is appended while a commit is under way is sent together once that is done. One entry for each
 * call, in order; the promise of a call settles after the commit.
 */
export class AppendQueue {
  readonly #link: JournalLink;
  readonly #over: (batch: Batch, receipt: Receipt | undefined) => void;
  #batch = emptyBatch();
  #entries: Entry[] = [];
  /** Batches that the worker has. */
  #underWay = 0;
  /** Somebody waits for what has come. */
  #wanted = false;
  #lazyTimer: NodeJS.Timeout | undefined;
  #failure: Error | undefined;
  #idle: PromiseWithResolvers<void> | undefined;

  /** @param over Is called after each commit, with its receipt where it succeeded. */
  constructor(link: JournalLink, over: (batch: Batch, receipt: Receipt | undefined) => void) {
    this.#link = link;
    this.#over = over;
  }

  /** @throws AitorError `invalid-value`, `not-json`. Nothing of it is recorded then. */
  append(events: readonly EventEnvelope[], options: AppendOptions | undefined): Promise<void> {
    const extra = options === undefined ? undefined : extraOf(options);
    const data = events.map(recordableData);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const batch = this.#batch;
    for (const [index, { stream, at, run, key, type }] of events.entries()) {
      batch.streams.push(stream);
      batch.ats.push(at);
      batch.runs.push(run === stream ? null : run);
      batch.keys.push(key);
      batch.types.push(type);
      batch.data.push(data[index] as string);
    }
    return this.#add(events.slice(), extra, options?.lazy === true) as Promise<unknown> as Promise<void>;
  }

  change(extra: Extra): Promise<string | undefined> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return this.#add([], extra, false);
  }

  /** Sends what has come, so that what is asked of the worker next sees it. */
  flush(): void {
    if (this.#entries.length > 0) this.#send();
  }

  /** Resolves when all that was added has settled. */
  async settled(): Promise<void> {
    this.flush();
    if (this.#underWay === 0) return;
    this.#idle ??= Promise.withResolvers<void>();
    await this.#idle.promise;
  }

  #add(events: readonly EventEnvelope[], extra: Extra | undefined, lazy: boolean): Promise<string | undefined> {
    const { sizes, extras } = this.#batch;
    if (extra !== undefined) extras.push([sizes.length, extra]);
    sizes.push(events.length);
    if (lazy) this.#wait();
    else if (!this.#wanted) {
      this.#wanted = true;
      if (this.#underWay === 0) queueMicrotask(() => this.#sendIfIdle());
    }
    return new Promise((resolve, reject) => this.#entries.push({ events, resolve, reject }));
  }

  #sendIfIdle(): void {
    if (this.#wanted && this.#underWay === 0) this.#send();
  }

  /** The timer is not ended when it has become needless: starting one costs more than an append. */
  #wait(): void {
    if (this.#lazyTimer !== undefined) return;
    this.#lazyTimer = setTimeout(() => {
      this.#lazyTimer = undefined;
      if (this.#entries.length > 0) this.#send();
    }, LAZY_MS);
  }

  #send(): void {
    const entries = this.#entries;
    const batch = this.#batch;
    this.#entries = [];
    this.#batch = emptyBatch();
    this.#wanted = false;
    this.#underWay++;
    this.#link.call("commit", batch).then(
      (receipt) => this.#recorded(entries, batch, receipt),
      (error: unknown) => this.#failed(entries, batch, error as Error),
    );
  }

  #recorded(entries: readonly Entry[], batch: Batch, receipt: Receipt): void {
    settle(entries, receipt);
    this.#over(batch, receipt);
    this.#next();
  }

  #next(): void {
    this.#underWay--;
    if (this.#underWay > 0) return;
    if (this.#wanted) this.#send();
    else if (this.#entries.length === 0) {
      this.#idle?.resolve();
      this.#idle = undefined;
    }
  }

  #failed(entries: readonly Entry[], batch: Batch, error: Error): void {
    this.#failure ??= error;
    const all = [...entries, ...this.#entries];
    this.#entries = [];
    this.#batch = emptyBatch();
    this.#wanted = false;
    for (const { reject } of all) reject(this.#failure);
    this.#over(batch, undefined);
    this.#next();
  }
}

function settle(entries: readonly Entry[], { first, conflicts, blobs }: Receipt): void {
  let seq = first;
  let nextConflict = 0;
  let nextBlob = 0;
  for (const [place, { events, resolve, reject }] of entries.entries()) {
    const conflict = conflicts[nextConflict];
    if (conflict?.entry === place) {
      nextConflict++;
      reject(conflictError(conflict.stream, conflict.expected, conflict.last));
      continue;
    }
    for (const event of events) (event as { seq: number }).seq = seq++;
    const [blobPlace, hash] = blobs[nextBlob] ?? [];
    if (blobPlace === place) nextBlob++;
    resolve(blobPlace === place ? hash : undefined);
  }
}

function emptyBatch(): Batch {
  return { sizes: [], streams: [], ats: [], runs: [], keys: [], types: [], data: [], extras: [] };
}

function extraOf({ expect, heads }: AppendOptions): Extra | undefined {
  if (expect === undefined && heads === undefined) return undefined;
  return { kind: "append", expect: Object.entries(expect ?? {}), heads: (heads ?? []).map(recordableHead) };
}
