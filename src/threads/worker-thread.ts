import { setTimeout as sleep } from "node:timers/promises";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { workerEntry } from "../base/index.ts";
import type { Answered, Call } from "./call.ts";

/** What became of a call in a worker. */
export type Outcome =
  | ({ readonly kind: "answered" } & Answered)
  /** It was not sent: the input cannot be copied. */
  | { readonly kind: "not-sent"; readonly error: unknown }
  /** Its answer came and cannot be read. */
  | { readonly kind: "not-read"; readonly error: unknown }
  /** The worker died. */
  | { readonly kind: "died"; readonly death: Death }
  /** It was given up, or its worker was ended. */
  | { readonly kind: "left" };

/** How a worker came to its end by itself. */
export interface Death {
  readonly exitCode: number;
  /** What nobody caught in it; anything can be thrown, also `undefined`. */
  readonly thrown?: { readonly error: unknown };
}

/**
 * A worker thread. It has one call at a time, for which it keeps the process alive, and is given one as soon as it is made:
 * what is sent to a worker that starts waits there for it.
 */
export class WorkerThread {
  readonly worker: Worker;
  readonly #port: MessagePort;
  readonly #exited = Promise.withResolvers<void>();
  readonly #onDeath: (death: Death) => void;
  #settle: ((outcome: Outcome) => void) | undefined;
  #thrown: Death["thrown"];
  #answered = false;
  #ending = false;

  /**
   * @param heap V8's limit for it, in megabytes.
   * @param onDeath Told of a death without a call.
   * @throws What Node throws where no thread can be started.
   */
  constructor(file: string, heap: number, onDeath: (death: Death) => void) {
    this.#onDeath = onDeath;
    this.worker = new Worker(workerEntry(new URL(file)), { resourceLimits: { maxOldGenerationSizeMb: heap } });
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.worker.postMessage(port2, [port2]);
    this.worker.on("error", (error: unknown) => (this.#thrown = { error }));
    this.worker.on("exit", (code) => this.#exit(code));
    this.worker.unref();
    port1.on("message", (answered: Answered) => this.#close({ kind: "answered", ...answered }));
    port1.on("messageerror", (error: unknown) => this.#close({ kind: "not-read", error }));
    port1.unref();
  }

  /** It has answered before: where it dies now without taking its call, it dies of an earlier one. */
  get hasAnswered(): boolean {
    return this.#answered;
  }

  call(call: Call): Promise<Outcome> {
    return new Promise((resolve) => {
      try {
        this.#port.postMessage(call);
      } catch (error) {
        resolve({ kind: "not-sent", error });
        return;
      }
      this.#settle = resolve;
      this.worker.ref();
    });
  }

  /** Gives up its call, which it has not taken and will not take; it can be given another one. */
  leave(): void {
    this.#close({ kind: "left" });
  }

  /** Resolves when it is over, or native code has held it for a second; its call, if there is one, is `left` then. */
  async end(): Promise<void> {
    this.#ending = true;
    void this.worker.terminate();
    await Promise.race([this.#exited.promise, sleep(LONGEST_END_MS, undefined, { ref: false })]);
    this.leave();
  }

  #exit(exitCode: number): void {
    // Its last answer may have come and not be told yet.
    try {
      const last: { readonly message: Answered } | undefined = receiveMessageOnPort(this.#port);
      if (last !== undefined) this.#close({ kind: "answered", ...last.message });
    } catch (error) {
      this.#close({ kind: "not-read", error });
    }
    this.#port.close();
    const death: Death = { exitCode, ...(this.#thrown && { thrown: this.#thrown }) };
    if (this.#ending) this.leave();
    else if (this.#settle === undefined) this.#onDeath(death);
    else this.#close({ kind: "died", death });
    this.#exited.resolve();
  }

  #close(outcome: Outcome): void {
    if (outcome.kind === "answered" || outcome.kind === "not-read") this.#answered = true;
    const settle = this.#settle;
    this.#settle = undefined;
    this.worker.unref();
    settle?.(outcome);
  }
}

/** A native call, such as `spawnSync`, can hold a thread for as long as it likes. */
const LONGEST_END_MS = 1_000;
