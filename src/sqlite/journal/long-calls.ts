/** Calls that take long: appends are served meanwhile, and the journal is closed when they are over. */
export class LongCalls {
  readonly #underWay = new Set<Promise<unknown>>();
  #last: Promise<unknown> = Promise.resolve();

  /** Has begun. */
  add<Answer>(call: Promise<Answer>): Promise<Answer> {
    const over = (): void => void this.#underWay.delete(call);
    this.#underWay.add(call);
    call.then(over, over);
    return call;
  }

  /** Begins when those are over that were to begin in turn before it. */
  inTurn<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const answer = this.add(this.#last.then(call));
    this.#last = answer.catch(() => {});
    return answer;
  }

  /** Resolves when there is none. */
  async over(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }
}
