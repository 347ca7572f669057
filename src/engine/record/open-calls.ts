import { escaped } from "./step-label.ts";
import type { StepRecord } from "./step-record.ts";

/** Another run that a step waits for: one of its own, or the one that handles a message of it. */
export type CalledKind = "child" | "message";

/** What a run has called according to its record, and has no outcome, until its code asks for it again. */
export class OpenCalls {
  readonly #kinds = new Map<string, CalledKind>();

  constructor(steps: ReadonlyMap<string, StepRecord>) {
    for (const [key, { asks, child, outcome }] of steps) {
      if (outcome !== undefined) continue;
      if (child !== undefined) this.#kinds.set(key, "child");
      else if (asks) this.#kinds.set(key, "message");
    }
  }

  /** @returns Whether it is one of them. */
  askedFor(key: string): boolean {
    return this.#kinds.delete(key);
  }

  /** Takes out those in a scope. @returns Ids of children, or of messages. */
  take(run: string, path: string): [kind: CalledKind, id: string][] {
    const taken: [CalledKind, string][] = [];
    for (const [key, kind] of this.#kinds) {
      if (!key.startsWith(path)) continue;
      this.#kinds.delete(key);
      taken.push([kind, `${kind === "child" ? run : escaped(run)}/${key}`]);
    }
    return taken;
  }
}
