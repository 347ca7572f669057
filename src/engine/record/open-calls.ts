import { escaped } from "./step-label.ts";
import { mayHaveHappened, type StepRecord } from "./step-record.ts";

/** Another run that a step waits for: one of its own, or the one that handles a message of it. */
export type CalledKind = "child" | "message";

/** The calls of a run that have no outcome on record, until its code asks for them again. */
export class OpenCalls {
  readonly #kinds = new Map<string, CalledKind>();
  /** These, and steps that must run once and may have happened. */
  readonly #expected = new Set<string>();

  constructor(steps: ReadonlyMap<string, StepRecord>) {
    for (const [key, step] of steps) {
      const { asks, child, outcome } = step;
      if (outcome !== undefined) continue;
      if (child !== undefined) this.#kinds.set(key, "child");
      else if (asks) this.#kinds.set(key, "message");
      if (this.#kinds.has(key) || mayHaveHappened(step)) this.#expected.add(key);
    }
  }

  /** @returns Whether it is one of them. */
  askedFor(key: string): boolean {
    return this.#kinds.delete(key);
  }

  /** What it has called is found here, and can tell itself whether it is in doubt. */
  found(key: string): void {
    this.#expected.delete(key);
  }

  /** Whether something in a scope has yet to be found. That is said once of each. */
  expectedIn(path: string): boolean {
    const keys = [...this.#expected].filter((key) => key.startsWith(path));
    for (const key of keys) this.#expected.delete(key);
    return keys.length > 0;
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
