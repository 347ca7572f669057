import type { EventEnvelope } from "../../base/index.ts";
import type { AppendOptions } from "../../journal/index.ts";
import { AppendGroup } from "./append-group.ts";
import { extraCells } from "../worker/extra-cells.ts";
import type { JournalLink } from "./journal-link.ts";
import { type Batch, type Extra, GROUP_CALLS, type Receipt, type SentBatch } from "../worker/protocol.ts";
import { recordableHead, recordableStream } from "../worker/recordable.ts";

const NONE: readonly never[] = [];

/** How long an append that nobody waits for waits for another one. */
const LAZY_MS = 50;

/**
 * Group commit: what is appended while a commit is under way is sent together once that is done, or when it is as much as a
 * group takes. While the worker records one group, those who waited for the one before go on.
 */
export class AppendQueue {
  readonly #link: JournalLink;
  readonly #over: (batch: Batch, receipt: Receipt | undefined) => void;
  #group = new AppendGroup();
  /** Groups that the worker has. */
  #underWay = 0;
  /** What it has done, and those who wait for it do not know yet. */
  readonly #done: (() => void)[] = [];
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
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const recorded = this.#group.append(events, extra);
    this.#added(options?.lazy === true);
    return recorded as Promise<unknown> as Promise<void>;
  }

  change(extra: Extra): Promise<string | undefined> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const recorded = this.#group.change(extra);
    this.#added(false);
    return recorded;
  }

  /** Sends what has come, so that what is asked of the worker next sees it. */
  flush(): void {
    if (this.#group.entries > 0) this.#send();
  }

  /** Whether anything of the stream has not been sent yet. */
  holds(stream: string): boolean {
    return this.#group.entries > 0 && this.#group.holds(stream);
  }

  /** Resolves when all that was added has settled. */
  async settled(): Promise<void> {
    this.flush();
    if (this.#rests) return;
    this.#idle ??= Promise.withResolvers<void>();
    await this.#idle.promise;
  }

  get #rests(): boolean {
    return this.#underWay === 0 && this.#done.length === 0 && this.#group.entries === 0;
  }

  #added(lazy: boolean): void {
    if (lazy) this.#wait();
    else if (!this.#wanted) {
      this.#wanted = true;
      if (this.#underWay === 0) afterMicrotasks(() => this.#sendIfIdle());
    }
    if (this.#group.entries === GROUP_CALLS) this.#send();
  }

  #sendIfIdle(): void {
    if (this.#wanted && this.#underWay === 0 && this.#failure === undefined) this.#send();
  }

  /** The timer is not ended when it has become needless: starting one costs more than an append. */
  #wait(): void {
    if (this.#lazyTimer !== undefined) return;
    this.#lazyTimer = setTimeout(() => {
      this.#lazyTimer = undefined;
      this.flush();
    }, LAZY_MS);
  }

  #send(): void {
    const group = this.#group;
    const { batch } = group;
    this.#group = new AppendGroup();
    this.#wanted = false;
    this.#underWay++;
    this.#link.call("commit", sent(batch)).then(
      (receipt) => this.#returned(() => this.#recorded(group, batch, receipt)),
      (error: unknown) => {
        this.#failure ??= error as Error;
        this.#returned(() => this.#failed(group, batch));
      },
    );
  }

  /** The worker gets its next group at once; those who waited go on one group at a time, with the event loop free between. */
  #returned(settle: () => void): void {
    this.#underWay--;
    this.#sendIfIdle();
    this.#done.push(settle);
    if (this.#done.length === 1) setImmediate(() => this.#settleNext());
  }

  #settleNext(): void {
    (this.#done[0] as () => void)();
    this.#done.shift();
    if (this.#done.length > 0) setImmediate(() => this.#settleNext());
    else if (this.#rests) {
      this.#idle?.resolve();
      this.#idle = undefined;
    }
  }

  #recorded(group: AppendGroup, batch: Batch, receipt: Receipt): void {
    group.settle(receipt);
    this.#over(batch, receipt);
  }

  /** What has come meanwhile is told the same. */
  #failed(group: AppendGroup, batch: Batch): void {
    const failure = this.#failure as Error;
    group.fail(failure);
    this.#group.fail(failure);
    this.#group = new AppendGroup();
    this.#wanted = false;
    this.#over(batch, undefined);
  }
}

/** What goes on in the same turn of the event loop can still come along: a receipt, and the ending that made room for it. */
function afterMicrotasks(act: () => void): void {
  queueMicrotask(() => process.nextTick(act));
}

function sent([entries, characters, records, extras]: Batch): SentBatch {
  return [entries, characters, records, extras && extraCells(extras)];
}

function extraOf({ expect, heads, drop, restart }: AppendOptions): Extra | undefined {
  if (expect === undefined && (heads ?? drop ?? restart) === undefined) return undefined;
  return {
    kind: "append",
    expect: expect === undefined ? NONE : Object.entries(expect),
    drop: drop === undefined ? NONE : drop.map(recordableStream),
    restart: restart === undefined ? NONE : restart.map(recordableStream),
    heads: heads === undefined ? NONE : heads.map(recordableHead),
  };
}
