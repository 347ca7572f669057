import type { PromptFamily } from "../format/prompt-family.ts";

/** Gives each call of a prompt an id of its own that its provider takes. */
export class CallIds {
  readonly #family: PromptFamily;
  readonly #used: Set<string>;
  #made: number;

  constructor(family: PromptFamily, used: Iterable<string> = [], made = 0) {
    this.#family = family;
    this.#used = new Set(used);
    this.#made = made;
  }

  /** The id itself where it is free and looks as it should. */
  take(id: string): string {
    let taken = id;
    while (this.#used.has(taken) || !this.#family.callId.test(taken)) taken = this.#family.makeCallId(++this.#made);
    this.#used.add(taken);
    return taken;
  }

  giveBack(ids: Iterable<string>, made: number): void {
    for (const id of ids) this.#used.delete(id);
    this.#made = made;
  }

  /** How many were made up: with `giveBack`, the same ones are made again. */
  get made(): number {
    return this.#made;
  }

  copy(): CallIds {
    return new CallIds(this.#family, this.#used, this.#made);
  }
}
