import { invalidOption, invalidOptionGot } from "./options.ts";
import { REDACTED, registerSecret } from "./redactor.ts";

/**
 * A value that must not be shown, such as an API key. However it is printed, logged or written as JSON it is `[secret]`;
 * and its value, wherever it turns up in a log, an error record, an event or a cassette, is redacted where it has 8 characters
 * or more: a shorter one stands in too many texts by chance.
 */
export class Secret {
  /** A string brand, for secrets of another copy of the package. */
  readonly "~aitor" = "secret";
  readonly #value: string;
  /** What may be shown of it, to tell keys apart, such as `OPENAI_API_KEY` or `key 2`. */
  readonly label: string | undefined;

  /** @throws AitorError `invalid-option` for anything but a text with at least one character. */
  constructor(value: string, label?: string) {
    // The value itself must not be described.
    if (typeof value !== "string")
      throw invalidOptionGot("a secret's value", "a text", `a value of the type ${typeof value}`);
    if (value === "") throw invalidOption("a secret's value", "a text with at least one character", value);
    this.#value = value;
    this.label = label;
    registerSecret(value);
  }

  /** The value, for the one place that needs it. */
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

/** Whether it is a {@link Secret}, of this copy of the package or another. */
export function isSecret(value: unknown): value is Secret {
  return typeof value === "object" && value !== null && (value as { "~aitor"?: unknown })["~aitor"] === "secret";
}
