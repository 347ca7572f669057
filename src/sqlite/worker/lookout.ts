/** A call comes soon, so many milliseconds after an answer at most. */
const SOON_MS = 0.15;

/** After so many calls it is asked anew whether to look out. */
const ROUND = 64;

/** Of these, so many came soon. */
const MOST = 48;

/** So often in a round a thread of a process may lose its processor to another one, where they do not want for any. */
const DISPLACED = 6;

/** What a lookout needs of its surroundings. */
export interface Surroundings {
  /** Milliseconds. */
  now(): number;
  /** How often threads of this process had to leave their processor to others, so far. */
  displaced(): number;
  /** Calls back after the event loop has looked for what has come. */
  later(look: () => void): void;
}

/**
 * Keeps a thread's event loop awake for a moment where most calls come as soon as the one before is answered: to wake a thread
 * that rests, and the processor with it, takes as long as half a commit. Where calls are seldom, or threads wait for a processor, it
 * rests at once.
 */
export class Lookout {
  readonly #surroundings: Surroundings;
  #answered = Number.NEGATIVE_INFINITY;
  /** In this round: calls, those of them that came soon, and what was counted when it began. */
  #calls = 0;
  #soon = 0;
  #displaced = 0;
  #looksOut = false;
  #until = 0;
  #scheduled = false;
  readonly #look = (): void => {
    this.#scheduled = this.#surroundings.now() < this.#until;
    if (this.#scheduled) this.#surroundings.later(this.#look);
  };

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** Calls have come. */
  called(): void {
    this.#until = 0;
    if (this.#surroundings.now() - this.#answered < SOON_MS) this.#soon++;
    if (++this.#calls === ROUND) this.#nextRound();
  }

  /** All that came is answered. */
  answered(): void {
    this.#answered = this.#surroundings.now();
    if (!this.#looksOut) return;
    this.#until = this.#answered + SOON_MS;
    if (!this.#scheduled) this.#surroundings.later(this.#look);
    this.#scheduled = true;
  }

  #nextRound(): void {
    const displaced = this.#surroundings.displaced();
    this.#looksOut = this.#soon >= MOST && displaced - this.#displaced <= DISPLACED;
    this.#displaced = displaced;
    this.#calls = 0;
    this.#soon = 0;
  }
}
