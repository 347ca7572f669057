import type { Answer } from "../engine.ts";
import { notWaitingError } from "../record/wait-errors.ts";
import { stepNameOf } from "../record/step-label.ts";

/** Something that a run waits for from outside its process. */
export interface Wait {
  readonly key: string;
  /**
   * Takes an answer, where it is one that can be answered.
   *
   * @param by The command that brought it, so that it can be known again.
   * @returns When it is durable. Rejects where it does not fit; the wait goes on then.
   */
  accept?(answer: Answer, by: string | undefined): Promise<void>;
}

/** What a run waits for at the moment. */
export class Waits {
  readonly #run: string;
  /** Made when there is the first: most runs wait for nothing. */
  #open: Map<string, Wait> | undefined;
  readonly #changed: () => void;
  /** What waits for an answer on record, and the code has yet to ask for. */
  readonly #expected: Set<string> | undefined;
  #arrivals: (() => void)[] | undefined;

  /**
   * @param expected The keys of what waits for an answer on record: an answer that comes before the code is there waits.
   * @param changed Called when something is added, or else may be all that is left.
   */
  constructor(run: string, expected: readonly string[] | undefined, changed: () => void) {
    this.#run = run;
    this.#expected = expected === undefined || expected.length === 0 ? undefined : new Set(expected);
    this.#changed = changed;
  }

  get size(): number {
    return this.#open?.size ?? 0;
  }

  get keys(): readonly string[] {
    return [...(this.#open?.keys() ?? [])];
  }

  /** The keys of what can be answered. */
  get answerable(): readonly string[] {
    return [...this.#acceptable, ...(this.#expected ?? [])];
  }

  isOpen(wait: Wait): boolean {
    return this.#open?.get(wait.key) === wait;
  }

  has(key: string): boolean {
    return this.#open?.has(key) === true;
  }

  add(wait: Wait): void {
    (this.#open ??= new Map()).set(wait.key, wait);
    if (this.#expected?.delete(wait.key) === true) this.#arrived();
    this.#changed();
  }

  /** What was expected and is not there by now does not come. */
  expectNothing(): void {
    if (this.#expected === undefined || this.#expected.size === 0) return;
    this.#expected.clear();
    this.#arrived();
  }

  /** Something ended of which there is no record: what is left may be all that goes on. */
  look(): void {
    if (this.size > 0) this.#changed();
  }

  delete(wait: Wait): void {
    this.#open?.delete(wait.key);
  }

  async answer(key: string, answer: Answer, by: string | undefined): Promise<void> {
    for (;;) {
      const found = chosen(key, this.answerable);
      if (found === undefined) throw notWaitingError(this.#run, key, this.#acceptable);
      const wait = this.#open?.get(found);
      if (wait?.accept !== undefined) return wait.accept(answer, by);
      await new Promise<void>((resolve) => (this.#arrivals ??= []).push(resolve));
    }
  }

  get #acceptable(): string[] {
    const waits = [...(this.#open?.values() ?? [])];
    return waits.filter((wait) => wait.accept !== undefined).map((wait) => wait.key);
  }

  #arrived(): void {
    const arrivals = this.#arrivals;
    this.#arrivals = undefined;
    for (const tell of arrivals ?? []) tell();
  }
}

/** The key that is meant: an equal one, or the only one of that name. */
export function chosen(asked: string, keys: readonly string[]): string | undefined {
  if (keys.includes(asked)) return asked;
  const named = keys.filter((key) => stepNameOf(key) === asked);
  return named.length === 1 ? named[0] : undefined;
}
