// Whatever plan there is, whatever fails, and wherever processes die or somebody cancels:
// - each todo is begun after all that it depends on, and done at most once
// - the accounting has every todo that there ever was once
// - a tree of agents spends no more than its planner may
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { journals } from "../engine/journals.fixture.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { sqliteJournal } from "../sqlite/index.ts";
import { crashingJournal, type CrashPoint, virtualClock } from "../testing/index.ts";
import { tool } from "../tools/index.ts";
import { planningScene, type PlanningScene, type PlanningSceneOptions } from "./planning.fixture.ts";
import type { PlanningResult } from "./planning-agent.ts";
import { eventsBelow, problemOf, randomModel, recordedWork, spentIn } from "./random-work.fixture.ts";
import type { TodoPlan } from "./plan/todo-plan.ts";

const RUN = "planner/1/m";
const trials = fc.record({ seed: fc.nat(10_000), todos: fc.constantFrom(5, 5, 5, 12, 50) });
const reviews = fc.constantFrom("each" as const, "failure" as const, "never" as const);

const looks = () =>
  tool({
    name: "look",
    description: "Looks.",
    input: z.object({ todo: z.string() }),
    access: "read",
    run: ({ todo }) => `seen for ${todo}`,
  });

function options(plan: PlanningSceneOptions["plan"], more: PlanningSceneOptions = {}): PlanningSceneOptions {
  return {
    tools: [looks()],
    subAgents: [{ name: "worker", limits: { errors: 1, steps: 5 } }],
    plan: { maxTodos: 2_000, maxPerCall: 500, ...plan },
    repetition: Infinity,
    ...more,
  };
}

/** Solves until it ends, or its process dies. */
async function solved(
  scene: PlanningScene,
  problem: string,
  crashed?: Promise<void>,
): Promise<PlanningResult | undefined> {
  const result = scene.agent.solve(problem, { id: "m" });
  result.catch(() => {});
  return Promise.race([result, ...(crashed === undefined ? [] : [crashed.then(() => undefined)])]);
}

function checkAccounting(result: PlanningResult): void {
  const { todos = [], progress } = result.plan ?? {};
  expect(new Set(todos.map(({ id }) => id)).size).toBe(todos.length);
  const ends = (end: string): number => todos.filter((todo) => todo.end === end).length;
  expect(todos.length - ends("dropped") - ends("split")).toBe(progress?.total);
  expect(ends("done")).toBe(progress?.byStatus.completed);
  expect(ends("failed")).toBe(progress?.byStatus.failed);
  expect(ends("skipped")).toBe(progress?.byStatus.skipped);
  expect(ends("blocked")).toBe(progress?.byStatus.blocked);
  for (const { id, end, result: text, reason, run } of todos) {
    if (end === "done") expect(text).toContain("result of");
    else if (end !== "never-started") expect(reason).not.toBe(undefined);
    if (end === "unfinished" || end === "split") expect(run).toContain(`[${id}]`);
  }
}

/** @param known The plan as the agent has it, of a run that has an answer: nobody was cut off at its end. */
async function checkRecord(journal: Journal, result: PlanningResult | undefined, known?: TodoPlan): Promise<void> {
  const { faults, plan, added } = recordedWork(await eventsBelow(journal, RUN), RUN);
  expect(faults).toEqual([]);
  if (result !== undefined) expect((result.plan?.todos ?? []).map(({ id }) => id).sort()).toEqual([...added].sort());
  if (known !== undefined) expect(known.toJSON()).toEqual(plan.toJSON());
}

test("plans of all kinds are worked through", async () => {
  await fc.assert(
    fc.asyncProperty(trials, reviews, fc.integer({ min: 1, max: 8 }), async (trial, review, parallel) => {
      const scene = await planningScene(randomModel(), options({ review, parallel }));
      const result = await scene.agent.solve(problemOf(trial), { id: "m" });
      expect(result.status).toBe("answered");
      checkAccounting(result);
      await checkRecord(scene.journal, result);
      expect(scene.model.inFlight.most).toBeLessThanOrEqual(parallel);
    }),
    { numRuns: 25 },
  );
});

test("a plan of 500 todos is worked through", { timeout: 60_000 }, async () => {
  const scene = await planningScene(randomModel(), options({ review: "never", parallel: 8 }));
  const result = await scene.agent.solve(problemOf({ seed: 7, todos: 500 }), { id: "m", limits: { steps: 10_000 } });
  expect(result.status).toBe("answered");
  expect(result.plan?.todos.length).toBeGreaterThanOrEqual(400);
  checkAccounting(result);
  await checkRecord(scene.journal, result);
});

