import { activeLog, loggedError, LONGEST_TIMEOUT, messageOf, rebuildError, recordError } from "../base/index.ts";
import { type Answer, type Call, NEVER, NOBODY } from "./call.ts";
import {
  bundledError,
  exitError,
  inputNotCopyableError,
  memoryError,
  noFunctionError,
  notLoadedError,
  resultNotCopyableError,
  uncaughtError,
  unavailableError,
} from "./errors.ts";
import { heapLimit, MemoryWatch } from "./memory-watch.ts";
import type { ThreadSettings } from "./settings.ts";
import { type Death, WorkerThread } from "./worker-thread.ts";

/** One call for a worker. */
export interface Job {
  /** The module's URL. */
  readonly module: string;
  readonly input: readonly unknown[];
  readonly name: string;
}

/**
 * The workers of a pool, all with the same settings. They have a call each, or rest until one comes or they have rested for long
 * enough. There are never more than calls were open at the same time: whoever calls sees to it that these are few.
 */
export class Workers {
  readonly #idleMs: number;
  readonly #memory: number;
  readonly #watch: MemoryWatch;
  /** Those that were not ended. */
  readonly #threads = new Set<WorkerThread>();
  /** Those without a call, with the ends of their rest. The last one is called next, so that others come to theirs. */
  readonly #resting = new Map<WorkerThread, NodeJS.Timeout>();
  readonly #open = new Map<Job, OpenCall>();
  #retired: PromiseWithResolvers<void> | undefined;

  constructor({ idleMs, memory }: ThreadSettings) {
    this.#idleMs = Math.min(idleMs, LONGEST_TIMEOUT);
    this.#memory = memory;
    this.#watch = new MemoryWatch(memory, () => this.#threads);
  }

  /** Workers that are alive or starting. */
  get size(): number {
    return this.#threads.size;
  }

