import { Worker } from "node:worker_threads";
import { rebuildError, workerEntry } from "../../base/index.ts";
import { bundledError, endedError, unsentError } from "../format/errors.ts";
import type { Gate } from "../format/gate.ts";
import {
  type Answered,
  type CallMessage,
  type CallMessages,
  type CallName,
  type Calls,
  type Notice,
  SOON,
  type WorkerMessage,
  type WorkerStart,
} from "../worker/protocol.ts";
import type { JournalSettings } from "../format/settings.ts";

interface OpenCall {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The way to a journal's worker. Calls are served in their order. While one is open the process stays alive; a worker
 * that rests holds nobody up.
 */
export class JournalLink {
  readonly #path: string;
  readonly #worker: Worker;
  readonly #open = new Map<number, OpenCall>();
  readonly #notice: (notice: Notice) => void;
  /** Those of this turn, which are sent together. */
  #calls: CallMessage[] = [];
  #lastId = 0;
  #ended: Error | undefined;
  #uncaught: unknown;

  /** @param gate The worker opens the file when this is open: until then another one may hold it. */
  constructor(settings: JournalSettings, gate: Gate, notice: (notice: Notice) => void) {
    this.#path = settings.path;
    this.#notice = notice;
    const workerData: WorkerStart = { settings, gate: gate.shared };
    this.#worker = new Worker(workerEntry(workerFile(settings.path)), { workerData, name: "aitor-journal" });
    this.#worker.unref();
    this.#worker.on("message", (message: WorkerMessage) => this.#take(message));
    this.#worker.on("error", (error) => (this.#uncaught = error));
    this.#worker.on("exit", (code) => this.#end(code));
  }

  call<Name extends CallName>(name: Name, request: Calls[Name]["request"]): Promise<Calls[Name]["answer"]> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      const id = ++this.#lastId;
      this.#calls.push([id, name, request]);
      if (this.#calls.length === 1) queueMicrotask(() => this.#send());
      if (this.#open.size === 0) this.#worker.ref();
      this.#open.set(id, { resolve: resolve as OpenCall["resolve"], reject });
    });
  }

  /** Ends the worker, where that could not open the file. @param reason Told to whoever calls from now on. */
  giveUp(reason: unknown): void {
    this.call("close", undefined).catch(() => {});
    this.#ended = reason as Error;
  }

  #send(): void {
    const calls: CallMessages = this.#calls;
    this.#calls = [];
    try {
      this.#worker.postMessage(calls);
    } catch {
      // None of them was sent.
      for (const call of calls) this.#sendAlone(call);
    }
  }

  #sendAlone(call: CallMessage): void {
    try {
      this.#worker.postMessage([call]);
    } catch (error) {
      const [id, name] = call;
      this.#close(id)?.reject(unsentError(this.#path, name, error));
    }
  }

  #take(message: WorkerMessage): void {
    if (message === SOON) return;
    if ("kind" in message) {
      if (message.kind === "error") this.#close(message.id)?.reject(rebuildError(message.error));
      else this.#notice(message);
    } else if (Array.isArray(message)) {
      for (const [id, answer] of message as readonly Answered[]) this.#close(id)?.resolve(answer);
    }
    // With `--watch`, Node itself says here which files the worker has loaded.
  }

  #close(id: number): OpenCall | undefined {
    const call = this.#open.get(id);
    this.#open.delete(id);
    if (this.#open.size === 0) this.#worker.unref();
    return call;
  }

  #end(code: number): void {
    const ended = (this.#ended ??= endedError(this.#path, code, this.#uncaught));
    for (const call of this.#open.values()) call.reject(ended);
    this.#open.clear();
  }
}

/**
 * The file that a worker runs: beside the source, and in the built package a file of its own in `dist/sqlite/`.
 *
 * @throws AitorError `journal-failed` in a bundle of CommonJS, where `import.meta` is empty.
 */
function workerFile(journal: string): URL {
  const here: string | undefined = import.meta.url;
  if (here === undefined) throw bundledError(journal);
  return new URL(here.endsWith(".ts") ? "../journal-worker.ts" : "../sqlite/journal-worker.js", here);
}