/** Crashes on the way, and goes on; what came of it, and how often it crashed. */
async function disturbed(
  open: () => Journal,
  reopen: (journal: Journal) => Promise<Journal>,
  problem: string,
  of: {
    readonly plan: PlanningSceneOptions["plan"];
    readonly points: readonly CrashPoint[];
    readonly more?: PlanningSceneOptions;
  },
): Promise<{ result: PlanningResult; journal: Journal; crashes: number; known: TodoPlan }> {
  let journal = open();
  let crashes = 0;
  for (const point of of.points) {
    const crashing = crashingJournal(journal, point);
    const scene = await planningScene(
      randomModel(),
      options(of.plan, { ...of.more, journal: crashing, clock: virtualClock(1_000 + crashes) }),
    );
    const result = await solved(scene, problem, crashing.crashed);
    if (result !== undefined) {
      const known = await scene.agent.plan();
      await scene.host.shutdown();
      return { result, journal, crashes, known };
    }
    crashes++;
    // What it had handed over before is recorded; nothing of it comes later.
    await scene.clock.advance(0);
    journal = await reopen(journal);
  }
  const last = await planningScene(
    randomModel(),
    options(of.plan, { ...of.more, journal, clock: virtualClock(1_000 + crashes) }),
  );
  const result = (await solved(last, problem)) as PlanningResult;
  const known = await last.agent.plan();
  await last.host.shutdown();
  return { result, journal, crashes, known };
}

// Three deaths at the very beginning would set the message aside, as they should.
const points = fc
  .array(
    fc.record({ append: fc.integer({ min: 3, max: 120 }), when: fc.constantFrom("before" as const, "after" as const) }),
    { minLength: 1, maxLength: 3 },
  )
  .filter((list) => list.filter(({ append }) => append < 8).length < 3);

test(
  "a plan of 500 todos is killed again and again, goes on, and is cancelled in the end",
  { timeout: 120_000 },
  async () => {
    const plan = { review: "never", parallel: 8 } as const;
    const more = { limits: { steps: 10_000 } };
    const problem = problemOf({ seed: 11, todos: 500 });
    const at = [12, 150, 400, 700].map((append): CrashPoint => ({
      append,
      when: append % 4 === 0 ? "before" : "after",
    }));
    const { result, journal, crashes, known } = await disturbed(planningJournal, async (same) => same, problem, {
      plan,
      points: at,
      more,
    });
    expect(crashes).toBe(4);
    expect(result.status).toBe("answered");
    expect(result.plan?.todos.length).toBeGreaterThanOrEqual(400);
    checkAccounting(result);
    await checkRecord(journal, result, known);

    const clock = virtualClock(1_000);
    const scene = await planningScene(randomModel(), options(plan, { ...more, clock, mock: { latency: "1s" } }));
    const solving = scene.agent.solve(problem, { id: "m" });
    await clock.advance("40s");
    await scene.agent.cancel(RUN, "enough");
    await clock.advance(0);
    const stopped = await solving;
    expect(stopped).toMatchObject({ status: "stopped", reason: "aborted" });
    checkAccounting(stopped);
    expect(new Set(stopped.plan?.todos.map(({ end }) => end))).toEqual(
      new Set(["done", "failed", "blocked", "never-started", "unfinished"]),
    );
    await checkRecord(scene.journal, stopped);
  },
);

describe.each(journals)("%s", (_, open) => {
  test("a run that is killed anywhere goes on, and does nothing again that is done", { timeout: 60_000 }, async () => {
    let killed = 0;
    await fc.assert(
      fc.asyncProperty(trials, reviews, points, async (trial, review, at) => {
        const plan = { review, parallel: 3 };
        const problem = problemOf(trial);
        const { result, journal, crashes, known } = await disturbed(open, async (same) => same, problem, {
          plan,
          points: at,
        });
        killed += crashes;
        expect(result.status).toBe("answered");
        checkAccounting(result);
        await checkRecord(journal, result, known);
      }),
      { numRuns: 40 },
    );
    // A point may be behind the end; most are not.
    expect(killed).toBeGreaterThan(20);
  });

  test("a run that is cancelled has nobody at work any more, and accounts for all", async () => {
    let cancelled = 0;
    await fc.assert(
      fc.asyncProperty(trials, reviews, fc.integer({ min: 1, max: 60 }), async (trial, review, after) => {
        const clock = virtualClock(1_000);
        const mock = { latency: "1s" as const };
        const scene = await planningScene(randomModel(), options({ review }, { journal: open(), clock, mock }));
        const solving = scene.agent.solve(problemOf(trial), { id: "m" });
        await clock.advance(after * 500);
        await scene.agent.cancel(RUN, "enough");
        await clock.advance(0);
        const result = await solving;
        if (result.status === "answered") return;
        cancelled++;
        expect(result).toMatchObject({ status: "stopped", reason: "aborted" });
        if (result.plan !== undefined) checkAccounting(result);
        await checkRecord(scene.journal, result);
        for await (const { stream, ended } of scene.journal.heads({ kind: "run" }))
          expect([stream, ended]).toEqual([stream, true]);
        expect(scene.model.inFlight.now).toBe(0);
        // Whoever goes on finds nobody at a todo.
        const begun = await scene.agent.todos({ status: "in-progress" });
        expect(begun.filter(({ childCount }) => childCount === 0)).toEqual([]);
        await scene.host.shutdown();
      }),
      { numRuns: 20 },
    );
    expect(cancelled).toBeGreaterThan(5);
  });
});

