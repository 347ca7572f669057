import type { Run, StepName } from "../base/index.ts";
import type { GraphNode } from "./types.ts";

/**
 * How something begins without a place, in a run that is resumed. Were it to wait for one, something new could have that place, and be
 * held back in code of another version until all on record was asked for: neither would go on. So what is `"done"` takes no place.
 * What has `"begun"`, and has steps of its own that are done, takes one when another of its steps needs it.
 */
export type EarlyStart = "begun" | "done";

/** Tells in a run what begins early; nothing does in one that is new. */
export class EarlyStarts {
  readonly #run: Run;
  /** Something is on record here. */
  readonly #any: boolean;

  constructor(run: Run) {
    this.#run = run;
    this.#any = run.recordedIn?.() === true;
  }

  /** A mapped task needs no place itself. */
  ofNode({ task, mapped }: GraphNode): EarlyStart | undefined {
    if (!this.#any) return undefined;
    return mapped === undefined ? this.#of(task.name) : "begun";
  }

  /** Of the elements of a mapped task, by their number; nothing where none begins early. */
  ofElements(name: string): ((element: number) => EarlyStart | undefined) | undefined {
    return this.#any ? (element) => this.#of({ name, key: String(element) }) : undefined;
  }

  #of(name: StepName): EarlyStart | undefined {
    if (this.#run.recorded?.(name) === "settled") return "done";
    return this.#run.recordedIn?.(name) === true ? "begun" : undefined;
  }
}
