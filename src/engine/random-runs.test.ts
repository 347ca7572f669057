// Whatever a run is made of, whatever fails in it, and whenever it is cancelled: once it has settled
// - nothing runs any more: no function, branch or turn is entered
// - everything that was taken has been given back exactly once
// - no timer is pending
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Branch, Run, StepContext } from "../base/index.ts";
import type { VirtualClock } from "../testing/index.ts";
import { body, place } from "./engine.fixture.ts";
import { journals } from "./journals.fixture.ts";

type Node = StepNode | GroupNode | ScopeNode | LoopNode | SequenceNode;

interface StepNode {
  readonly kind: "step";
  readonly key: string | undefined;
  /** Milliseconds; nothing: it answers at once. */
  readonly delay: number | undefined;
  readonly failures: number;
  readonly attempts: number;
  readonly timeout: number | undefined;
  readonly effect: "idempotent" | "once";
  /** Milliseconds that each release takes. */
  readonly releases: readonly number[];
  readonly obeys: boolean;
  readonly awaited: boolean;
}

interface GroupNode {
  readonly kind: "all" | "race" | "settle";
  readonly branches: readonly Node[];
  readonly awaited: boolean;
}

interface ScopeNode {
  readonly kind: "scope";
  readonly inner: Node;
  readonly awaited: boolean;
}

interface LoopNode {
  readonly kind: "loop";
  readonly turns: number;
  readonly turn: Node;
}

interface SequenceNode {
  readonly kind: "sequence";
  readonly nodes: readonly Node[];
  readonly goesOn: boolean;
}

const { tree } = fc.letrec<{
  tree: Node;
  step: StepNode;
  group: GroupNode;
  scope: ScopeNode;
  loop: LoopNode;
  sequence: SequenceNode;
}>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    tie("step"),
    tie("sequence"),
    tie("group"),
    tie("scope"),
    tie("loop"),
  ),
  step: fc.record({
    kind: fc.constant("step"),
    key: fc.constantFrom(undefined, "k"),
    delay: fc.option(fc.nat(50), { nil: undefined }),
    failures: fc.nat(2),
    attempts: fc.integer({ min: 1, max: 3 }),
    timeout: fc.option(fc.nat(60), { nil: undefined, freq: 2 }),
    effect: fc.constantFrom("idempotent", "once"),
    releases: fc.array(fc.nat(10), { maxLength: 3 }),
    obeys: fc.boolean(),
    awaited: fc.boolean(),
  }),
  group: fc.record({
    kind: fc.constantFrom("all", "race", "settle"),
    branches: fc.array(tie("tree"), { maxLength: 4 }),
    awaited: fc.boolean(),
  }),
  scope: fc.record({ kind: fc.constant("scope"), inner: tie("tree"), awaited: fc.boolean() }),
  loop: fc.record({ kind: fc.constant("loop"), turns: fc.nat(3), turn: tie("tree") }),
  sequence: fc.record({
    kind: fc.constant("sequence"),
    nodes: fc.array(tie("tree"), { maxLength: 4 }),
    goesOn: fc.boolean(),
  }),
}));

/** What went on, as the functions of the run saw it. */
class Trace {
  settled = false;
  readonly afterwards: string[] = [];
  readonly releases: number[] = [];
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  async perform(run: Run, node: Node): Promise<unknown> {
    switch (node.kind) {
      case "step":
        return this.#awaited(node.awaited, this.#step(run, node));
      case "sequence":
        for (const part of node.nodes) await this.#awaited(!node.goesOn, this.perform(run, part));
        return null;
      case "loop":
        return run.loop("loop", 0, async (n, turn) => {
          this.#enter("a turn");
          await this.perform(turn, node.turn);
          return n >= node.turns ? { done: n } : { next: n + 1 };
        });
      case "scope": {
        const inner = async (scope: Run): Promise<unknown> => {
          this.#enter("a scope");
          return this.perform(scope, node.inner);
        };
        return this.#awaited(node.awaited, run.scope("scope", inner));
      }
      default: {
        const branches = node.branches.map((part, index): Branch<null> => ({
          name: `b${index}`,
          run: async (branch) => {
            this.#enter("a branch");
            await this.perform(branch, part);
            return null;
          },
        }));
        return this.#awaited(node.awaited, run[node.kind](branches));
      }
    }
  }

  #step(run: Run, node: StepNode): Promise<unknown> {
    const { key, attempts, timeout, effect } = node;
    const name = key === undefined ? "s" : { name: "s", key };
    return run.step(name, (step) => this.#call(step, node), {
      effect,
      ...(timeout !== undefined && { timeout }),
      ...(effect !== "once" && { retry: { attempts, initialDelay: 20 } }),
    });
  }

  #call(step: StepContext, { delay, failures, releases, obeys }: StepNode): Promise<null> | null {
    this.#enter("a step");
    for (const ms of releases) {
      const release = this.releases.push(0) - 1;
      step.defer(async () => {
        if (this.settled) this.afterwards.push("a release");
        await this.#wait(ms);
        (this.releases[release] as number)++;
      });
    }
    const end = (): null => {
      if (step.attempt <= failures) throw new Error(`attempt ${step.attempt}`);
      return null;
    };
    if (delay === undefined) return end();
    if (!obeys) return step.attempt % 2 === 0 ? new Promise(() => {}) : Promise.resolve().then(end);
    return this.#wait(delay, step.abortSignal).then(end);
  }

  #wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.timer(ms, resolve);
      signal?.addEventListener("abort", () => {
        timer.cancel();
        reject(signal.reason as Error);
      });
    });
  }

  /** What is not awaited goes on beside what follows. */
  async #awaited(awaited: boolean, effect: Promise<unknown>): Promise<unknown> {
    if (awaited) return effect;
    effect.catch(() => {});
    return undefined;
  }

  #enter(what: string): void {
    if (this.settled) this.afterwards.push(what);
  }
}

describe.each(journals)("%s", (_, open) => {
  test("once a run has settled, nothing goes on", async () => {
    await fc.assert(
      fc.asyncProperty(tree, fc.option(fc.nat(150)), async (node, cancelAt) => {
        const { engine, clock } = place(open());
        const trace = new Trace(clock);
        let pending: number | undefined;
        const handle = engine.start(
          body(async (run) => void (await trace.perform(run, node))),
          undefined,
        );
        const settle = (): void => {
          trace.settled = true;
          pending = clock.pending;
        };
        handle.result.then(settle, settle);
        if (cancelAt !== null) {
          await clock.advance(cancelAt);
          void handle.cancel("enough");
        }
        // A race of what never ends, or a step that never answers, does not settle by itself.
        await clock.advance("1m");
        void handle.cancel("it takes for ever");
        await clock.advance("1m");

        expect(trace.settled).toBe(true);
        expect(pending).toBe(0);
        expect(trace.releases.every((times) => times === 1)).toBe(true);
        expect(trace.afterwards).toEqual([]);
        await engine[Symbol.asyncDispose]();
      }),
      { numRuns: 400 },
    );
  });
});
