import { invalidOption, invalidOptionGot } from "./options.ts";
import { REDACTED, registerSecret } from "./redactor.ts";

/**
 * A value that must not be shown, such as an API key. Printed, logged or written as JSON, it becomes `[secret]`. The value
 * itself is redacted wherever it appears in a log, an error record, an event or a cassette, if it has 8 characters or more.
 * Shorter values occur in too many texts by chance.
 */
export class Secret {
  /** A string brand, for secrets of another copy of the package. */
  readonly "~aitor" = "secret";
  readonly #value: string;
  /** A name that may be shown, to tell keys apart, such as `OPENAI_API_KEY` or `key 2`. */
  readonly label: string | undefined;

  /** @throws AitorError `invalid-option` unless the value is a text with at least one character. */
  constructor(value: string, label?: string) {
    // The value itself must not be described.
    if (typeof value !== "string")
      throw invalidOptionGot("a secret's value", "a text", `a value of the type ${typeof value}`);
    if (value === "") throw invalidOption("a secret's value", "a text with at least one character", value);
    this.#value = value;
    this.label = label;
    registerSecret(value);
  }

  /** Returns the value, for the one place that needs it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }
}

// Node's inspection, in console.log among others. Computed names cannot stand in a class that is declared in isolation.
Object.defineProperty(Secret.prototype, Symbol.for("nodejs.util.inspect.custom"), { value: (): string => REDACTED });
Object.defineProperty(Secret.prototype, Symbol.toPrimitive, { value: (): string => REDACTED });

/** Returns whether a value is a {@link Secret}, of this copy of the package or another. */
export function isSecret(value: unknown): value is Secret {
  return typeof value === "object" && value !== null && (value as { "~aitor"?: unknown })["~aitor"] === "secret";
}
