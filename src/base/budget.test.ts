// - what is granted never exceeds a limit, in any budget of the tree, whatever is asked, settled and cancelled when
// - one that does not fit waits while others hold reservations, and is refused or cut down only when none is out
// - what is not known afterwards counts as reserved and is marked; a state on record goes on where it was
// - time stands still while suspended, a deadline does not
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { virtualClock } from "../testing/index.ts";
import { Budget } from "./budget.ts";
import { budgetExceededError, isBudgetExceeded } from "./budget-error.ts";
import type { BudgetLimits, BudgetState, Reservation } from "./budget-limits.ts";

const code = (name: string): unknown => expect.objectContaining({ code: name });
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

test("a reservation is taken at once where it fits, and settles at the true amount", async () => {
  const budget = new Budget({ tokens: 100 });
  const reservation = await budget.reserve({ tokens: 60 });
  expect(budget.available.tokens).toBe(40);
  reservation.settle({ tokens: 20 });
  reservation.settle({ tokens: 50 });
  expect(budget.available.tokens).toBe(80);
  expect(budget.spent).toEqual({ steps: 0, tokens: 20, usd: 0 });
  expect(budget.estimated.tokens).toBe(0);
});

test("of what was spent a part may be an estimate", async () => {
  const budget = new Budget({ tokens: 100 });
  const reservation = await budget.reserve({});
  reservation.settle({ tokens: 30 }, { tokens: 20 });
  expect([budget.spent.tokens, budget.estimated.tokens]).toEqual([30, 20]);
});

test("what is not known afterwards settles at the reservation, marked as estimated", async () => {
  const budget = new Budget({ usd: 1 });
  (await budget.reserve({ usd: 0.25 })).settle();
  expect(budget.spent.usd).toBe(0.25);
  expect(budget.estimated.usd).toBe(0.25);
});

describe("what does not fit", () => {
  test("waits while others hold reservations, and is granted when they settle for less", async () => {
    const budget = new Budget({ tokens: 100 });
    const first = await budget.reserve({ tokens: 80 });
    let second: Reservation | undefined;
    void budget.reserve({ tokens: 50 }).then((granted) => (second = granted));
    await settled();
    expect(second).toBeUndefined();
    first.settle({ tokens: 10 });
    await settled();
    expect(second?.amount.tokens).toBe(50);
  });

  test("is refused when none is out, and the error says what is left", async () => {
    const budget = new Budget({ tokens: 100 });
    budget.spend({ tokens: 70 });
    const error = await budget.reserve({ tokens: 50 }).catch((thrown: unknown) => thrown);
    expect(isBudgetExceeded(error) && error.data).toEqual({
      budget: "budget",
      measure: "tokens",
      limit: 100,
      spent: 70,
      wanted: 50,
    });
    expect(String(error)).toContain("70 spent, 30 left, 50 wanted");
  });

  test("is refused when the last reservation has settled and it still does not fit", async () => {
    const budget = new Budget({ tokens: 100 });
    const first = await budget.reserve({ tokens: 80 });
    const second = budget.reserve({ tokens: 50 });
    first.settle({ tokens: 80 });
    await expect(second).rejects.toEqual(code("budget-exceeded"));
  });

  test("is cut down only when none is out", async () => {
    const budget = new Budget({ tokens: 100 });
    const first = await budget.reserve({ tokens: 60 });
    const second = budget.reserve({ tokens: 80 }, { shrink: ({ tokens }) => ({ tokens }) });
    await settled();
    expect(budget.available.tokens).toBe(40);
    first.settle({ tokens: 50 });
    expect((await second).amount.tokens).toBe(50);
  });

  test("is refused where what it shrinks to is nothing, or too much", async () => {
    const budget = new Budget({ tokens: 10 });
    await expect(budget.reserve({ tokens: 80 }, { shrink: () => undefined })).rejects.toEqual(code("budget-exceeded"));
    const cheat = budget.reserve({ tokens: 80 }, { shrink: () => ({ tokens: 11 }) });
    await expect(cheat).rejects.toEqual(code("budget-exceeded"));
  });

  test("of other measures is not refused where a call has cost more than there was", async () => {
    const budget = new Budget({ usd: 1, tokens: 100, steps: 5 });
    (await budget.reserve({ usd: 1, tokens: 50 })).settle({ usd: 1.1, tokens: 110 });
    budget.spend({ steps: 1 });
    expect(budget.spent.steps).toBe(1);
    await expect(budget.reserve({ steps: 1, usd: 0.1 })).rejects.toEqual(code("budget-exceeded"));
  });

  test("waits in order: a small one does not pass a large one that waits", async () => {
    const budget = new Budget({ tokens: 100 });
    const first = await budget.reserve({ tokens: 60 });
    const order: string[] = [];
    const large = budget.reserve({ tokens: 90 }).then((granted) => (order.push("large"), granted));
    const small = budget.reserve({ tokens: 10 }).then((granted) => (order.push("small"), granted));
    await settled();
    expect(order).toEqual([]);
    first.settle({ tokens: 0 });
    (await large).settle({ tokens: 0 });
    await small;
    expect(order).toEqual(["large", "small"]);
  });

  test("leaves the queue when its signal aborts, and those behind it go on", async () => {
    const budget = new Budget({ tokens: 100 });
    const first = await budget.reserve({ tokens: 60 });
    const controller = new AbortController();
    const large = budget.reserve({ tokens: 90 }, { signal: controller.signal });
    const small = budget.reserve({ tokens: 10 });
    controller.abort(new Error("enough"));
    await expect(large).rejects.toEqual(code("cancelled"));
    expect((await small).amount.tokens).toBe(10);
    first.settle();
    await expect(budget.reserve({ tokens: 1 }, { signal: controller.signal })).rejects.toEqual(code("cancelled"));
  });
});

