import type { EventEnvelope } from "../../base/index.ts";
import type { AppendOptions } from "../../journal/index.ts";
import { AppendGroup } from "./append-group.ts";
import type { Change } from "../worker/extra-cells.ts";
import type { JournalLink } from "./journal-link.ts";
import { GROUP_CALLS, type Receipt, type SentBatch } from "../worker/protocol.ts";

/** How long an append that nobody waits for waits for another one. */
const LAZY_MS = 50;

/** Who looks at what is recorded. */
interface Onlooker {
  /** Whether it wants to see what is sent now, once that is recorded. */
  readonly wants: boolean;
  /** What was sent, where it was wanted, has this receipt. */
  recorded(batch: SentBatch | undefined, receipt: Receipt): void;
  /** Nothing is recorded any more. */
  failed(): void;
}

/**
 * Group commit: what is appended while a commit is under way is sent together once that is done, or when it is as much as a
 * group takes. While the worker records one group, those who waited for the one before go on.
 */
export class AppendQueue {
  readonly #link: JournalLink;
  readonly #onlooker: Onlooker;
  #group = new AppendGroup();
  /** Groups that the worker has. */
  #underWay = 0;
  /** What is to be called for each group that has come back, in order; the first one stays until it was called. */
  readonly #done: (() => void)[] = [];
  /** Somebody waits for the group that is gathered; else all of it is lazy. */
  #wanted = false;
  #lazyTimer: NodeJS.Timeout | undefined;
  #failure: Error | undefined;
  /** The last group that was sent, until it has settled. */
  #last: AppendGroup | undefined;

  constructor(link: JournalLink, onlooker: Onlooker) {
    this.#link = link;
    this.#onlooker = onlooker;
  }

  /** @throws AitorError `invalid-value`, `not-json`. Nothing of it is recorded then. */
  append(events: readonly EventEnvelope[], options: AppendOptions | undefined): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const recorded = this.#group.append(events, options);
    this.#added(options?.lazy === true);
    return recorded as Promise<unknown> as Promise<void>;
  }

  change(change: Change): Promise<string | undefined> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const recorded = this.#group.change(change);
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

  /** Resolves when all groups that have come back by now have settled; nothing where they have. */
  told(): Promise<void> | undefined {
    return this.#done.length === 0 ? undefined : new Promise((resolve) => this.#done.push(resolve));
  }

  /** Resolves when all that was added so far has settled, whatever others go on adding. */
  async settled(): Promise<void> {
    this.flush();
    await this.#last?.over;
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
    // What nobody wants to see is not kept until the disk has it.
    const seen = this.#onlooker.wants ? batch : undefined;
    this.#group = new AppendGroup();
    this.#last = group;
    this.#wanted = false;
    this.#underWay++;
    this.#link.call("commit", batch).then(
      (receipt) => this.#returned(() => this.#recorded(group, seen, receipt)),
      (error: unknown) => {
        this.#failure ??= error as Error;
        this.#returned(() => this.#failed(group));
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
  }

  #recorded(group: AppendGroup, batch: SentBatch | undefined, receipt: Receipt): void {
    group.settle(receipt);
    if (this.#last === group) this.#last = undefined;
    this.#onlooker.recorded(batch, receipt);
  }

  /** What has come meanwhile is told the same. */
  #failed(group: AppendGroup): void {
    const failure = this.#failure as Error;
    group.fail(failure);
    if (this.#last === group) this.#last = undefined;
    this.#group.fail(failure);
    this.#group = new AppendGroup();
    this.#wanted = false;
    this.#onlooker.failed();
  }
}

/** What goes on in the same turn of the event loop can still come along: a receipt, and the ending that made room for it. */
function afterMicrotasks(act: () => void): void {
  queueMicrotask(() => process.nextTick(act));
}
