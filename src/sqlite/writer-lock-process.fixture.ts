import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { type ErrorRecord, rebuildError } from "../base/index.ts";
import type { Deeds } from "./format/writer-lock.fixture.ts";

interface Message {
  readonly value?: unknown;
  readonly error?: ErrorRecord;
}

/** A process of its own, which does one deed at a time. Killed at the end of the `using`. */
export class OtherProcess implements AsyncDisposable {
  readonly #child: ChildProcess;

  constructor(...options: readonly string[]) {
    this.#child = fork(new URL("./format/writer-lock.fixture.ts", import.meta.url), {
      execArgv: [...options],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Resolves with what it returns, or, of `serve`, when it serves; rejects with what it throws. */
  async do<Deed extends keyof Deeds>(
    deed: Deed,
    ...args: Parameters<Deeds[Deed]>
  ): Promise<Awaited<ReturnType<Deeds[Deed]>>> {
    this.#child.send({ deed, args });
    const message = await this.#message();
    if (message.error !== undefined) throw rebuildError(message.error);
    return message.value as never;
  }

  /** Has it do something and does not wait. */
  start<Deed extends keyof Deeds>(deed: Deed, ...args: Parameters<Deeds[Deed]>): void {
    this.#child.send({ deed, args });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when the system has ended it. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill(signal);
    await exited;
  }

  async exited(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  #message(): Promise<Message> {
    return new Promise((resolve, reject) => {
      const onMessage = (message: unknown): void => {
        this.#child.off("exit", onExit);
        resolve(message as Message);
      };
      const onExit = (code: number | null, signal: string | null): void => {
        this.#child.off("message", onMessage);
        reject(new Error(`it ended with ${signal ?? code}`));
      };
      this.#child.once("message", onMessage).once("exit", onExit);
    });
  }
}
