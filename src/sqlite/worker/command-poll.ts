import { messageOf, recordError } from "../../base/index.ts";
import { InboxReader } from "../inbox/inbox.ts";
import type { WorkerMessage } from "./protocol.ts";

const POLL_MS = 100;

/** Takes commands out of the inbox while somebody serves them. */
export class CommandPoll {
  readonly #inbox: InboxReader;
  readonly #tell: (message: WorkerMessage) => void;
  #timer: NodeJS.Timeout | undefined;
  /** Told once: it comes again with each look. */
  #trouble: string | undefined;

  constructor(path: string, tell: (message: WorkerMessage) => void) {
    this.#inbox = new InboxReader(path);
    this.#tell = tell;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#take(), POLL_MS);
    this.#take();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  acknowledge(...[id, outcome]: Parameters<InboxReader["acknowledge"]>): void {
    this.#inbox.acknowledge(id, outcome);
  }

  close(): void {
    this.stop();
    this.#inbox.close();
  }

  #take(): void {
    try {
      for (const command of this.#inbox.take()) this.#tell({ kind: "command", command });
      this.#trouble = undefined;
    } catch (error) {
      const trouble = messageOf(error);
      if (trouble === this.#trouble) return;
      this.#trouble = trouble;
      this.#tell({ kind: "warning", message: `commands cannot be taken: ${trouble}`, error: recordError(error) });
    }
  }
}
