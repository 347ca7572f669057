import type { DatabaseSync, StatementSync } from "node:sqlite";

/** How often a file is looked at that another process may be writing. */
const POLL_MS = 100;

/** Tells when another process has changed the file. */
export class FileChanges {
  readonly #version: StatementSync;
  readonly #waiting: { readonly since: number; readonly resolve: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(database: DatabaseSync) {
    this.#version = database.prepare("PRAGMA data_version");
  }

  get revision(): number {
    return this.#version.get()?.["data_version"] as number;
  }

  /** Resolves when the file is not as it was at a revision any more, or at `stop`. */
  after(revision: number): Promise<undefined> {
    return new Promise((resolve) => {
      this.#waiting.push({ since: revision, resolve: () => resolve(undefined) });
      this.#timer ??= setInterval(() => this.#look(), POLL_MS);
      this.#look();
    });
  }

  stop(): undefined {
    for (const { resolve } of this.#waiting.splice(0)) resolve();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    let now: number | undefined;
    try {
      now = this.revision;
    } catch {
      // Whoever waits is told by what it reads next.
    }
    if (this.#waiting.some(({ since }) => since !== now)) this.stop();
  }
}
