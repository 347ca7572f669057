/** A call of a step's function. */
export interface StepCall {
  /** Of the process. */
  readonly life: number;
  readonly step: string;
  readonly once: boolean;
  readonly attempt: number;
  /** When it was called, its outcome was on the disk, or had been given to a body. */
  readonly durable: boolean;
}

/** How long a sleep really took. */
export interface Slept {
  readonly place: string;
  readonly ms: number;
  readonly took: number;
}

/** What a problem may cost, and what it did cost. */
export interface Account {
  readonly tokens: number | undefined;
  readonly usd: number | undefined;
  readonly steps: number;
  readonly calls: ModelCallMade[];
}

/** What a model was asked for, and took for it. */
export interface ModelCallMade {
  readonly life: number;
  /** Which turn of which agent. */
  readonly place: string;
  readonly tokens: number;
  readonly usd: number;
}

/** What happens outside of the journal, and outlives processes: the verdict is found by it and by what the disk holds. */
export class Ledger {
  readonly calls: StepCall[] = [];
  /** Steps whose results bodies were given. */
  readonly told: Set<string> = new Set();
  /** How often each effect happened, by step. */
  readonly effects: Map<string, number> = new Map();
  /** When each sleep was begun first. */
  readonly #begun = new Map<string, number>();
  readonly slept: Slept[] = [];
  /** By problem: all models that worked on it count. */
  readonly accounts: Map<string, Account> = new Map();
  /** How often a model was asked in each place of its script. */
  readonly asked: Map<string, number> = new Map();
  prompts = 0;
  readonly illegal: string[] = [];
  /** What went wrong at once. */
  readonly faults: string[] = [];

  effect(step: string): void {
    this.effects.set(step, (this.effects.get(step) ?? 0) + 1);
  }

  sleeps(place: string, now: number): void {
    if (!this.#begun.has(place)) this.#begun.set(place, now);
  }

  awoke(place: string, ms: number, now: number): void {
    this.slept.push({ place, ms, took: now - (this.#begun.get(place) ?? now) });
  }

  spend(problem: string, call: ModelCallMade): void {
    this.accounts.get(problem)?.calls.push(call);
  }
}
