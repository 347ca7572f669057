import {
  abortSignal,
  checkModule,
  invalidOption,
  optionsOf,
  type ThreadPool,
  type ThreadRunOptions,
} from "../base/index.ts";
import { closedError, inputNotCopyableError } from "./errors.ts";
import { type ThreadOptions, type ThreadSettings, threadSettings } from "./settings.ts";
import { SignalListeners } from "./signal-listeners.ts";
import { type Job, Workers } from "./workers.ts";

/**
 * A {@link ThreadPool} of worker threads. Workers start when there is work for them and end when they rest. Once no call is open,
 * the pool does not keep the process alive. Calls begin in the order in which they came.
 */
export class WorkerPool implements ThreadPool {
  #settings: ThreadSettings;
  /** Those that take calls; made for the first one. */
  #workers: Workers | undefined;
  /** These, and those with earlier settings that still have calls. */
  readonly #all = new Set<Workers>();
  readonly #waiting = new Set<Entry>();
  readonly #running = new Set<Entry>();
  readonly #signals = new SignalListeners<Entry>((entry, reason) => this.#stop(entry, reason));
  #closed: Promise<void> | undefined;

  /** @throws AitorError `invalid-option` or `invalid-duration`. */
  constructor(options?: ThreadOptions) {
    this.#settings = threadSettings(options);
  }

  /** The number of workers that are alive or starting. */
  get workers(): number {
    return [...this.#all].reduce((sum, { size }) => sum + size, 0);
  }

  /** The number of calls that wait for a worker. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether the pool was disposed. */
  get closed(): boolean {
    return this.#closed !== undefined;
  }

  async run(module: URL, input: readonly unknown[], options: ThreadRunOptions = {}): Promise<unknown> {
    const { signal, name, onWait } = optionsOf(options, OPTIONS, "an option of a call in a worker thread");
    const { href, pathname } = checkModule(
      module,
      name === undefined ? "the module to run" : `the module of "${name}"`,
    );
    const called = name ?? pathname.slice(pathname.lastIndexOf("/") + 1);
    if (!Array.isArray(input))
      throw invalidOption(`the input of "${called}"`, "an array, of what is given to the function", input);
    abortSignal(signal, `the signal of "${called}"`);
    onWait?.(true);
    if (this.closed) throw closedError(called);
    signal?.throwIfAborted();

    // What need not wait is copied by being sent.
    const waits = this.#running.size >= this.#settings.threads;
    const job: Job = { module: href, input: waits ? copyOf(input, called) : input, name: called };
    const entry: Entry = { job, onWait, ...Promise.withResolvers<unknown>() };
    if (signal !== undefined) this.#signals.add(signal, entry);
    this.#waiting.add(entry);
    this.#next();
    try {
      return await entry.promise;
    } finally {
      if (signal !== undefined) this.#signals.delete(signal, entry);
    }
  }

  /**
   * Sets other options, from the next call on. Options that are not given get their defaults. Running calls continue where they
   * are, on workers that end afterwards.
   *
   * @throws AitorError `invalid-option` or `invalid-duration`; then nothing changes.
   */
  configure(options: ThreadOptions): void {
    this.#settings = threadSettings(options);
    const before = this.#workers;
    this.#workers = undefined;
    void before?.retire().then(() => this.#all.delete(before));
    this.#next();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  #next(): void {
    for (const entry of this.#waiting) {
      if (this.#running.size >= this.#settings.threads) return;
      this.#waiting.delete(entry);
      this.#running.add(entry);
      void this.#start(entry);
    }
  }

  async #start(entry: Entry): Promise<void> {
    this.#workers ??= new Workers(this.#settings);
    this.#all.add(this.#workers);
    const workers = (entry.workers = this.#workers);
    const over = workers.run(entry.job).then(entry.resolve, entry.reject);
    try {
      entry.onWait?.(false);
    } catch (error) {
      workers.stop(entry.job, error);
    }
    await over;
    this.#running.delete(entry);
    this.#next();
  }

  #stop(entry: Entry, reason: unknown): void {
    if (this.#waiting.delete(entry)) return entry.reject(reason);
    try {
      if (entry.workers?.stop(entry.job, reason) === true) entry.onWait?.(true);
    } catch (error) {
      entry.reject(error);
    }
  }

  async #close(): Promise<void> {
    for (const entry of [...this.#waiting, ...this.#running]) this.#stop(entry, closedError(entry.job.name));
    await Promise.all([...this.#all].map((workers) => workers.retire()));
    this.#all.clear();
  }
}

const OPTIONS = ["signal", "name", "onWait"] as const;

function copyOf(input: readonly unknown[], name: string): readonly unknown[] {
  try {
    return structuredClone(input);
  } catch (error) {
    throw inputNotCopyableError(name, input, error);
  }
}

/** A call, from its arrival to its end. */
interface Entry extends PromiseWithResolvers<unknown> {
  readonly job: Job;
  readonly onWait: ThreadRunOptions["onWait"];
  /** Where it runs, once it does. */
  workers?: Workers;
}
