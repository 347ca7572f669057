/** What is done to one run while it is not under way: one thing after the other. */
export class RunTurns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Whether something is being done to it. */
  has(run: string): boolean {
    return this.#last.has(run);
  }

  async take<Out>(run: string, work: () => Promise<Out>): Promise<Out> {
    const before = this.#last.get(run);
    const done = before === undefined ? work() : before.then(work);
    const over = done.then(ignore, ignore);
    this.#last.set(run, over);
    try {
      return await done;
    } finally {
      if (this.#last.get(run) === over) this.#last.delete(run);
    }
  }
}

function ignore(): void {}