describe("a tree", () => {
  test("counts what a child spends in all budgets above it", async () => {
    const root = new Budget({ tokens: 100, usd: 1 });
    const leaf = root.child("research").child("search", { tokens: 50 });
    (await leaf.reserve({ tokens: 30, usd: 0.1 })).settle({ tokens: 30, usd: 0.1 });
    expect(root.spent).toEqual({ steps: 0, tokens: 30, usd: 0.1 });
    expect(leaf.available).toEqual({ steps: Infinity, tokens: 20, usd: 0.9 });
    await expect(leaf.reserve({ tokens: 21 })).rejects.toMatchObject({ data: { budget: "budget/research/search" } });
    expect(leaf.limited("usd")).toBe(true);
    expect(leaf.limited("steps")).toBe(false);
  });

  test("shares what is left", () => {
    const root = new Budget({ steps: 9, tokens: 100 });
    root.spend({ tokens: 20, steps: 1 });
    expect(root.child("half", { share: 0.5 }).available).toEqual({ steps: 4, tokens: 40, usd: Infinity });
    expect(root.child("less", { share: 0.5, tokens: 10 }).available.tokens).toBe(10);
    expect(root.child("half", { share: 1 }).available.tokens).toBe(40);
  });

  test.each(["constructor", "toString", "__proto__"])("a child may be called %s", (name) => {
    const root = new Budget({ tokens: 100 });
    const child = root.child(name, { share: 0.5 });
    child.spend({ tokens: 10 });
    expect(child.available.tokens).toBe(40);
    const again = new Budget({ tokens: 100 }, { state: JSON.parse(JSON.stringify(root)) as BudgetState });
    expect(again.child(name, { share: 0.5 }).available.tokens).toBe(40);
  });

  test("a child that waits for a sibling holds up nobody elsewhere", async () => {
    const root = new Budget({ tokens: 1_000 });
    const [a, b] = [root.child("a", { tokens: 100 }), root.child("b", { tokens: 100 })];
    const first = await a.reserve({ tokens: 80 });
    const waiting = a.reserve({ tokens: 50 });
    expect((await b.reserve({ tokens: 100 })).amount.tokens).toBe(100);
    first.settle({ tokens: 1 });
    expect((await waiting).amount.tokens).toBe(50);
  });
});

test("a state on record goes on where it was, and what was out counts as spent and estimated", async () => {
  const clock = virtualClock(1_000);
  const limits = { tokens: 100, time: "1m" } as const;
  const budget = new Budget(limits, { clock });
  const child = budget.child("a", { tokens: 50 });
  child.spend({ tokens: 10 });
  await child.reserve({ tokens: 30 });
  await clock.advance("20s");
  const state = JSON.parse(JSON.stringify(budget)) as ReturnType<Budget["toJSON"]>;

  const restored = new Budget(limits, { clock, state });
  expect(restored.spent.tokens).toBe(40);
  expect(restored.estimated.tokens).toBe(30);
  expect(restored.timeLeft).toBe(40_000);
  expect(restored.toJSON().children).toEqual(state.children);
  expect(restored.child("a", { tokens: 50 }).available.tokens).toBe(10);
});

