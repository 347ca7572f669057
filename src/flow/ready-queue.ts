/** What is ready to start, first in, first out, at a cost that does not grow with its length. */
export class ReadyQueue<Work> {
  readonly #works: Work[] = [];
  #head = 0;

  get isEmpty(): boolean {
    return this.#head === this.#works.length;
  }

  push(work: Work): void {
    this.#works.push(work);
  }

  /** Not to be called of an empty one. */
  take(): Work {
    const work = this.#works[this.#head++] as Work;
    if (this.#head > 1_024 && this.#head * 2 > this.#works.length) {
      this.#works.splice(0, this.#head);
      this.#head = 0;
    }
    return work;
  }

  rest(): readonly Work[] {
    return this.#works.slice(this.#head);
  }
}
