import type { Worker } from "node:worker_threads";

/**
 * Ends workers that take more memory than they may.
 *
 * V8's own limit cannot be that limit. It counts no buffers, and a worker that is near it and asks for more than 16 MB in
 * one piece (a growing `Map`, a large array, `JSON.parse`) takes the whole process with it (Node 24 and 26: "FATAL ERROR:
 * … JavaScript heap out of memory"). So V8's limit lies far above ({@link heapLimit}), and a worker's heap and buffers are
 * read from here. That works while the worker is busy, since an interrupt answers; only while a single native call goes on,
 * such as a `fill`, must the reading wait for its end.
 */
export class MemoryWatch {
  readonly #memory: number;
  readonly #workers: () => readonly Worker[];
  /** Megabytes that a worker had when it was ended for them, by its thread's id. */
  readonly #ended = new Map<number, number>();
  /** Those that have not answered yet. */
  readonly #asked = new WeakSet<Worker>();
  #timer: NodeJS.Timeout | undefined;

  /** @param memory Megabytes. */
  constructor(memory: number, workers: () => readonly Worker[]) {
    this.#memory = memory;
    this.#workers = workers;
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      for (const worker of this.#workers()) void this.#check(worker);
    }, INTERVAL_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** The megabytes for which a thread was ended, told once; `undefined` where it was not. */
  take(thread: number): number | undefined {
    const used = this.#ended.get(thread);
    this.#ended.delete(thread);
    return used;
  }

  async #check(worker: Worker): Promise<void> {
    if (this.#asked.has(worker)) return;
    const { threadId } = worker;
    this.#asked.add(worker);
    try {
      const { used_heap_size, external_memory } = await worker.getHeapStatistics();
      const used = Math.round((used_heap_size + external_memory) / 2 ** 20);
      if (used <= this.#memory || worker.threadId !== threadId) return;
      this.#ended.set(threadId, used);
      await worker.terminate();
    } catch {
      // It is starting or ending.
    } finally {
      this.#asked.delete(worker);
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
