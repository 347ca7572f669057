import type { ModelEvent, ModelReply } from "../format/model-events.ts";

/**
 * A model's answer while it arrives: its events, for one reader, and the reply. The model continues whether or not anybody
 * reads, and a slow reader never slows it down. Leaving the loop stops the events, not the model. To stop the model, abort the
 * signal of the request.
 */
export interface ModelStream<Object = unknown> extends AsyncIterable<ModelEvent> {
  /** The whole answer. Rejects with the error that ended it, which the loop throws, too. */
  readonly reply: Promise<ModelReply & { readonly object?: Object }>;
}

interface Waiting {
  readonly resolve: (result: IteratorResult<ModelEvent>) => void;
  readonly reject: (error: unknown) => void;
}

/** Events in the order in which they come, kept until they are read. */
export class EventQueue implements ModelStream {
  readonly reply: Promise<ModelReply>;
  /** Events that nobody read yet, from `#head` on. */
  #events: ModelEvent[] = [];
  #head = 0;
  /** Of the reader's call that waits. */
  #resolve: Waiting["resolve"] | undefined;
  #reject: Waiting["reject"] | undefined;
  /** Calls behind that one, of a reader that asks for more before it was answered. */
  readonly #behind: Waiting[] = [];
  #left = false;
  #ended = false;
  #error: { readonly error: unknown } | undefined;

  constructor(run: (emit: (event: ModelEvent) => void) => Promise<ModelReply>) {
    this.reply = run((event) => this.#push(event)).then(
      (reply) => {
        this.#end(undefined);
        return reply;
      },
      (error: unknown) => {
        this.#end({ error });
        throw error;
      },
    );
    // Whoever only reads the events is told there.
    this.reply.catch(() => {});
  }

  [Symbol.asyncIterator](): AsyncIterator<ModelEvent> {
    return {
      next: () => this.#next(),
      return: () => {
        this.#left = true;
        this.#events = [];
        this.#head = 0;
        this.#dismiss();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  #push(event: ModelEvent): void {
    if (this.#left) return;
    const resolve = this.#resolve;
    if (resolve === undefined) {
      this.#events.push(event);
      return;
    }
    this.#resolve = undefined;
    if (this.#behind.length > 0) this.#moveUp();
    resolve({ done: false, value: event });
  }

  #next(): Promise<IteratorResult<ModelEvent>> {
    if (this.#head < this.#events.length) {
      const value = this.#events[this.#head++] as ModelEvent;
      if (this.#head === this.#events.length) {
        this.#events = [];
        this.#head = 0;
      }
      return Promise.resolve({ done: false, value });
    }
    if (this.#error !== undefined && !this.#left) {
      const { error } = this.#error;
      this.#left = true;
      return Promise.reject(error);
    }
    if (this.#ended || this.#left) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      if (this.#resolve !== undefined) {
        this.#behind.push({ resolve, reject });
        return;
      }
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  #end(error: { readonly error: unknown } | undefined): void {
    this.#ended = true;
    this.#error = error;
    if (error !== undefined && this.#resolve !== undefined) {
      this.#left = true;
      this.#reject?.(error.error);
      this.#moveUp();
    }
    this.#dismiss();
  }

  /** The next call that waits has its turn, if there is one. */
  #moveUp(): void {
    const next = this.#behind.shift();
    this.#resolve = next?.resolve;
    this.#reject = next?.reject;
  }

  /** Tells those who wait that nothing more comes. */
  #dismiss(): void {
    while (this.#resolve !== undefined) {
      this.#resolve({ done: true, value: undefined });
      this.#moveUp();
    }
  }
}
