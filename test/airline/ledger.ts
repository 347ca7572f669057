// What models and tools were asked, outside of the journal: the only witness of what really happened.
import { appendFileSync, existsSync, readFileSync } from "node:fs";

export interface Asked {
  /** The id of the agent: of the record, or of a fork. */
  readonly agent: string;
  /** The step, over all runs: its idempotency key. A call that is made again has it again. */
  readonly step: string;
  /** A call of a tool, with its arguments; of a model, the place of its reply among the replies. */
  readonly what: string;
  /** The number of the process. */
  readonly life: number;
}

interface Given {
  readonly step: string;
  readonly value: string;
}

/** As the engine makes it. @param run An id without other signs of structure than slashes. */
export function stepIn(run: string, key: string): string {
  return `${run.replaceAll("/", "%2F")}/${key}`;
}

export class Ledger {
  readonly #all: Asked[] = [];
  /** By agent and call, the steps that asked it. */
  readonly #steps = new Map<string, Set<string>>();
  readonly #given = new Map<string, string>();
  readonly #life: number;
  readonly #file: string | undefined;

  /** @param file What is written into it is there at once, also where the process dies. */
  constructor(life = 1, file?: string) {
    this.#life = life;
    this.#file = file;
    if (file === undefined || !existsSync(file)) return;
    const lines = readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
    for (const line of lines) {
      const entry = JSON.parse(line) as Asked | Given;
      if ("value" in entry) this.#given.set(entry.step, entry.value);
      else this.#take(entry);
    }
  }

  get all(): readonly Asked[] {
    return this.#all;
  }

  /** @returns Which of the equal calls of the agent this is, from 0 on: the same for the same step. */
  ask(agent: string, step: string, what: string): number {
    const asked = { agent, step, what, life: this.#life };
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify(asked)}\n`);
    return this.#take(asked);
  }

  /** What the step was told, where it got that far. */
  given(step: string): string | undefined {
    return this.#given.get(step);
  }

  /** Tells what the step is given. */
  give(step: string, value: string): void {
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify({ step, value })}\n`);
    this.#given.set(step, value);
  }

  /** The agent knows of the call from before, as a fork does. */
  remind(agent: string, step: string, what: string): number {
    const key = `${agent} ${what}`;
    const steps = this.#steps.get(key) ?? new Set();
    this.#steps.set(key, steps.add(step));
    return [...steps].indexOf(step);
  }

  #take(asked: Asked): number {
    this.#all.push(asked);
    return this.remind(asked.agent, asked.step, asked.what);
  }
}
