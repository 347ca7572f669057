// Code of another version
// - goes on with a run where it asks for what is on record, with equal inputs, in whatever order that settles
// - is found out where it does not: a step that was renamed, dropped, or comes before one on record; in scopes, branches
//   and loops too; and so for what waits for somebody else: a signal, a child, a message
// - begins nothing that was cut off while it was held back
// - has done nothing new by then; the run is as it was, and the old code can go on with it
import { describe, expect, test } from "vitest";
import type { Run, Runnable } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import { body, forever, history, place } from "./engine.fixture.ts";
import { journals } from "./journals.fixture.ts";

const waiter = body((r) => r.waitFor("x"), "waiter");

type Execute = (run: Run, does: (name: string) => string) => Promise<unknown>;

describe.each(journals)("%s", (_, open) => {
  /** A run of version 1 that was stopped where it cannot go on. */
  async function stopped(execute: Execute): Promise<{ journal: Journal; done: string[] }> {
    const { engine, journal, clock } = place(open(), { inDoubt: "ask", definitions: [waiter] });
    const done: string[] = [];
    const definition = body((r) => execute(r, (name) => (done.push(name), name)));
    engine.start(definition, undefined, { id: "r" }).result.catch(() => {});
    await clock.advance(0);
    await engine[Symbol.asyncDispose]();
    return { journal, done };
  }

  async function goesOn(journal: Journal, version: string, execute: Execute) {
    const { engine, clock } = place(journal, { inDoubt: "ask", definitions: [waiter] });
    const done: string[] = [];
    const definition: Runnable<void, unknown> = {
      name: "test",
      version,
      execute: (r) => execute(r, (name) => (done.push(name), name)),
    };
    const handle = await engine.resume(definition, "r");
    const became: { output?: unknown; error?: { code?: string; data?: unknown; message: string } } = {};
    handle.result.then(
      (output) => (became.output = output),
      (error: unknown) => (became.error = error as Error),
    );
    await clock.advance("1m");
    return { engine, clock, done, became };
  }

  const s = (run: Run, name: string, does: (name: string) => string, options?: object) =>
    run.step(name, () => does(name), options);
  const hold = (run: Run) => run.step("hold", forever);

  test("goes on, with new steps after what is on record", async () => {
    const { journal } = await stopped(async (r, does) => [await s(r, "a", does), await s(r, "b", does), await hold(r)]);
    const { became, done } = await goesOn(journal, "2", async (r, does) => [
      await s(r, "a", does),
      await s(r, "b", does),
      await s(r, "hold", does),
      await s(r, "new", does),
    ]);
    expect(became.output).toEqual(["a", "b", "hold", "new"]);
    expect(done).toEqual(["hold", "new"]);
  });

  test("goes on where only steps that were in flight differ", async () => {
    const { journal } = await stopped(async (r, does) => [await s(r, "a", does), await hold(r)]);
    const { became, done } = await goesOn(journal, "2", async (r, does) => [
      await s(r, "a", does),
      await s(r, "new", does),
    ]);
    expect(became.output).toEqual(["a", "new"]);
    expect(done).toEqual(["new"]);
  });

  const beside = (name: string, run: (branch: Run) => Promise<unknown>) => ({ name, run });
  const v1: Record<string, Execute> = {
    "a sequence": async (r, does) => [await s(r, "a", does), await s(r, "b", does), await hold(r)],
    "a scope": (r, does) =>
      r.scope("scope", async (i) => [await s(i, "a", does), await s(i, "b", does), await hold(i)]),
    branches: (r, does) =>
      r.all([
        beside("left", async (b) => [await s(b, "a", does), await s(b, "b", does), await hold(b)]),
        beside("right", async (b) => [await s(b, "c", does), await hold(b)]),
      ]),
    "a loop": (r, does) =>
      r.loop("loop", 0, async (n, turn) => {
        await s(turn, "a", does);
        await s(turn, "b", does);
        if (n === 1) await hold(turn);
        return { next: n + 1 };
      }),
    "a sleep": async (r, does) => [await s(r, "a", does), await r.sleep(0, "b"), await hold(r)],
    "a step that must run once, in doubt": async (r, does) => [
      await s(r, "a", does),
      await r.step("b", () => (does("b"), forever()), { effect: "once" }),
    ],
    "a signal": (r) => r.waitFor("person"),
    "a child": (r) => r.child(waiter, undefined),
    "a message": (r) => r.ask(waiter, "w", undefined),
    "a signal beside a step": (r, does) =>
      r.all([
        beside("left", (b) => b.waitFor("person")),
        beside("right", async (b) => [await s(b, "a", does), await hold(b)]),
      ]),
    "a signal in a turn": (r) => r.loop("loop", 0, async (_n, turn) => ({ done: await turn.waitFor("person") })),
  };
  const v2: readonly [what: keyof typeof v1, difference: string, execute: Execute][] = [
    [
      "a sequence",
      "a step renamed",
      async (r, does) => [await s(r, "a", does), await s(r, "other", does), await hold(r)],
    ],
    ["a sequence", "a step dropped", async (r, does) => [await s(r, "b", does), await s(r, "new", does)]],
    ["a sequence", "the last step dropped", (r, does) => s(r, "a", does)],
    ["a sequence", "all dropped", async () => "done"],
    ["a sequence", "an error thrown instead", () => Promise.reject(new Error("other code"))],
    [
      "a sequence",
      "a step inserted",
      async (r, does) => [await s(r, "new", does), await s(r, "a", does), await s(r, "b", does)],
    ],
    [
      "a sequence",
      "a step inserted between",
      async (r, does) => [await s(r, "a", does), await s(r, "new", does), await s(r, "b", does)],
    ],
    [
      "a sequence",
      "a signal inserted",
      async (r, does) => [await r.waitFor("new"), await s(r, "a", does), await s(r, "b", does)],
    ],
    [
      "a sequence",
      "a sleep inserted",
      async (r, does) => [await r.sleep(5), await s(r, "a", does), await s(r, "b", does)],
    ],
    [
      "a sequence",
      "a scope around",
      (r, does) => r.scope("new", async (i) => [await s(i, "a", does), await s(i, "b", does)]),
    ],
    [
      "a sequence",
      "a loop inserted",
      async (r, does) => [await r.loop("new", 0, async () => ({ done: 1 })), await s(r, "a", does)],
    ],
    [
      "a sequence",
      "a race inserted",
      async (r, does) => [await r.race([beside("x", async () => 1)]), await s(r, "b", does), await s(r, "z", does)],
    ],
    [
      "a scope",
      "a step renamed",
      (r, does) => r.scope("scope", async (i) => [await s(i, "a", does), await s(i, "other", does)]),
    ],
    [
      "a scope",
      "it renamed",
      (r, does) => r.scope("other", async (i) => [await s(i, "a", does), await s(i, "b", does)]),
    ],
    ["a scope", "it dropped", (r, does) => s(r, "new", does)],
    [
      "branches",
      "one renamed",
      (r, does) =>
        r.all([
          beside("links", async (b) => [await s(b, "a", does), await s(b, "b", does)]),
          beside("right", async (b) => [await s(b, "c", does), await s(b, "new", does)]),
        ]),
    ],
    [
      "branches",
      "one dropped",
      (r, does) => r.all([beside("right", async (b) => [await s(b, "c", does), await s(b, "new", does)])]),
    ],
    [
      "branches",
      "a step of one renamed",
      (r, does) =>
        r.all([
          beside("left", async (b) => [await s(b, "a", does), await s(b, "other", does)]),
          beside("right", async (b) => [await s(b, "c", does), await s(b, "new", does)]),
        ]),
    ],
    [
      "a loop",
      "a step of its turn renamed",
      (r, does) =>
        r.loop("loop", 0, async (n, turn) => {
          await s(turn, "a", does);
          await s(turn, "other", does);
          return n === 1 ? { done: n } : { next: n + 1 };
        }),
    ],
    ["a loop", "it renamed", (r, does) => r.loop("other", 0, async (_n, turn) => ({ done: await s(turn, "a", does) }))],
    ["a sleep", "it dropped", async (r, does) => [await s(r, "a", does), await s(r, "new", does)]],
    [
      "a step that must run once, in doubt",
      "it dropped",
      async (r, does) => [await s(r, "a", does), await s(r, "new", does)],
    ],
    ...(["a signal", "a child", "a message"] as const).flatMap((what): (typeof v2)[number][] => [
      [what, "it dropped", async () => "done"],
      [what, "a step in its place", (r, does) => s(r, "new", does)],
      [what, "a step inserted", async (r, does) => [await s(r, "new", does), await v1[what]?.(r, does)]],
      [what, "an error thrown instead", () => Promise.reject(new Error("other code"))],
    ]),
    ["a signal", "it renamed", (r) => r.waitFor("other")],
    [
      "a signal beside a step",
      "it dropped",
      (r, does) =>
        r.all([
          beside("left", async () => "done"),
          beside("right", async (b) => [await s(b, "a", does), await s(b, "new", does)]),
        ]),
    ],
    ["a signal in a turn", "it dropped", (r) => r.loop("loop", 0, async (n) => ({ done: n }))],
  ];

  test.each(v2)("of %s with %s is found out, and the old code goes on", async (what, _difference, execute) => {
    const { journal, done } = await stopped(v1[what] as Execute);
    const before = await history(journal, "r");
    const second = await goesOn(journal, "2", execute);
    expect(second.became.error).toMatchObject({ code: "step-mismatch", data: { version: "2", versions: ["1"] } });
    expect(second.done).toEqual([]);
    const added = (await history(journal, "r")).slice(before.length);
    expect(added.filter((line) => !/^run-|^step-started/.test(line))).toEqual([]);
    expect(added.filter((line) => /new|other|links/.test(line))).toEqual([]);

    const third = await goesOn(journal, "1", v1[what] as Execute);
    expect(third.became.error).toBeUndefined();
    expect(third.done.filter((name) => done.includes(name))).toEqual([]);
  });

  test("with another input is found out", async () => {
    const { journal } = await stopped(async (r, does) => [await s(r, "a", does, { input: 1 }), await hold(r)]);
    const { became } = await goesOn(journal, "2", async (r, does) => [
      await s(r, "a", does, { input: 2 }),
      await hold(r),
    ]);
    expect(became.error).toMatchObject({ code: "step-mismatch", data: { key: "a" } });
  });

  test("asks for nothing of branches that lost", async () => {
    const race =
      (loser: string): Execute =>
      async (r, does) => {
        const winner = await r.race([
          beside("a", async (b) => (await b.sleep(5), "a")),
          beside(
            "b",
            async (b) => (await s(b, loser, does), await b.scope("in", (i) => s(i, loser, does)), await hold(b)),
          ),
        ]);
        return [winner, await s(r, "after", does), await r.waitFor("go")];
      };
    const { engine, journal, clock } = place(open());
    engine
      .start(
        body((r) => race("x")(r, (name) => name)),
        undefined,
        { id: "r" },
      )
      .result.catch(() => {});
    await clock.advance("1m");
    await engine[Symbol.asyncDispose]();
    const second = await goesOn(journal, "2", race("renamed"));
    await second.engine.answer("r", "go", { value: 1 });
    await second.clock.advance(0);
    expect(second.became).toEqual({ output: ["a", "after", 1] });
  });

  describe("held back until all on record was asked for, and cut off meanwhile", () => {
    const works: Record<string, (run: Run) => Promise<unknown>> = {
      "a step": (b) => b.step("new", forever),
      "a step that must run once": (b) => b.step("new", forever, { effect: "once" }),
      "a timer": (b) => b.sleep("1h"),
      "a signal": (b) => b.waitFor("new"),
      branches: (b) => b.race([beside("inner", async () => 1)]),
    };

    test.each(Object.entries(works))("nothing begins of %s", async (_what, work) => {
      const before: Execute = async (r, does) =>
        r.race([beside("a", async (b) => [await s(b, "x", does), await s(b, "y", does), await forever()])]);
      const { journal } = await stopped(before);
      const { engine } = await goesOn(journal, "2", async (r, does) => [
        await r.race([
          beside("a", async (b) => {
            await s(b, "x", does);
            for (let turn = 0; turn < 20; turn++) await undefined;
            await s(b, "y", does);
          }),
          beside("b", work),
        ]),
        await r.step("after", forever),
      ]);
      const all = await history(journal, "r");
      expect(all.slice(all.indexOf("run-resumed"))).toEqual([
        "run-resumed",
        "branch-decided #race",
        "step-started after",
      ]);
      expect(engine.stats()).toMatchObject({ steps: { active: 1 }, pending: 0 });
    });
  });

  test.each(Object.entries(v1))("goes on with %s", async (_what, execute) => {
    const { journal, done } = await stopped(execute);
    const { became, done: again } = await goesOn(journal, "2", execute);
    expect(became.error).toBeUndefined();
    expect(again.filter((name) => done.includes(name))).toEqual([]);
  });

  test.each([0, 1])("goes on in a loop that is in a turn after %d others, and to its end", async (turns) => {
    const loop =
      (last: (turn: Run) => Promise<unknown>): Execute =>
      async (r, does) => [
        await r.loop("loop", 0, async (n, turn) => {
          await s(turn, "a", does);
          await s(turn, "b", does);
          if (n === turns) await last(turn);
          return n === turns ? { done: n } : { next: n + 1 };
        }),
        await s(r, "after", does),
      ];
    const { journal } = await stopped(loop(hold));
    const { became, done } = await goesOn(journal, "2", (r, does) => loop((turn) => s(turn, "new", does))(r, does));
    expect(became).toEqual({ output: [turns, "after"] });
    expect(done).toEqual(["new", "after"]);
  });

  test("goes on where a limited number is open, in whatever order they finished", async () => {
    // On record, the fast chain went ahead of the slow one, and a fourth step was in flight.
    const { journal } = await stopped(async (r, does) => {
      for (const name of ["fast", "slow", "third"]) await s(r, name, does);
      return Promise.all([r.step("fourth", forever), s(r, "after fast", does), hold(r)]);
    });
    const { became, done } = await goesOn(journal, "2", async (r, does) => {
      // Two places, given out in the order of asking. In this process the slow one is asked for, and settles, first.
      let free = 2;
      const queue: (() => void)[] = [];
      const step = async (name: string): Promise<string> => {
        if (free === 0) await new Promise<void>((resolve) => queue.push(resolve));
        else free--;
        try {
          return await r.step(name, () => new Promise((resolve) => setImmediate(() => resolve(does(name)))));
        } finally {
          const next = queue.shift();
          if (next === undefined) free++;
          else next();
        }
      };
      const chain = async (name: string) => [await step(name), await step(`after ${name}`)];
      return (await Promise.all([chain("slow"), chain("fast"), step("third"), step("fourth")])).flat();
    });
    expect(became).toEqual({ output: ["slow", "after slow", "fast", "after fast", "third", "fourth"] });
    expect(done.sort()).toEqual(["after slow", "fourth"]);
  });

  test("is found out at the same place each time", async () => {
    const { journal } = await stopped(v1["a sequence"] as Execute);
    for (const version of ["2", "3"]) {
      const { became } = await goesOn(journal, version, async (r, does) => [await s(r, "new", does)]);
      expect(became.error).toMatchObject({ data: { recorded: "a", asked: "new", version } });
      expect(became.error?.message).toContain("fork");
    }
  });
});
