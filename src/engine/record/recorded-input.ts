import { checkJson, hashJson } from "../../base/index.ts";

/**
 * What a step records of its input: the hash. In a journal in memory it is the input itself until the hash is needed, because
 * hashing costs more than a small step, and memory-only runs are seldom resumed.
 */
export type RecordedInput = string | UnhashedInput;

class UnhashedInput {
  readonly #input: unknown;

  constructor(input: unknown) {
    this.#input = input;
  }

  toJSON(): string {
    return hashInput(this.#input);
  }
}

export function recordInput(input: unknown, durable: boolean): RecordedInput | undefined {
  if (input === undefined) return undefined;
  return durable ? hashInput(input) : new UnhashedInput(input);
}

/** The two hashes where they differ. An input that was or is not given is not compared. */
export function differing(
  recorded: RecordedInput | undefined,
  asked: RecordedInput | undefined,
): { recorded: string; asked: string } | undefined {
  if (recorded === undefined || asked === undefined) return undefined;
  const hashes = { recorded: hashOf(recorded), asked: hashOf(asked) };
  return hashes.recorded === hashes.asked ? undefined : hashes;
}

function hashOf(input: RecordedInput): string {
  return typeof input === "string" ? input : input.toJSON();
}

function hashInput(input: unknown): string {
  checkJson(input, "the input of a step", false);
  return hashJson(input);
}
