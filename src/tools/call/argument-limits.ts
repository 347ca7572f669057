import { argumentPath, described, failure, type ToolFailure } from "../schema/tool-failure.ts";

/** What arguments may be at most. */
export interface ArgumentLimits {
  /** Characters of their JSON. @default 1_000_000 */
  readonly characters: number;
  /** Objects and lists within each other. @default 64 */
  readonly depth: number;
}

/** Keys through which a careless copy changes objects at large. */
const PROTOTYPE_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Refuses, without a look at any schema, what no tool should be given; nothing where all is well. */
export function overLimits(value: unknown, tool: string, limits: ArgumentLimits): ToolFailure | undefined {
  return new Inspection(tool, limits).visit(value);
}

export function tooLarge(tool: string, limit: number, got: string): ToolFailure {
  return failure("arguments-too-large", `tool "${tool}" was not called, its arguments are too large`, {
    expected: `at most ${limit} characters of JSON`,
    got,
    fix: "give it less, or what is large in parts",
  });
}

class Inspection {
  readonly #tool: string;
  readonly #limits: ArgumentLimits;
  /** Its first `#depth` parts lead here; it is not cut, since a list that is made shorter is allocated anew. */
  readonly #path: PropertyKey[] = [];
  #depth = 0;
  #characters = 0;

  constructor(tool: string, limits: ArgumentLimits) {
    this.#tool = tool;
    this.#limits = limits;
  }

  visit(value: unknown): ToolFailure | undefined {
    switch (typeof value) {
      case "string":
        return this.#text(value, "a text");
      case "number":
        return Number.isFinite(value) ? this.#count(1) : this.#notJson(value);
      case "boolean":
        return this.#count(1);
      case "object":
        return value === null ? this.#count(1) : this.#object(value);
      default:
        return this.#notJson(value);
    }
  }

  #object(value: object): ToolFailure | undefined {
    if (this.#depth >= this.#limits.depth) {
      return failure("arguments-too-deep", `tool "${this.#tool}" was not called, its arguments nest too deep`, {
        path: argumentPath(this.#path.slice(0, 5)),
        expected: `at most ${this.#limits.depth} objects and lists within each other`,
        got: "more",
        fix: "give it a flatter value",
      });
    }
    if (Array.isArray(value)) return this.#list(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== null && prototype !== Object.prototype) return this.#notJson(value);
    for (const key of Object.keys(value)) {
      this.#path[this.#depth++] = key;
      const found =
        (PROTOTYPE_KEYS.has(key) ? this.#prototypeKey(key) : this.#text(key, "a name")) ??
        this.visit((value as Readonly<Record<string, unknown>>)[key]);
      if (found !== undefined) return found;
      this.#depth--;
    }
    return this.#count(1);
  }

  #list(value: readonly unknown[]): ToolFailure | undefined {
    for (let index = 0; index < value.length; index++) {
      this.#path[this.#depth++] = index;
      const found = this.visit(value[index]);
      if (found !== undefined) return found;
      this.#depth--;
    }
    return this.#count(1);
  }

  #text(text: string, what: string): ToolFailure | undefined {
    if (text.isWellFormed()) return this.#count(text.length + 1);
    return failure("broken-text", `tool "${this.#tool}" was not called, an argument is no text`, {
      path: argumentPath(this.#path.slice(0, this.#depth)),
      expected: `${what} of Unicode characters`,
      got: `half of a surrogate pair in ${described(text)}`,
      fix: "write the whole character",
    });
  }

  #count(characters: number): ToolFailure | undefined {
    this.#characters += characters;
    const { characters: limit } = this.#limits;
    return this.#characters > limit ? tooLarge(this.#tool, limit, `more than ${limit}`) : undefined;
  }

  #prototypeKey(key: string): ToolFailure {
    return failure(
      "prototype-key",
      `tool "${this.#tool}" was not called, its arguments have a name that is not allowed`,
      {
        path: argumentPath(this.#path.slice(0, this.#depth)),
        expected: "other names than __proto__, constructor and prototype",
        got: `"${key}"`,
        fix: "leave it out, or call it something else",
      },
    );
  }

  #notJson(value: unknown): ToolFailure {
    return failure("invalid-arguments", `tool "${this.#tool}" was not called, an argument is no JSON value`, {
      path: argumentPath(this.#path.slice(0, this.#depth)),
      expected: "null, a boolean, a finite number, a text, a list or an object",
      got: described(value),
    });
  }
}
