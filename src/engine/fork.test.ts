// A fork
// - is a new run that begins with another one's record up to its last commit point; without one, with its input
// - goes on from there under the code that it is given, and says in its record where it comes from
// - changes nothing of the other run, which may be under way, or have ended
// - calls no step that must run once and that the other run began after that point: it asks, in children too
// - sends no message after that point to an agent that has begun such a step for the other run's: it asks
import { describe, expect, test } from "vitest";
import type { AgentRef, Run, Runnable } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import { body, failureOf, forever, history, place, recorded, stateOf } from "./engine.fixture.ts";
import { recordFork } from "./run/forked-run.ts";
import { journals } from "./journals.fixture.ts";

const once = { effect: "once" } as const;

describe.each(journals)("%s", (_, open) => {
  /** What a run and its fork called, each by its id. */
  const called: string[] = [];
  const step = (run: Run, name: string) => run.step(name, ({ idempotencyKey }) => (called.push(idempotencyKey), name));

  async function original(execute: (run: Run) => Promise<unknown>) {
    const at = place(open(), { inDoubt: "ask" });
    called.length = 0;
    at.engine.start(body(execute), undefined, { id: "r" }).result.catch(() => {});
    await at.clock.advance(0);
    return at;
  }

  const turns = (last: (turn: Run) => Promise<unknown>) => async (run: Run) => [
    await step(run, "first"),
    await run.loop("l", 0, async (n, turn) => {
      await step(turn, "s");
      if (n === 2) await last(turn);
      return n === 2 ? { done: n } : { next: n + 1 };
    }),
  ];

  test("goes on from the last commit point under other code", async () => {
    const { engine, journal } = await original(turns((turn) => turn.step("bad", forever)));
    const before = await history(journal, "r");
    const calls = called.length;
    const handle = await engine.fork(body(turns((turn) => step(turn, "good"))), "r", { as: "f" });
    expect(await handle.result).toEqual(["first", 2]);
    expect(called.slice(calls)).toEqual(["f/l/#3/s", "f/l/#3/good"]);
    expect(await history(journal, "r")).toEqual(before);
    const [start] = await recorded(journal, "f");
    const commit = (await recorded(journal, "r")).findLast(({ type }) => type === "turn-finished");
    expect(start).toMatchObject({
      type: "run-started",
      stream: "f",
      run: "f",
      data: { name: "test", forkedFrom: { run: "r", seq: commit?.seq } },
    });
    expect(await stateOf(journal, "f")).toBe("finished");
  });

  test("has an id of its own where none is given", async () => {
    const { engine } = await original(turns((turn) => turn.step("bad", forever)));
    const handle = await engine.fork(body(turns((turn) => step(turn, "good"))), "r");
    expect(handle.id).not.toBe("r");
    expect(await handle.result).toEqual(["first", 2]);
  });

  test("without a commit point begins with the input", async () => {
    const { engine, journal, clock } = place(open());
    const double = { name: "double", version: "1", execute: (run: Run, n: number) => run.step("s", () => n * 2) };
    await engine.run(double, 4, { id: "r" });
    const handle = await engine.fork({ ...double, execute: (run, n: number) => run.step("other", () => n * 3) }, "r", {
      as: "f",
    });
    await clock.advance(0);
    expect(await handle.result).toBe(12);
    expect(await history(journal, "f")).not.toContain("step-finished s");
  });

  test("of a run that has ended goes on from its last commit point too", async () => {
    const { engine, journal } = await original(async (run) => [
      await run.loop("l", 0, async () => ({ done: 1 })),
      await step(run, "bad"),
    ]);
    expect(await stateOf(journal, "r")).toBe("finished");
    const handle = await engine.fork(
      body(async (run) => [await run.loop("l", 0, async () => ({ done: 2 })), await step(run, "good")]),
      "r",
    );
    expect(await handle.result).toEqual([1, "good"]);
  });

  test.each([
    ["was in flight", forever],
    ["had finished", () => "paid"],
  ])("asks before a step that must run once and %s, under other code too", async (_how, pay) => {
    let calls = 0;
    const paying = turns((turn) =>
      turn.step("pay", () => (calls++, pay()), once).then(() => turn.step("hold", forever)),
    );
    const { engine, journal, clock } = await original(paying);
    expect(calls).toBe(1);
    const mended = body(turns((turn) => turn.step("pay", () => (calls++, "paid"), once)));
    const handle = await engine.fork({ ...mended, version: "2" }, "r", { as: "f" });
    const other = await engine.fork({ ...body(turns((turn) => step(turn, "instead"))), version: "3" }, "r");
    expect(await other.result).toEqual(["first", 2]);
    await clock.advance("1h");
    expect(calls).toBe(1);
    expect(await stateOf(journal, "f")).toBe("suspended");
    await engine.answer("f", "pay", { value: "paid" });
    expect(await handle.result).toEqual(["first", 2]);
    expect(calls).toBe(1);
  });

  test.each([
    ["that it is to be called", { again: true }, "paid 60", [80, 60]],
    ["what it came to", { value: "known" }, "known", [80]],
  ] as const)("asks before such a step with another input too, and is told %s", async (_, answer, result, calls) => {
    const paid: number[] = [];
    const pay = (euros: number) => async (run: Run) => {
      const said = await run.step("pay", () => (paid.push(euros), `paid ${euros}`), { ...once, input: { euros } });
      await run.waitFor("go");
      return said;
    };
    const journal = open();
    const { engine, clock } = place(journal, { inDoubt: "ask" });
    engine.start(body(pay(80)), undefined, { id: "r" }).result.catch(() => {});
    await clock.advance(0);
    const handle = await engine.fork(body(pay(60)), "r", { as: "f" });
    handle.result.catch(() => {});
    await clock.advance(0);
    expect(await stateOf(journal, "f")).toBe("suspended");
    expect(paid).toEqual([80]);
    await engine.answer("f", "pay", answer);
    await clock.advance(0);
    expect(paid).toEqual(calls);
    await engine[Symbol.asyncDispose]();
    // After a restart the answer is one to what the fork asked, and to nothing else.
    const next = place(journal, { inDoubt: "ask" });
    const resumed = await next.engine.resume(body(pay(60)), "f");
    await next.engine.answer("f", "go", { value: 1 });
    expect(await resumed.result).toBe(result);
    expect(paid).toEqual(calls);
  });

  /** Three turns, each with a step that must run once. */
  const paying = (paid: number[], hold: (n: number, turn: Run) => unknown) =>
    body((run) =>
      run.loop("l", 1, async (n, turn) => {
        await turn.step("pay", () => paid.push(n), once);
        await hold(n, turn);
        return n === 3 ? { done: n } : { next: n + 1 };
      }),
    );

  test("asks before such a step of a later turn, too, after turns and restarts of its own", async () => {
    const journal = open();
    const paid: number[] = [];
    await place(journal).engine.run(
      paying(paid, () => {}),
      undefined,
      { id: "r" },
    );
    const waiting = paying(paid, (n, turn) => turn.waitFor(`go ${n}`));
    const first = place(journal, { inDoubt: "ask" });
    await recordFork(journal, waiting, "r", { as: "f", at: 0 });
    const handle = await first.engine.resume(waiting, "f");
    handle.result.catch(() => {});
    await first.clock.advance(0);
    for (const key of ["l/#1/pay", "l/#1/go 1", "l/#2/pay"]) {
      await first.engine.answer("f", key, { value: 1 });
      await first.clock.advance(0);
    }
    await first.engine[Symbol.asyncDispose]();
    const second = place(journal, { inDoubt: "ask" });
    const resumed = await second.engine.resume(waiting, "f");
    await second.clock.advance(0);
    await second.engine.answer("f", "l/#2/go 2", { value: 1 });
    await second.clock.advance(0);
    await second.engine[Symbol.asyncDispose]();
    resumed.result.catch(() => {});
    const third = place(journal, { inDoubt: "ask" });
    const again = await third.engine.resume(waiting, "f");
    await third.clock.advance(0);
    expect(await stateOf(journal, "f")).toBe("suspended");
    await third.engine.answer("f", "l/#3/pay", { value: 1 });
    await third.clock.advance(0);
    await third.engine.answer("f", "l/#3/go 3", { value: 1 });
    expect(await again.result).toBe(3);
    expect(paid).toEqual([1, 2, 3]);
  });

  test("of a fork asks before what the first one of them had begun", async () => {
    const journal = open();
    const paid: number[] = [];
    const { engine, clock } = place(journal, { inDoubt: "ask" });
    await engine.run(
      paying(paid, () => {}),
      undefined,
      { id: "r" },
    );
    const plain = paying(paid, () => {});
    await recordFork(journal, plain, "r", { as: "f", at: 0 });
    const fork = await engine.resume(plain, "f");
    for (const n of [1, 2, 3]) {
      await clock.advance(0);
      await engine.answer("f", `l/#${n}/pay`, { value: 1 });
    }
    expect(await fork.result).toBe(3);
    const [commit] = (await recorded(journal, "f")).filter(({ type }) => type === "turn-finished");
    await recordFork(journal, plain, "f", { as: "g", at: commit!.seq });
    const other = await engine.resume(plain, "g");
    for (const n of [2, 3]) {
      await clock.advance(0);
      await engine.answer("g", `l/#${n}/pay`, { value: 1 });
    }
    expect(await other.result).toBe(3);
    expect(paid).toEqual([1, 2, 3]);
  });

  test("asks before such a step in a child", async () => {
    let calls = 0;
    const child = body(
      async (r) => [await step(r, "a"), await r.step("pay", () => (calls++, "paid"), once), await r.waitFor("go")],
      "child",
    );
    const parent = (run: Run) => run.child(child, undefined);
    const { engine, journal, clock } = await original(parent);
    expect(calls).toBe(1);
    const handle = await engine.fork(body(parent), "r", { as: "f" });
    await clock.advance(0);
    expect(calls).toBe(1);
    expect(await stateOf(journal, "f/child")).toBe("suspended");
    await engine.answer("f/child", "pay", { again: true });
    await clock.advance(0);
    expect(calls).toBe(2);
    await engine.answer("f/child", "go", { value: 1 });
    expect(await handle.result).toEqual(["a", "paid", 1]);
    expect(await stateOf(journal, "r/child")).toBe("suspended");
  });

  test("asks before a message to an agent that has begun what must happen once, over others too, and before no other", async () => {
    const handled: string[] = [];
    const teller: Runnable<string, string> = {
      name: "a/teller",
      version: "1",
      async execute(r, message) {
        handled.push(message);
        if (message.startsWith("over")) return await r.ask<string, string>({ name: "a/teller" }, "two", "pay");
        return message === "pay" ? await r.step("pay", () => "paid", once) : message;
      },
    };
    const to: AgentRef<string, string> = { name: "a/teller" };
    const asking = (run: Run) =>
      Promise.all([
        run.ask(to, "one", "pay"),
        run.ask(to, "o [n]/e #2", "over", { key: "the key" }),
        run.ask(to, "free", "look"),
        run.tell(to, "one", "pay", { key: "told" }),
      ]).then(() => run.waitFor("go"));
    const { engine, clock } = place(open(), { inDoubt: "ask", definitions: [teller] as never });
    engine.start(body(asking), undefined, { id: "r" }).result.catch(() => {});
    await clock.advance(0);
    expect(handled.splice(0).sort()).toEqual(["look", "over", "pay", "pay", "pay"]);
    const handle = await engine.fork(body(asking), "r", { as: "f" });
    await clock.advance(0);
    expect(handled).toEqual(["look"]);
    for (const key of ["ask a%2Fteller[one]", "ask a%2Fteller[o %5Bn%5D%2Fe %232 the key]"]) {
      await engine.answer("f", key, { value: "known" });
    }
    await engine.answer("f", "tell a%2Fteller[one told]", { again: true });
    await clock.advance(0);
    expect(handled).toEqual(["look", "pay"]);
    await engine.answer("f", "go", { value: 1 });
    expect(await handle.result).toBe(1);
  });

  test("uses what a child gave that had finished", async () => {
    let calls = 0;
    const child = body((r) => r.step("s", () => ++calls), "child");
    const run = (last: (run: Run) => Promise<unknown>) => async (r: Run) => {
      const given = await r.child(child, undefined);
      await r.loop("l", 0, async () => ({ done: 1 }));
      return [given, await last(r)];
    };
    const { engine } = await original(run((r) => r.step("bad", forever)));
    const handle = await engine.fork(body(run((r) => step(r, "good"))), "r");
    expect(await handle.result).toEqual([1, "good"]);
    expect(calls).toBe(1);
  });

  test("of a message is a run of its own, with the message for its input", async () => {
    const { engine, journal, clock } = place(open(), {
      definitions: [
        { name: "clerk", version: "1", execute: (r: Run, m: string) => r.step("s", () => `${m}!`) },
      ] as never,
    });
    const { run } = await engine.send({ name: "clerk", id: "a" }, "hello");
    await clock.advance(0);
    const fixed = { name: "clerk", version: "1", execute: (r: Run, m: string) => r.step("s", () => `${m}?`) };
    const handle = await engine.fork(fixed, run, { as: "f" });
    expect(await handle.result).toBe("hello?");
    for await (const { about } of journal.heads({ stream: "f" })) expect(about).toEqual({ name: "clerk" });
  });

  test("is refused for an unknown run, another definition, and an id that is taken", async () => {
    const { engine, journal } = await original(turns((turn) => turn.step("bad", forever)));
    const same = body(forever);
    expect(await failureOf(engine.fork(same, "nobody"))).toMatchObject({ code: "run-unknown" });
    expect(await failureOf(engine.fork(body(forever, "other"), "r", { as: "f" }))).toMatchObject({
      code: "run-mismatch",
    });
    expect(await failureOf(engine.fork(same, "r", { as: "r" }))).toMatchObject({ code: "run-exists" });
    expect(await stateOf(journal, "f")).toBeUndefined();
    await engine[Symbol.asyncDispose]();
    expect(await failureOf(engine.fork(same, "r"))).toMatchObject({ code: "engine-closed" });
  });

  test("under a version that does not fit the copied record is found out", async () => {
    const { engine, journal } = await original(turns((turn) => turn.step("bad", forever)));
    const other = { ...body(async (run) => [await step(run, "new"), 1]), version: "2" };
    const handle = await engine.fork(other, "r", { as: "f" });
    expect(await failureOf(handle.result)).toMatchObject({ code: "step-mismatch" });
    expect(called).not.toContain("f/new");
    await checkSame(journal);
  });

  async function checkSame(journal: Journal): Promise<void> {
    expect((await recorded(journal, "f")).every(({ run, stream }) => run === "f" && stream === "f")).toBe(true);
  }
});