test("a run that is killed at each write of one plan goes on: no grant of a decision that was cut off is held back", async () => {
  const problem = problemOf({ seed: 3, todos: 12 });
  for (const when of ["before", "after"] as const) {
    for (let append = 4; append < 64; append++) {
      const { result, journal, known } = await disturbed(memoryJournal, (same) => Promise.resolve(same), problem, {
        plan: { review: "never", parallel: 3 },
        points: [{ append, when }],
      });
      expect(result.status).toBe("answered");
      checkAccounting(result);
      await checkRecord(journal, result, known);
    }
  }
});

test("the same on disk", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "aitor-plans-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let files = 0;
  await fc.assert(
    fc.asyncProperty(trials, reviews, points, async (trial, review, at) => {
      const path = join(folder, `${files++}.db`);
      const reopen = async (journal: Journal): Promise<Journal> => {
        await journal.close();
        return sqliteJournal(path);
      };
      const plan = { review, parallel: 3 };
      const problem = problemOf(trial);
      const { result, journal, known } = await disturbed(() => sqliteJournal(path), reopen, problem, {
        plan,
        points: at,
      });
      expect(result.status).toBe("answered");
      checkAccounting(result);
      await checkRecord(journal, result, known);
      await journal.close();
    }),
    { numRuns: 8 },
  );
});

test("a tree of agents spends no more than its planner may, also over crashes", { timeout: 60_000 }, async () => {
  // What a call uses is never more than what was reserved for it: nothing may be over by a single token, or by a part of a dollar. A
  // token costs 2 ** -16 dollars, so that sums of what was spent have no error of their own.
  const usage = { inputTokens: 40, outputTokens: 10 };
  const limits = fc.oneof(
    fc.record({ tokens: fc.integer({ min: 2_000, max: 60_000 }) }),
    fc.record({ usd: fc.double({ min: 0.001_5, max: 0.9, noNaN: true }) }),
    fc.record({ steps: fc.integer({ min: 1, max: 60 }) }),
  );
  await fc.assert(
    fc.asyncProperty(trials, reviews, limits, fc.option(points, { nil: [] }), async (trial, review, limit, at) => {
      const mock = { price: { input: 1e6 / 2 ** 16, output: 2e6 / 2 ** 16 }, maxOutputTokens: 20 };
      const journal = planningJournal();
      const problem = problemOf(trial);
      let result: PlanningResult | undefined;
      for (const point of [...at, undefined]) {
        const crashing = crashingJournal(journal, point);
        const scene = await planningScene(
          randomModel(usage),
          options({ review }, { journal: crashing, mock, limits: limit }),
        );
        result = await solved(scene, problem, point && crashing.crashed);
        if (result !== undefined) break;
        await scene.clock.advance(0);
      }
      const events = await eventsBelow(journal, RUN);
      const spent = spentIn(events);
      if ("tokens" in limit) expect(spent.tokens).toBeLessThanOrEqual(limit.tokens);
      if ("usd" in limit) expect(spent.usd).toBeLessThanOrEqual(limit.usd);
      if ("steps" in limit) expect(spent.steps).toBeLessThanOrEqual(limit.steps);
      if (result?.plan !== undefined) checkAccounting(result);
      expect(["answered", "limited"]).toContain(result?.status);
      await checkRecord(journal, result);
    }),
    { numRuns: 60 },
  );
});

function planningJournal(): Journal {
  const [, [, open]] = journals as readonly [unknown, (typeof journals)[number]];
  return open();
}
