// Whatever a run is made of (steps, sleeps, signals, branches, loops, children), wherever its processes die, and whenever
// its signals are answered
// - it gives the same as without a crash
// - each step that has finished is not called again
// - each timer fires once, and each signal is answered once
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Run, Runnable } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import type { CrashPoint } from "../testing/index.ts";
import { body, recorded } from "./engine.fixture.ts";
import { journals } from "./journals.fixture.ts";
import { goOn, life } from "./life.fixture.ts";

type Node =
  | { readonly kind: "step" }
  | { readonly kind: "sleep"; readonly ms: number }
  | { readonly kind: "signal" }
  | { readonly kind: "child" | "scope"; readonly inner: Node }
  | { readonly kind: "loop"; readonly turns: number; readonly inner: Node }
  | { readonly kind: "all" | "settle" | "sequence"; readonly parts: readonly Node[] };

const { tree } = fc.letrec<{ tree: Node; inner: Node; group: Node; loop: Node; leaf: Node }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4, depthSize: "small" }, tie("leaf"), tie("group"), tie("inner"), tie("loop")),
  leaf: fc.oneof(
    fc.constant<Node>({ kind: "step" }),
    fc.record({ kind: fc.constant("sleep" as const), ms: fc.nat(100) }),
    fc.constant<Node>({ kind: "signal" }),
  ),
  inner: fc.record({ kind: fc.constantFrom("child" as const, "scope" as const), inner: tie("tree") }),
  loop: fc.record({ kind: fc.constant("loop" as const), turns: fc.integer({ min: 1, max: 3 }), inner: tie("tree") }),
  group: fc.record({
    kind: fc.constantFrom("all" as const, "settle" as const, "sequence" as const),
    parts: fc.array(tie("tree"), { maxLength: 3 }),
  }),
}));

async function perform(run: Run, node: Node, call: (key: string) => void): Promise<unknown> {
  switch (node.kind) {
    case "step":
      return run.step("s", async (step) => {
        await undefined;
        call(step.idempotencyKey);
        return step.key;
      });
    case "sleep":
      await run.sleep(node.ms);
      return "slept";
    case "signal":
      return run.waitFor("go");
    case "child":
      return run.child(childOf(node.inner, call), undefined);
    case "scope":
      return run.scope("scope", (scope) => perform(scope, node.inner, call));
    case "loop":
      return run.loop("loop", [] as unknown[], async (before, turn) => {
        const all = [...before, await perform(turn, node.inner, call)];
        return all.length === node.turns ? { done: all } : { next: all };
      });
    case "sequence": {
      const all: unknown[] = [];
      for (const part of node.parts) all.push(await perform(run, part, call));
      return all;
    }
    default: {
      const branches = node.parts.map((part, n) => ({ name: `b${n}`, run: (b: Run) => perform(b, part, call) }));
      return run[node.kind](branches) as Promise<unknown>;
    }
  }
}

const childOf = (node: Node, call: (key: string) => void): Runnable<undefined, unknown> =>
  body((r) => perform(r, node, call), "child") as Runnable<undefined, unknown>;

describe.each(journals)("%s", (_, open) => {
  /** One process's part: from time to time it answers every signal that is open with its key. */
  async function live(journal: Journal, node: Node, point?: CrashPoint) {
    const calls: string[] = [];
    const process = life(journal, point);
    const definition = body((r) => perform(r, node, (key) => process.alive() && calls.push(key)));
    const became = await goOn(process, journal, definition);
    for (let round = 0; round < 60 && became.output === undefined; round++) {
      await process.clock.advance(50);
      const heads = [];
      for await (const head of journal.heads({ state: "suspended" })) heads.push(head);
      for (const { stream, about } of heads) {
        for (const key of (about as { waitsFor?: string[] }).waitsFor ?? []) {
          void process.engine.answer(stream, key, { value: `${stream} ${key}` }).catch(() => {});
        }
      }
    }
    return { ...process, became, calls };
  }

  async function settled(journal: Journal): Promise<{ steps: string[]; waits: string[] }> {
    const steps: string[] = [];
    const waits: string[] = [];
    for await (const { stream } of journal.heads()) {
      for (const { type, key } of await recorded(journal, stream)) {
        if (type === "step-finished") steps.push(`${stream}/${key}`);
        if (type === "timer-fired" || type === "signal-received") waits.push(`${stream}/${key}`);
      }
    }
    return { steps, waits };
  }

  test("it gives the same, and does nothing twice", async () => {
    const points = fc.array(
      fc.record({
        append: fc.integer({ min: 1, max: 25 }),
        when: fc.constantFrom("before" as const, "after" as const),
      }),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(tree, points, async (node, crashes) => {
        const whole = await live(open(), node);
        expect(whole.became).toHaveProperty("output");
        const journal = open();
        for (const point of crashes) {
          const before = await settled(journal);
          const { calls } = await live(journal, node, point);
          expect(calls.filter((key) => before.steps.includes(key))).toEqual([]);
        }
        const before = await settled(journal);
        const last = await live(journal, node);
        expect(last.became).toEqual(whole.became);
        expect(last.calls.filter((key) => before.steps.includes(key))).toEqual([]);
        const { steps, waits } = await settled(journal);
        expect(new Set(steps).size).toBe(steps.length);
        expect(new Set(waits).size).toBe(waits.length);
      }),
      { numRuns: 60 },
    );
  });
});
