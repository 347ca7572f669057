import { invalidOption, type Runnable } from "../base/index.ts";
import { definitionUnknownError } from "./run-errors.ts";

/** What an engine can go on with by itself, by name. */
export class Definitions {
  readonly #byName = new Map<string, Runnable>();

  /** @throws AitorError `invalid-option` where two have one name. */
  constructor(definitions: readonly Runnable<never, unknown>[]) {
    for (const definition of definitions) {
      if (this.#byName.has(definition.name)) {
        throw invalidOption(
          "definitions of an engine",
          "one definition of each name",
          `two named "${definition.name}"`,
        );
      }
      this.#byName.set(definition.name, definition);
    }
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** @throws AitorError `definition-unknown`. */
  get(name: string): Runnable {
    const found = this.#byName.get(name);
    if (found === undefined) throw definitionUnknownError(name, [...this.#byName.keys()]);
    return found;
  }
}
