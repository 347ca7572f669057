import type { WorkerThread } from "./worker-thread.ts";

/**
 * Ends workers that take more memory than they may.
 *
 * V8's own limit cannot be that limit. It counts no buffers, and a worker that is near it and asks for more than 16 MB in
 * one piece (a growing `Map`, a large array, `JSON.parse`) takes the whole process with it (Node 24 and 26: "FATAL ERROR:
 * … JavaScript heap out of memory"). So V8's limit lies far above ({@link heapLimit}), and a worker's heap and buffers are
 * read from here. That works while the worker is busy, since an interrupt answers; only while a single native call goes on,
 * such as a `fill`, must the reading wait for its end. What a call takes between two readings, its worker tells with the answer.
 */
export class MemoryWatch {
  readonly #memory: number;
  readonly #threads: () => Iterable<WorkerThread>;
  /** Megabytes that a worker had when it was ended for them. */
  readonly #ended = new WeakMap<WorkerThread, number>();
  /** Those that have not answered yet. */
  readonly #asked = new WeakSet<WorkerThread>();
  #timer: NodeJS.Timeout | undefined;

  /** @param memory Megabytes. */
  constructor(memory: number, threads: () => Iterable<WorkerThread>) {
    this.#memory = memory;
    this.#threads = threads;
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      for (const thread of this.#threads()) void this.#check(thread);
    }, INTERVAL_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  isTooMuch(bytes: number): boolean {
    return bytes / 2 ** 20 > this.#memory;
  }

  /** The megabytes for which a worker was ended; `undefined` where it was not. */
  usedBy(thread: WorkerThread): number | undefined {
    return this.#ended.get(thread);
  }

  async #check(thread: WorkerThread): Promise<void> {
    if (this.#asked.has(thread)) return;
    this.#asked.add(thread);
    try {
      const { used_heap_size, external_memory } = await thread.worker.getHeapStatistics();
      const bytes = used_heap_size + external_memory;
      if (!this.isTooMuch(bytes)) return;
      this.#ended.set(thread, Math.ceil(bytes / 2 ** 20));
      await thread.worker.terminate();
    } catch {
      // It is starting or ending.
    } finally {
      this.#asked.delete(thread);
    }
  }
}

const INTERVAL_MS = 50;

/**
 * V8's limit in megabytes for a worker that may take `memory`. Below 2 GB, V8 collects when the heap is twice what
 * lives, above at up to four times; the largest single things that it allocates have about 1 GB.
 */
export function heapLimit(memory: number): number {
  return memory <= 512 ? 2_000 : memory + 4_096;
}