describe("a share after a restart", () => {
  const again = (budget: Budget, limits: BudgetLimits = budget.limits): Budget =>
    new Budget(limits, { state: JSON.parse(JSON.stringify(budget)) as BudgetState });

  test("is a part of what was available when it was taken, also where others have spent since", () => {
    const root = new Budget({ tokens: 1_000 });
    root.child("c", { share: 0.5 }).spend({ tokens: 400 });
    root.child("d").spend({ tokens: 300 });
    const restored = again(root);
    expect(restored.child("c", { share: 0.5 }).available.tokens).toBe(100);
    expect(again(restored).child("c", { share: 0.8 }).available.tokens).toBe(300);
    expect(restored.child("e", { share: 0.5 }).available.tokens).toBe(150);
  });

  test("counts what was spent before it was one, and what had no limit then", () => {
    const root = new Budget({ tokens: 1_000 });
    root.child("c").spend({ tokens: 400, usd: 1 });
    expect(again(root).child("c", { share: 0.5 }).available.tokens).toBe(100);
    root.child("d", { share: 0.5 }).spend({ usd: 1 });
    expect(again(root, { usd: 4 }).child("d", { share: 0.5 }).available.usd).toBe(0.5);
  });

  test("leaves as much as there was, at any depth, whatever was spent and under way", async () => {
    const amounts = fc.record({
      steps: fc.nat(3),
      tokens: fc.nat(150),
      usd: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const share = fc.double({ min: 0.1, max: 1, noNaN: true });
    const child = fc.record({ in: fc.nat(9), share: fc.option(share, { nil: undefined }) });
    const use = fc.record({ of: fc.nat(9), amounts, under: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(child, use), { maxLength: 25 }), async (steps) => {
        const root = new Budget({ steps: 20, tokens: 1_000, usd: 5 });
        const made: { name: string; above: number; limits: { share?: number } }[] = [];
        const budgets = [root];
        for (const step of steps) {
          if ("in" in step) {
            const above = step.in % budgets.length;
            const one = {
              name: `child ${made.length}`,
              above,
              limits: step.share === undefined ? {} : { share: step.share },
            };
            made.push(one);
            budgets.push((budgets[above] as Budget).child(one.name, one.limits));
          } else {
            const controller = new AbortController();
            const { signal } = controller;
            const asked = (budgets[step.of % budgets.length] as Budget).reserve(step.amounts, { signal });
            controller.abort();
            const reservation = await asked.catch(() => undefined);
            if (!step.under) reservation?.settle();
          }
        }
        const restored = [again(again(root))];
        for (const { name, above, limits } of made) restored.push((restored[above] as Budget).child(name, limits));
        for (const [index, { available }] of restored.entries()) {
          const before = (budgets[index] as Budget).available;
          expect([available.steps, available.tokens]).toEqual([before.steps, before.tokens]);
          expect(available.usd).toBeCloseTo(before.usd, 9);
        }
      }),
    );
  });
});

test("a budget's time that is over is why one waits no longer", async () => {
  const budget = new Budget({ tokens: 100 });
  await budget.reserve({ tokens: 80 });
  const controller = new AbortController();
  const waiting = budget.reserve({ tokens: 50 }, { signal: controller.signal });
  const over = budgetExceededError("budget/a", "time", 200, 200);
  controller.abort(over);
  await expect(waiting).rejects.toBe(over);
  await expect(budget.reserve({ tokens: 1 }, { signal: controller.signal })).rejects.toBe(over);
});

test("time stands still while suspended, a deadline does not", async () => {
  const clock = virtualClock(0);
  const budget = new Budget({ time: "10s", deadline: 60_000 }, { clock });
  const child = budget.child("a", { time: "30s" });
  await clock.advance("4s");
  budget.suspend();
  await clock.advance("30s");
  expect(budget.timeLeft).toBe(6_000);
  budget.resume();
  budget.resume();
  expect(child.timeLeft).toBe(6_000);
  budget.checkTime();
  await clock.advance("6s");
  expect(() => child.checkTime()).toThrow(
    expect.objectContaining({ data: expect.objectContaining({ measure: "time" }) }),
  );
  const other = new Budget({ deadline: 41_000 }, { clock });
  other.suspend();
  await clock.advance("1s");
  expect(() => other.checkTime()).toThrow(
    expect.objectContaining({ data: expect.objectContaining({ measure: "deadline" }) }),
  );
});

test.each([
  { tokens: -1 },
  { usd: Number.NaN },
  { steps: "3" as never },
  { token: 5 } as never,
  { deadline: Infinity },
])("%j is refused", (limits) => {
  expect(() => new Budget(limits)).toThrow(expect.objectContaining({ code: "invalid-option" }));
});

test.each([Number.NaN, -1, "5", null])("%j is no amount: it is refused, and limits hold as before", async (tokens) => {
  const budget = new Budget({ tokens: 100 });
  const amount = { tokens } as { tokens: number };
  const refused = expect.objectContaining({ code: "invalid-option", expected: "a number ≥ 0" });
  expect(() => budget.spend(amount)).toThrow(refused);
  await expect(budget.reserve(amount)).rejects.toEqual(refused);
  const reservation = await budget.reserve({ tokens: 40 });
  expect(() => reservation.settle(amount)).toThrow(refused);
  expect(() => reservation.settle({ tokens: 1 }, amount)).toThrow(refused);
  reservation.settle();
  expect([budget.spent.tokens, budget.available.tokens]).toEqual([40, 60]);
});

test.each([0, 1.5, Number.NaN])("a share of %j is refused", (share) => {
  expect(() => new Budget({}).child("a", { share })).toThrow(expect.objectContaining({ code: "invalid-option" }));
});

test("no limit is exceeded, and nobody waits for nothing, whatever happens when", async () => {
  const action = fc.record({
    at: fc.nat(3),
    tokens: fc.nat(60),
    usd: fc.nat(20),
    shrinks: fc.boolean(),
    spendPart: fc.double({ min: 0, max: 1, noNaN: true }),
    known: fc.boolean(),
    abort: fc.boolean(),
  });
  const step = fc.oneof(
    fc.record({ kind: fc.constant("ask" as const), action }),
    fc.record({ kind: fc.constant("settle" as const), index: fc.nat(5) }),
    fc.record({ kind: fc.constant("abort" as const), index: fc.nat(5) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const root = new Budget({ tokens: 100, usd: 50 });
      const a = root.child("a", { tokens: 70 });
      const budgets = [root, a, root.child("b", { usd: 30 }), a.child("c", { tokens: 40 })];
      const granted: { reservation: Reservation; settle: () => void }[] = [];
      const controllers: AbortController[] = [];
      let open = 0;
      const check = (): void => {
        for (const budget of budgets) {
          for (const measure of ["tokens", "usd"] as const) {
            expect(budget.spent[measure]).toBeLessThanOrEqual((budget.limits[measure] ?? Infinity) + 1e-9);
            expect(budget.available[measure]).toBeGreaterThanOrEqual(-1e-9);
          }
        }
      };
      for (const each of steps) {
        if (each.kind === "ask") {
          const { at, tokens, usd, shrinks, spendPart, known } = each.action;
          const controller = new AbortController();
          controllers.push(controller);
          open++;
          const options = {
            signal: controller.signal,
            ...(shrinks && {
              shrink: (left: { tokens: number; usd: number }) => ({
                tokens: Math.min(left.tokens, tokens),
                usd: Math.min(left.usd, usd),
              }),
            }),
          };
          (budgets[at] as Budget).reserve({ tokens, usd }, options).then(
            (reservation) => {
              const { amount } = reservation;
              const actual = { tokens: amount.tokens * spendPart, usd: amount.usd * spendPart };
              granted.push({ reservation, settle: () => reservation.settle(known ? actual : undefined) });
              open--;
            },
            () => open--,
          );
        } else if (each.kind === "settle") granted.splice(each.index, 1)[0]?.settle();
        else controllers[each.index]?.abort();
        await settled();
        check();
      }
      while (granted.length > 0) {
        granted.shift()?.settle();
        await settled();
        check();
      }
      expect(open).toBe(0);
      expect(root.toJSON().reserved).toEqual({ steps: 0, tokens: 0, usd: 0 });
    }),
    { numRuns: 300 },
  );
});
