import { isAitorError } from "../../base/index.ts";
import type { Halt } from "../record/halt.ts";

/** Runs that were halted since they wait for an agent whose definition the engine does not have yet, or for one that does. */
export class UnknownCallees {
  readonly #waiting = new Map<string, string[]>();

  /** @returns The name of the definition that the run waits for. */
  add({ run, error }: Halt): string | undefined {
    const name = unknownOf(error);
    if (name === undefined) return undefined;
    this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), run]);
    return name;
  }

  /** Those that wait for a definition, in the order in which they were halted: who is asked comes before who asks. */
  take(name: string): readonly string[] {
    const runs = this.#waiting.get(name) ?? [];
    this.#waiting.delete(name);
    return runs;
  }
}

function unknownOf(error: unknown): string | undefined {
  let cause = error;
  while (isAitorError(cause, "agent-halted")) ({ cause } = cause);
  return cause !== error && isAitorError(cause, "definition-unknown")
    ? (cause.data as { name: string }).name
    : undefined;
}