  /** Has a worker do it; settles when it is over, as the contract of `ThreadPool.run` says. */
  async run(job: Job): Promise<unknown> {
    const taker = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const open: OpenCall = { call: { module: job.module, input: job.input, taker } };
    this.#open.set(job, open);
    this.#watch.start();
    try {
      return resultOf(job, await this.#answer(job, open));
    } finally {
      this.#open.delete(job);
      if (this.#open.size === 0) this.#watch.stop();
      this.#endIfDone();
    }
  }

  /**
   * Ends a job, and its worker where it has begun; its `run` rejects with `reason`. Does nothing where the job is over.
   *
   * @returns Whether it had not begun, and never will.
   */
  stop(job: Job, reason: unknown): boolean {
    const open = this.#open.get(job);
    if (open?.thread === undefined || open.stopped !== undefined) return false;
    open.stopped = { reason };
    const begun = Atomics.compareExchange(open.call.taker, 0, NOBODY, NEVER) !== NOBODY;
    // What should have taken it and has not may hang in what an earlier call left behind; what is new only takes its time.
    if (begun || open.thread.hasAnswered) void this.#end(open.thread);
    else open.thread.leave();
    return !begun;
  }

  /** There will be no more jobs: resolves when the last one is over and every worker has ended. */
  retire(): Promise<void> {
    this.#retired ??= Promise.withResolvers<void>();
    this.#endIfDone();
    return this.#retired.promise;
  }

  async #answer(job: Job, open: OpenCall): Promise<Answer> {
    const { name, input } = job;
    for (;;) {
      const thread = this.#wake() ?? this.#start(name);
      open.thread = thread;
      const outcome = await thread.call(open.call);
      // What one call took, another must not die of.
      if (outcome.kind === "answered" && this.#watch.isTooMuch(outcome.bytes)) void this.#end(thread);
      else if (outcome.kind !== "died") this.#rest(thread);
      if (open.stopped !== undefined || outcome.kind === "left") throw open.stopped?.reason;
      switch (outcome.kind) {
        case "answered":
          return outcome.answer;
        case "not-sent":
          throw inputNotCopyableError(name, input, outcome.error);
        case "not-read":
          throw resultNotCopyableError(name, messageOf(outcome.error));
        case "died":
          this.#threads.delete(thread);
          if (open.call.taker[0] !== NOBODY) throw this.#failure(name, thread, outcome.death);
          if (!thread.hasAnswered) throw unavailableError(name, outcome.death.thrown?.error);
          logDeath(outcome.death, this.#watch.usedBy(thread));
      }
    }
  }

  #start(name: string): WorkerThread {
    const file = workerFile(name);
    try {
      const thread: WorkerThread = new WorkerThread(file, heapLimit(this.#memory), (death) => {
        this.#forget(thread);
        logDeath(death, this.#watch.usedBy(thread));
      });
      this.#threads.add(thread);
      return thread;
    } catch (error) {
      throw unavailableError(name, error);
    }
  }

  #wake(): WorkerThread | undefined {
    const thread = [...this.#resting.keys()].at(-1);
    if (thread === undefined) return undefined;
    clearTimeout(this.#resting.get(thread));
    this.#resting.delete(thread);
    return thread;
  }

  #rest(thread: WorkerThread): void {
    if (!this.#threads.has(thread)) return;
    this.#resting.set(thread, setTimeout(() => void this.#end(thread), this.#idleMs).unref());
  }

  #end(thread: WorkerThread): Promise<void> {
    this.#forget(thread);
    return thread.end();
  }

  #forget(thread: WorkerThread): void {
    this.#threads.delete(thread);
    clearTimeout(this.#resting.get(thread));
    this.#resting.delete(thread);
  }

  #failure(name: string, thread: WorkerThread, { exitCode, thrown }: Death): Error {
    const used = this.#watch.usedBy(thread);
    const code = (thrown?.error as { code?: unknown } | null | undefined)?.code;
    if (used !== undefined || code === "ERR_WORKER_OUT_OF_MEMORY") return memoryError(name, used, this.#memory);
    return thrown === undefined ? exitError(name, exitCode) : uncaughtError(name, thrown.error);
  }

  #endIfDone(): void {
    if (this.#retired !== undefined && this.#open.size === 0) this.#retired.resolve(this.#endAll());
  }

  async #endAll(): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => this.#end(thread)));
  }
}

interface OpenCall {
  readonly call: Call;
  /** Which has it, or had it last. */
  thread?: WorkerThread;
  stopped?: { readonly reason: unknown };
}

function logDeath({ exitCode, thrown }: Death, used: number | undefined): void {
  const ending = used === undefined ? `its exit with code ${exitCode}` : `it had ${used} MB, more than it may take`;
  const why = thrown === undefined ? ending : messageOf(thrown.error);
  activeLog()?.write("warning", "threads", Date.now(), `a worker died while it had no call: ${why}`, {
    ...(thrown && { error: loggedError(recordError(thrown.error)) }),
  });
}

/**
 * The file that a worker runs: beside the source, and in the built package a file of its own in `dist/threads/`.
 *
 * @throws AitorError `thread-unavailable` in a bundle of CommonJS, where `import.meta` is empty.
 */
function workerFile(name: string): string {
  const here: string | undefined = import.meta.url;
  if (here === undefined) throw bundledError(name);
  return new URL(here.endsWith(".ts") ? "worker.ts" : "../threads/worker.js", here).href;
}

function resultOf({ name, module }: Job, answer: Answer): unknown {
  switch (answer.kind) {
    case "returned":
      return answer.result;
    case "threw":
      throw rebuildError(answer.error);
    case "not-loaded":
      throw notLoadedError(name, module, answer.error, answer.missing);
    case "no-function":
      throw noFunctionError(name, module, answer.got);
    case "not-copyable":
      throw resultNotCopyableError(name, answer.got);
  }
}
