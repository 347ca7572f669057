import type { AitorError } from "../../base/index.ts";
import { ambiguousStepError } from "../record/errors.ts";
import { ordinalKey, type StepLabel } from "../record/step-label.ts";

/** What is open in a scope under a label: a step, a wait, a scope of its own. */
export interface OpenWork {
  /** What the log calls it. @default "step" */
  readonly kind?: "scope" | "signal" | "timer";
  /** It only waits for something from outside, or what is in it is looked at by itself. */
  readonly waiting: boolean;
  /** Its scope has ended: it settles now. */
  abandon(reason: AitorError): void;
  /**
   * Its scope is out of time: what must run once, and has been called, is in doubt from now on.
   *
   * @returns When it is known what became of it; nothing where nothing is in doubt.
   */
  doubt?(why: string): Promise<unknown> | undefined;
}

const NONE: readonly never[] = [];

/** The names in use in one scope: what is open under which label, and how many of each are finished. */
export class OpenLabels {
  readonly #path: string;
  /** Made with the first: an agent's handler often has no step. */
  #open: Map<string, OpenWork> | undefined;
  /** How many keyed ones of a name are open. */
  #keyed: Map<string, number> | undefined;
  #finished: Map<string, number> | undefined;
  /** Something has failed: whoever deals with that may leave the rest. */
  failed = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws AitorError `ambiguous-step` where a resumed run could not tell it from what is open. */
  admit(label: StepLabel): void {
    const ambiguous =
      this.#isOpen(label.label) || (label.keyed ? this.#isOpen(label.base) : (this.#keyed?.get(label.base) ?? 0) > 0);
    if (ambiguous) throw ambiguousStepError(label.name, this.#path);
  }

  open(label: StepLabel, work: OpenWork): void {
    (this.#open ??= new Map()).set(label.label, work);
    if (label.keyed) this.#countKeyed(label, 1);
  }

  close(label: StepLabel): void {
    this.#open?.delete(label.label);
    if (label.keyed) this.#countKeyed(label, -1);
    this.finish(label.label);
  }

  get some(): boolean {
    return this.#open !== undefined && this.#open.size > 0;
  }

  entries(): Iterable<readonly [label: string, work: OpenWork]> {
    return this.#open ?? NONE;
  }

  works(): Iterable<OpenWork> {
    return this.#open?.values() ?? NONE;
  }

  /** The key that the next one of this label gets. */
  keyOf(label: string): string {
    return ordinalKey(this.#path, label, this.#finished?.get(label) ?? 0);
  }

  /** Counts a label as used up: the next one of it gets another key. */
  finish(label: string): void {
    const finished = (this.#finished ??= new Map());
    finished.set(label, (finished.get(label) ?? 0) + 1);
  }

  #isOpen(label: string): boolean {
    return this.#open?.has(label) === true;
  }

  #countKeyed(label: StepLabel, change: number): void {
    const keyed = (this.#keyed ??= new Map());
    keyed.set(label.base, (keyed.get(label.base) ?? 0) + change);
  }
}
