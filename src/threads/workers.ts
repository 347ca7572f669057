import { setTimeout as sleep } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { Piscina } from "piscina";
import { activeLog, loggedError, LONGEST_TIMEOUT, messageOf, rebuildError, recordError } from "../base/index.ts";
import type { Answer, Call } from "./call.ts";
import {
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

/** One call for a worker. */
export interface Job {
  /** The module's URL. */
  readonly module: string;
  readonly input: readonly unknown[];
  readonly name: string;
}

/**
 * The workers of a pool, all with the same settings. piscina starts them, gives each one call at a time, and ends those that
 * rest. It is given no more calls than it may have workers: then its own queue, which is not first in, first out, holds
 * only calls whose worker is starting, and a call is never stuck behind a worker that died.
 */
export class Workers {
  readonly #memory: number;
  readonly #piscina: Piscina<Call, Answer>;
  readonly #watch: MemoryWatch;
  readonly #open = new Map<Job, OpenCall>();
  /** With what a worker died that had no call. */
  #uncaught: unknown;
  #retired: PromiseWithResolvers<void> | undefined;

  constructor({ threads, idleMs, memory }: ThreadSettings) {
    this.#memory = memory;
    this.#piscina = new Piscina<Call, Answer>({
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: Math.min(idleMs, LONGEST_TIMEOUT),
      // A worker that rests in `Atomics.wait` has no event loop: what the module keeps open, such as a socket, would hang.
      atomics: "disabled",
      resourceLimits: { maxOldGenerationSizeMb: heapLimit(memory) },
      recordTiming: false,
      // Of the options that a worker inherits, this one stops it: it runs a file, not a text.
      ...(process.execArgv.some((option) => option.startsWith("--input-type")) && { execArgv: [] }),
    });
    this.#watch = new MemoryWatch(memory, () => this.#piscina.threads);
    this.#piscina.on("error", (error: unknown) => {
      this.#uncaught = error;
    });
    this.#piscina.on("workerDestroy", () => setImmediate(() => this.#settleWithoutWorker()));
  }

  /** Workers that are alive or starting. */
  get size(): number {
    return this.#piscina.threads.length;
  }

  /** Has a worker do it; settles when it is over, as the contract of `ThreadPool.run` says. */
  async run(job: Job): Promise<unknown> {
    const call: OpenCall = {
      thread: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
      controller: new AbortController(),
    };
    this.#open.set(job, call);
    this.#watch.start();
    try {
      return resultOf(job, await this.#answer(job, call));
    } finally {
      this.#open.delete(job);
      if (this.#open.size === 0) this.#watch.stop();
      this.#endIfDone();
    }
  }

  /** Ends a job's worker; its `run` rejects with `reason`. Does nothing where the job is over. */
  stop(job: Job, reason: unknown): void {
    const call = this.#open.get(job);
    if (call === undefined || call.stopped !== undefined) return;
    const before = this.#piscina.threads;
    call.controller.abort();
    const after = new Set(this.#piscina.threads);
    call.stopped = { reason, ended: ended(before.filter((worker) => !after.has(worker))) };
  }

  /** There will be no more jobs: resolves when the last one is over and every worker has ended. */
  retire(): Promise<void> {
    this.#retired ??= Promise.withResolvers<void>();
    this.#endIfDone();
    return this.#retired.promise;
  }

  async #answer(job: Job, call: OpenCall): Promise<Answer> {
    const { module, input } = job;
    const { thread, controller } = call;
    const options = { filename: WORKER, name: "answer", signal: controller.signal };
    // Each of these may be dying of an earlier call, and be given this one before anybody knows.
    for (let before = this.size; ; before--) {
      try {
        return await this.#piscina.run({ module, input, thread }, options);
      } catch (error) {
        const { stopped } = call;
        if (stopped === undefined && before > 0 && thread[0] === 0 && !isNotCopyable(error)) {
          if (exitCodeOf(error) === undefined) logUncaught(error);
          continue;
        }
        // Where no worker could be started, piscina still has it in its queue.
        controller.abort();
        if (stopped === undefined) throw this.#failure(job, thread[0] as number, error);
        await stopped.ended;
        throw stopped.reason;
      }
    }
  }

  /** Why piscina has no answer: the worker itself reports what the function throws. */
  #failure({ name, input }: Job, thread: number, error: unknown): Error {
    if (thread === 0)
      return isNotCopyable(error) ? inputNotCopyableError(name, input, error) : unavailableError(name, error);
    const used = this.#watch.take(thread);
    const { code } = error as { code?: string };
    if (used !== undefined || code === "ERR_WORKER_OUT_OF_MEMORY") return memoryError(name, used, this.#memory);
    const exitCode = exitCodeOf(error);
    return exitCode === undefined ? uncaughtError(name, error) : exitError(name, exitCode);
  }

  /** Once the calls of a worker that ended have settled: calls may be left, and nobody there who could take them. */
  #settleWithoutWorker(): void {
    const error = this.#uncaught;
    this.#uncaught = undefined;
    if (this.size === 0 && this.#open.size > 0) {
      for (const job of this.#open.keys()) this.stop(job, unavailableError(job.name, error));
    } else if (error !== undefined) {
      logUncaught(error);
    }
  }

  #endIfDone(): void {
    if (this.#retired !== undefined && this.#open.size === 0) this.#retired.resolve(this.#piscina.destroy());
  }
}

interface OpenCall {
  readonly thread: Int32Array<SharedArrayBuffer>;
  readonly controller: AbortController;
  stopped?: { readonly reason: unknown; readonly ended: Promise<void> };
}

function isNotCopyable(error: unknown): boolean {
  return (error as { name?: unknown } | null | undefined)?.name === "DataCloneError";
}

/** That of a worker which ended before its call did, as piscina tells it. */
function exitCodeOf(error: unknown): number | undefined {
  const [, code] = /^worker exited with code: (-?\d+)$/.exec(messageOf(error)) ?? [];
  return code === undefined ? undefined : Number(code);
}

function logUncaught(error: unknown): void {
  const message = `a worker died while it had no call: ${messageOf(error)}`;
  activeLog()?.write("warning", "threads", Date.now(), message, { error: loggedError(recordError(error)) });
}

/** The file that a worker runs: beside the source, and in the built package a file of its own in `dist/threads/`. */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "worker.ts" : "../threads/worker.js", import.meta.url).href;

/** A native call, such as `spawnSync`, can hold a thread for as long as it likes. */
const LONGEST_END_MS = 1_000;

async function ended(workers: readonly Worker[]): Promise<void> {
  const over = Promise.all(workers.map((worker) => worker.terminate()));
  await Promise.race([over, sleep(LONGEST_END_MS, undefined, { ref: false })]);
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
