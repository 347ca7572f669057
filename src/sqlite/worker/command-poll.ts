import { messageOf, recordError } from "../../base/index.ts";
import type { Command } from "../../journal/index.ts";
import { InboxReader } from "../inbox/inbox.ts";
import type { WorkerMessage } from "./protocol.ts";

const POLL_MS = 100;

/**
 * Looks for commands in the inbox while somebody serves them. They are taken when the process asks for them: one that is busy
 * leaves them to their senders, who may take them back.
 */
export class CommandPoll {
  readonly #inbox: InboxReader;
  readonly #tell: (message: WorkerMessage) => void;
  #timer: NodeJS.Timeout | undefined;
  /** The process was told that some wait, and has not asked for them yet. */
  #isTold = false;
  /** What was told last: the same error comes with each look, and is told once. */
  #trouble: string | undefined;

  constructor(path: string, tell: (message: WorkerMessage) => void) {
    this.#inbox = new InboxReader(path);
    this.#tell = tell;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#look(), POLL_MS);
    this.#look();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  take(): readonly Command[] {
    this.#isTold = false;
    if (this.#timer === undefined) return [];
    const commands = this.#attempt(() => this.#inbox.take());
    if (commands !== undefined) this.#trouble = undefined;
    return commands ?? [];
  }

  acknowledge(...[id, outcome]: Parameters<InboxReader["acknowledge"]>): void {
    this.#inbox.acknowledge(id, outcome);
  }

  close(): void {
    this.stop();
    this.#inbox.close();
  }

  #look(): void {
    if (this.#isTold) return;
    const any = this.#attempt(() => this.#inbox.look());
    if (any === false) this.#trouble = undefined;
    if (any !== true) return;
    this.#isTold = true;
    this.#tell({ kind: "commands" });
  }

  #attempt<Out>(use: () => Out): Out | undefined {
    try {
      return use();
    } catch (error) {
      const trouble = messageOf(error);
      if (trouble === this.#trouble) return undefined;
      this.#trouble = trouble;
      this.#tell({ kind: "warning", message: `commands cannot be taken: ${trouble}`, error: recordError(error) });
      return undefined;
    }
  }
}
