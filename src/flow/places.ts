import { ReadyQueue } from "./ready-queue.ts";
import type { Place } from "./types.ts";

/**
 * The places that a flow's `concurrency` counts, and what waits for one. What only waits holds none: signals and timers
 * never do, and a task with tasks inside gives its place back while nothing is open in it but waits. So a flow inside of
 * another one both gives places and holds one. A choice has none of its own: it holds one, and borrows more of the flow
 * around it as they become free, so that what is free is shared and one alone is enough to go on.
 */
export class Places<Work> implements Place {
  /** Of borrowed places: those that are held. */
  #limit: number;
  readonly #borrows: boolean;
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

  /**
   * @param limit How many there are, or that they are those of whatever it is inside of.
   * @param start Starts what is ready. It may be done, or rest, at once.
   */
  constructor(limit: number | "borrowed", start: (work: Work) => void) {
    this.#borrows = limit === "borrowed";
    this.#limit = limit === "borrowed" ? 1 : limit;
    this.#start = start;
  }

  /** What is ready and has no place. */
  get queued(): readonly Work[] {
    return this.#ready.rest().filter((work): work is Work => !(work instanceof Return));
  }

  within(outer: Place, rests: boolean): void {
    this.#outer = outer;
    if (rests) this.#rest(outer);
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
    if (this.#outer === undefined) return;
    if (this.#borrows) this.#borrowAsNeeded(this.#outer);
    this.#restIfIdle(this.#outer);
  }

  /** Nothing starts any more. */
  stop(): void {
    this.#stopped = true;
  }

  /** It is over: its own place is given up by whoever started it, so it must be held, and no other. */
  end(): void {
    this.stop();
    if (this.#outer === undefined) return;
    this.#return(this.#outer);
    if (this.#borrows) this.#giveBackTo(this.#outer, 1);
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

  borrow(): void {
    this.#taken++;
  }

  giveBack(): void {
    this.#taken--;
    this.pump();
  }

  #borrowAsNeeded(outer: Place): void {
    if (this.#ready.isEmpty) this.#giveBackTo(outer, Math.max(1, this.#taken));
    else this.#askForPlace();
  }

  /** @param needed Those that are still held then. */
  #giveBackTo(outer: Place, needed: number): void {
    while (this.#limit > needed) {
      this.#limit--;
      outer.giveBack();
    }
  }

  #return(outer: Place): void {
    if (!this.#resting) return;
    this.#resting = false;
    outer.take();
  }

  #restIfIdle(outer: Place): void {
    if (this.#stopped || this.#taken > 0 || this.#waits === 0 || !this.#ready.isEmpty) return;
    this.#rest(outer);
  }

  #rest(outer: Place): void {
    this.#resting = true;
    outer.rest();
  }

  #askForPlace(): void {
    if (this.#asked || this.#stopped || this.#ready.isEmpty) return;
    this.#asked = true;
    this.#outer?.ask(() => {
      this.#asked = false;
      if (this.#stopped) return;
      this.#gotPlace(this.#outer as Place);
      this.pump();
    });
  }

  #gotPlace(outer: Place): void {
    if (this.#resting) return this.#return(outer);
    if (this.#ready.isEmpty) return;
    this.#limit++;
    outer.borrow();
  }
}

/** A task that goes on inside, after it had only waited or with one place more. */
class Return {
  readonly go: () => void;

  constructor(go: () => void) {
    this.go = go;
  }
}
