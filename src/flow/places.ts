import { ReadyQueue } from "./ready-queue.ts";
import type { Place } from "./types.ts";

/**
 * The places that a flow's `concurrency` counts, and what waits for one. What only waits holds none: signals and timers
 * never do, and a task with tasks inside gives its place back while nothing is open in it but waits. So a flow inside of
 * another one both gives places and holds one.
 */
export class Places<Work> implements Place {
  readonly #limit: number;
  readonly #start: (work: Work) => void;
  readonly #ready = new ReadyQueue<Work | Return>();
  #taken = 0;
  /** What is open without a place. */
  #waits = 0;
  #pumping = false;
  #stopped = false;
  /** Where it is inside of another one. */
  #outer: Place | undefined;
  /** It gave its own place back. */
  #resting = false;
  #asked = false;

  /** @param start Starts what is ready. It may be done, or rest, at once. */
  constructor(limit: number, start: (work: Work) => void) {
    this.#limit = limit;
    this.#start = start;
  }

  /** What is ready and has no place. */
  get queued(): readonly Work[] {
    return this.#ready.rest().filter((work): work is Work => !(work instanceof Return));
  }

  within(outer: Place): void {
    this.#outer = outer;
  }

  push(work: Work): void {
    this.#ready.push(work);
  }

  /** @param places 1, or 0 for what only waits. */
  open(places: number): void {
    this.#taken += places;
    this.#waits += 1 - places;
  }

  close(places: number): void {
    this.#taken -= places;
    this.#waits -= 1 - places;
  }

  /** Starts what is ready, as far as the limit allows. A loop, since what it starts may end at once. */
  pump(): void {
    if (this.#pumping) return;
    if (this.#resting) return this.#askForPlace();
    this.#pumping = true;
    while (!this.#stopped && this.#taken < this.#limit && !this.#ready.isEmpty) {
      const work = this.#ready.take();
      if (work instanceof Return) work.go();
      else this.#start(work);
    }
    this.#pumping = false;
    if (this.#outer !== undefined) this.#restIfIdle(this.#outer);
  }

  /** Nothing starts any more. */
  stop(): void {
    this.#stopped = true;
  }

  /** It is over: its own place is given up by whoever started it, so it must be held. */
  end(): void {
    if (!this.#resting) return;
    this.#resting = false;
    this.#outer?.take();
  }

  rest(): void {
    this.#taken--;
    this.#waits++;
    this.pump();
  }

  ask(go: () => void): void {
    this.#ready.push(new Return(go));
    this.pump();
  }

  take(): void {
    this.#taken++;
    this.#waits--;
  }

  #restIfIdle(outer: Place): void {
    if (this.#stopped || this.#taken > 0 || this.#waits === 0 || !this.#ready.isEmpty) return;
    this.#resting = true;
    outer.rest();
  }

  #askForPlace(): void {
    if (this.#asked || this.#stopped || this.#ready.isEmpty) return;
    this.#asked = true;
    this.#outer?.ask(() => {
      this.#asked = false;
      this.end();
      this.pump();
    });
  }
}

/** A task that had only waited, and goes on inside. */
class Return {
  readonly go: () => void;

  constructor(go: () => void) {
    this.go = go;
  }
}
