/** What is done to one run while it is not under way: one thing after the other. */
export class RunLocks {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Whether something is being done to it. */
  has(run: string): boolean {
    return this.#last.has(run);
  }

  /** @returns At once what the work does at once, where nothing is being done to the run. */
  hold<Out>(run: string, work: () => Promise<Out>): Promise<Out>;
  hold<Out>(run: string, work: () => Out | Promise<Out>): Out | Promise<Out>;
  hold<Out>(run: string, work: () => Out | Promise<Out>): Out | Promise<Out> {
    const before = this.#last.get(run);
    if (before !== undefined) return this.#whileDoing(run, before.then(work));
    const done = work();
    return done instanceof Promise ? this.#whileDoing(run, done) : done;
  }

  async #whileDoing<Out>(run: string, done: Promise<Out>): Promise<Out> {
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
