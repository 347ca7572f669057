import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";

import type { Order, Sample } from "./contender.ts";
import type { Participant } from "./participants.ts";
import { PRELOAD } from "./published.ts";
import type { Command, Memory, Prepared } from "./worker.ts";

/** A contender in its process. */
export class Entrant implements Disposable {
  readonly name: string;
  readonly #child: ChildProcess;
  #pending: PromiseWithResolvers<unknown> | undefined;
  #said = "";

  constructor({ name, module }: Participant) {
    this.name = name;
    this.#child = fork(join(import.meta.dirname, "worker.ts"), [module], {
      execArgv: ["--expose-gc", "--disable-warning=ExperimentalWarning", ...PRELOAD],
      // What a framework prints is not the bench's to show, unless it is why the process died.
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      serialization: "advanced",
    });
    this.#child.stderr
      ?.setEncoding("utf8")
      .on("data", (text: string) => (this.#said = (this.#said + text).slice(-500)));
    this.#child.on("message", (answer: { readonly value?: unknown; readonly error?: string }) => {
      if (answer.error === undefined) this.#pending?.resolve(answer.value);
      else this.#pending?.reject(new Error(answer.error));
    });
    this.#child.on("exit", (code, signal) => {
      this.#pending?.reject(new Error(`its process ended with ${signal ?? code}: ${this.#said.trim()}`));
    });
  }

  /** @throws Error (rejects with) where it cannot, or takes longer than so many seconds. */
  prepare(order: Order, warmUp: number, seconds: number): Promise<Prepared> {
    return this.#ask({ do: "prepare", order, warmUp }, seconds) as Promise<Prepared>;
  }

  sample(allocation: boolean): Promise<Sample> {
    return this.#ask({ do: "sample", allocation }, 600) as Promise<Sample>;
  }

  memory(order: Order, seconds: number): Promise<Memory> {
    return this.#ask({ do: "memory", order }, seconds) as Promise<Memory>;
  }

  [Symbol.dispose](): void {
    this.#child.removeAllListeners();
    this.#child.kill("SIGKILL");
  }

  async #ask(command: Command, seconds: number): Promise<unknown> {
    this.#pending = Promise.withResolvers();
    const timer = setTimeout(() => {
      this.#pending?.reject(new Error(`it takes longer than ${seconds} s`));
    }, seconds * 1e3);
    try {
      if (!this.#child.connected) throw new Error(`its process has ended: ${this.#said.trim()}`);
      this.#child.send(command);
      return await this.#pending.promise;
    } finally {
      clearTimeout(timer);
    }
  }
}
