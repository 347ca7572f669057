// An engine
// - runs under the id it is given, or one of its own, and refuses an id that is taken without touching that run
// - resumes what has no ending, joins what is under way, and tells again how what has ended did so
// - halts its runs when it is disposed, which can then be resumed elsewhere
// - forgets runs that have ended, where it is told to retain nothing, and no others
import { describe, expect, test } from "vitest";
import { isAitorError, type Run } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import { defaultEngine } from "./default-engine.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import { body, failureOf, forever, history, place, stateOf } from "./engine.fixture.ts";
import { isStepError, TerminalError } from "./record/errors.ts";
import { journals, WrappedJournal } from "./journals.fixture.ts";

const quick = body(async () => "done");
const stuck = body((r) => r.step("s", forever));

describe.each(journals)("%s", (_, open) => {
  describe("a run", () => {
    test("has the id that it is given, or one of its own, and its head tells its state", async () => {
      const { engine, journal, clock } = place(open());
      const own = [engine.start(quick, undefined), engine.start(quick, undefined)].map(({ id }) => id);
      expect(new Set(own).size).toBe(2);
      engine.start(stuck, undefined, { id: "stuck" });
      engine.start(quick, undefined, { id: "quick" });
      engine.start(
        body(() => Promise.reject(new Error("no"))),
        undefined,
        { id: "bad" },
      );
      await clock.advance(0);
      expect(await Promise.all(["stuck", "quick", "bad"].map((id) => stateOf(journal, id)))).toEqual([
        "running",
        "finished",
        "failed",
      ]);
    });

    test("is refused under an id that is taken, and the other one goes on", async () => {
      const { engine, journal, clock } = place(open());
      const first = engine.start(stuck, undefined, { id: "r" });
      await clock.advance(0);
      const second = engine.start(stuck, undefined, { id: "r" });
      expect(await failureOf(second.result)).toMatchObject({ code: "run-exists" });
      expect(await Array.fromAsync(second), "the events of the other run").toEqual([]);
      await second.cancel();
      expect([await history(journal, "r"), await stateOf(journal, "r")]).toEqual([
        ["run-started", "step-started s"],
        "running",
      ]);
      await first.cancel();
      expect(await failureOf(engine.run(quick, undefined, { id: "r" }))).toMatchObject({ code: "run-exists" });
    });

    test("needs an id that is not empty", () => {
      expect(() => place(open()).engine.start(quick, undefined, { id: "" })).toThrow(
        expect.objectContaining({ code: "invalid-option" }),
      );
    });

    test.each(["agent:notes/u1", "usage:notes"])("has no id as %s, where something else is kept", async (id) => {
      const { engine, journal } = place(open());
      const refused = { code: "invalid-option", message: expect.stringContaining("the id of a run cannot be used") };
      expect(() => engine.start(quick, undefined, { id })).toThrow(expect.objectContaining(refused));
      await engine.run(quick, undefined, { id: "r" });
      expect(await failureOf(engine.fork(quick, "r", { as: id }))).toMatchObject(refused);
      expect(await history(journal, id)).toEqual([]);
    });

    test("needs something that can be executed, and says what that is", async () => {
      const { engine } = place(open());
      const wrong = [undefined, {}, { name: "flow" }, { name: "", execute: async () => {} }, () => {}] as unknown[];
      const refused = { code: "invalid-option", expected: "something with a name and a method execute" };
      for (const each of wrong as (typeof quick)[]) {
        expect(() => engine.start(each, undefined)).toThrow(expect.objectContaining(refused));
        for (const call of [engine.run(each, undefined), engine.resume(each, "r"), engine.fork(each, "r")]) {
          expect(await failureOf(call)).toMatchObject(refused);
        }
        expect(
          await failureOf(
            engine.run(
              body((run) => run.child(each, undefined)),
              undefined,
            ),
          ),
        ).toMatchObject(refused);
        expect(await failureOf(engine.register(each))).toMatchObject(refused);
      }
    });

    test("may fail without anybody listening", async () => {
      const { engine, clock, journal } = place(open());
      engine.start(
        body(() => Promise.reject(new Error("no"))),
        undefined,
        { id: "r" },
      );
      await clock.advance(0);
      expect(await stateOf(journal, "r")).toBe("failed");
    });
  });

  describe("resume", () => {
    test("knows no run that was never started", async () => {
      expect(await failureOf(place(open()).engine.resume(quick, "r"))).toMatchObject({ code: "run-unknown" });
    });

    test("refuses another definition, whether the run is under way, stopped or ended", async () => {
      const journal = open();
      const other = body(async () => 1, "other");
      const mismatch = { code: "run-mismatch", data: { id: "r", recorded: "test", asked: "other" } };
      const { engine, clock } = place(journal);
      engine.start(stuck, undefined, { id: "r" });
      await clock.advance(0);
      expect(await failureOf(engine.resume(other, "r"))).toMatchObject(mismatch);
      await engine[Symbol.asyncDispose]();
      const next = place(journal).engine;
      expect(await failureOf(next.resume(other, "r"))).toMatchObject(mismatch);
      await (await next.resume(stuck, "r")).cancel();
      expect(await failureOf(next.resume(other, "r"))).toMatchObject(mismatch);
    });

    test("tells again what an ended run gave, and runs nothing", async () => {
      const journal = open();
      let runs = 0;
      const definition = body(async () => ({ runs: ++runs }));
      await place(journal).engine.run(definition, undefined, { id: "r" });
      const handle = await place(journal).engine.resume(definition, "r");
      expect([await handle.result, runs]).toEqual([{ runs: 1 }, 1]);
      await handle.cancel();
      expect(await history(journal, "r")).toEqual(["run-started", "run-finished"]);
    });

    test.each<[string, (run: Run) => Promise<unknown>]>([
      ["a step's failure", (r) => r.step("s", () => Promise.reject(Object.assign(new Error("no"), { data: [1] })))],
      ["a terminal failure of its own", () => Promise.reject(new TerminalError("never", { data: [1] }))],
      ["any error", () => Promise.reject(Object.assign(new RangeError("no"), { code: "E", data: [1] }))],
    ])("tells again how an ended run failed: %s", async (_name, execute) => {
      const journal = open();
      const live = await failureOf(place(journal).engine.run(body(execute), undefined, { id: "r" }));
      const again = await failureOf((await place(journal).engine.resume(body(execute), "r")).result);
      const told = (error: Error): unknown => {
        const { name, code, data, retryable, stepKey } = error as Error & Record<string, unknown>;
        return [
          name,
          error.message.split("\n")[0],
          code,
          data,
          retryable,
          stepKey,
          isStepError(error),
          isAitorError(error),
        ];
      };
      expect(told(again)).toEqual(told(live));
    });

    test("tells again that a run was cancelled, and why", async () => {
      const { engine, journal } = place(open());
      await engine.start(stuck, undefined, { id: "r" }).cancel(new Error("enough"));
      const again = await failureOf((await place(journal).engine.resume(stuck, "r")).result);
      expect(again).toMatchObject({ code: "cancelled", cause: { message: "enough" } });
    });

    test("joins a run that is under way, also twice at the same time", async () => {
      const journal = open();
      const { engine, clock } = place(journal);
      const handle = engine.start(stuck, undefined, { id: "r" });
      expect(await engine.resume(stuck, "r")).toBe(handle);
      await clock.advance(0);
      await engine[Symbol.asyncDispose]();
      const next = place(journal).engine;
      const [one, two] = await Promise.all([next.resume(stuck, "r"), next.resume(stuck, "r")]);
      expect(one).toBe(two);
      await one.cancel();
      expect((await history(journal, "r")).filter((line) => line === "run-resumed")).toHaveLength(1);
    });

    test("gives the body its recorded input", async () => {
      const journal = open();
      const { engine, clock } = place(journal);
      let wait: () => Promise<unknown> = forever;
      const echo = {
        name: "echo",
        version: "1",
        execute: async (r: Run, input: { a: number[] }) => (await r.step("s", () => wait()), input.a),
      };
      engine.start(echo, { a: [1, 2] }, { id: "r" });
      await clock.advance(0);
      await engine[Symbol.asyncDispose]();
      wait = async () => undefined;
      expect(await (await place(journal).engine.resume(echo, "r")).result).toEqual([1, 2]);
    });
  });

  describe("disposal", () => {
    test("halts what is under way, without an ending on record, and waits until it has given back", async () => {
      const { engine, journal, clock } = place(open());
      let released = false;
      const handle = engine.start(
        body((r) =>
          r.step("s", (step) => {
            step.defer(async () => {
              for (let turn = 0; turn < 20; turn++) await undefined;
              released = true;
            });
            return forever();
          }),
        ),
        undefined,
        { id: "r" },
      );
      await clock.advance(0);
      await engine[Symbol.asyncDispose]();
      expect(released).toBe(true);
      expect(await failureOf(handle.result)).toMatchObject({ code: "engine-closed" });
      expect([await history(journal, "r"), await stateOf(journal, "r")]).toEqual([
        ["run-started", "step-started s", "run-paused"],
        "running",
      ]);
    });

    test("is harmless twice, and nothing starts any more", async () => {
      const { engine } = place(open());
      await Promise.all([engine[Symbol.asyncDispose](), engine[Symbol.asyncDispose]()]);
      await engine[Symbol.asyncDispose]();
      const closed = { code: "engine-closed" };
      expect(() => engine.start(quick, undefined)).toThrow(expect.objectContaining(closed));
      expect(await failureOf(engine.run(quick, undefined))).toMatchObject(closed);
      expect(await failureOf(engine.resume(quick, "r"))).toMatchObject(closed);
    });

    test("comes before a resume that is still reading", async () => {
      const journal = open();
      const { engine, clock } = place(journal);
      engine.start(stuck, undefined, { id: "r" });
      await clock.advance(0);
      await engine[Symbol.asyncDispose]();
      const next = place(journal).engine;
      const resuming = failureOf(next.resume(stuck, "r"));
      await next[Symbol.asyncDispose]();
      expect(await resuming).toMatchObject({ code: "engine-closed" });
      expect(await history(journal, "r")).not.toContain("run-resumed");
    });

    test("leaves the journal open", async () => {
      const { engine, journal } = place(open());
      await engine[Symbol.asyncDispose]();
      expect(await place(journal).engine.run(quick, undefined)).toBe("done");
    });
  });

  describe("an engine that retains nothing", () => {
    const forgetful = (journal: Journal): EmbeddedEngine => new EmbeddedEngine({ journal, retain: "nothing" });
    const ids = async (journal: Journal): Promise<string[]> => {
      const found: string[] = [];
      for await (const { stream } of journal.heads()) found.push(stream);
      return found;
    };

    test("forgets runs that have ended, however they did", async () => {
      const { journal, clock } = place(open());
      const engine = forgetful(journal);
      await engine.run(quick, undefined);
      await failureOf(
        engine.run(
          body(() => Promise.reject(new Error("no"))),
          undefined,
        ),
      );
      await engine.start(stuck, undefined).cancel();
      await clock.advance(0);
      expect(await ids(journal)).toEqual([]);
    });

    test("has forgotten them, with their children, when it is disposed", async () => {
      class SlowlyRead extends WrappedJournal {
        override async *read(stream: string, from?: number): ReturnType<Journal["read"]> {
          for await (const event of this.journal.read(stream, from)) {
            await new Promise(setImmediate);
            yield event;
          }
        }
      }
      const journal = new SlowlyRead(open());
      const engine = forgetful(journal);
      expect(
        await engine.start(
          body((r) =>
            r.child(
              body(async () => "done", "child"),
              undefined,
            ),
          ),
          undefined,
        ).result,
      ).toBe("done");
      await engine[Symbol.asyncDispose]();
      expect(await ids(journal)).toEqual([]);
    });

    test("keeps a run that it halted", async () => {
      const { journal, clock } = place(open());
      const engine = forgetful(journal);
      engine.start(stuck, undefined, { id: "r" });
      await clock.advance(0);
      await engine[Symbol.asyncDispose]();
      await clock.advance(0);
      expect(await ids(journal)).toEqual(["r"]);
    });

    test("keeps a run whose id was asked for again", async () => {
      const { journal, clock } = place(open());
      const engine = forgetful(journal);
      const handle = engine.start(stuck, undefined, { id: "r" });
      expect(await failureOf(engine.run(quick, undefined, { id: "r" }))).toMatchObject({ code: "run-exists" });
      const cancelled = engine.run(quick, undefined, { id: "r", signal: AbortSignal.abort() });
      expect(await failureOf(cancelled)).toMatchObject({ code: "run-exists" });
      await clock.advance(0);
      expect(await ids(journal)).toEqual(["r"]);
      await handle.cancel();
    });

    test("bears a journal that is closed before it", async () => {
      const { journal, clock } = place(open());
      const output = await forgetful(journal).run(
        body(async () => "done"),
        undefined,
      );
      await journal.close();
      await clock.advance(0);
      expect(output).toBe("done");
    });
  });
});

test("an option that cannot be used is refused, and so is one of a mailbox that there is not", () => {
  const mailbox = { max: 3 } as never;
  expect(() => new EmbeddedEngine({ definitions: [{ ...quick, mailbox }] })).toThrow(
    expect.objectContaining({ code: "invalid-option" }),
  );
  expect(() => new EmbeddedEngine({ definitions: [quick, { ...quick }] })).toThrow(
    expect.objectContaining({ got: `two named "${quick.name}"` }),
  );
  for (const wrong of [
    { retain: "some" },
    { offline: "no" },
    { atempts: 5 },
    { journal: {} },
    { journal: "a.db" },
    { clock: { now: Date.now } },
    null,
  ]) {
    expect(() => new EmbeddedEngine(wrong as never)).toThrow(expect.objectContaining({ code: "invalid-option" }));
  }
});

test("a body, a turn, a branch or a scope that gives what it has at once, as JavaScript may, is as good as one that gives a promise", async () => {
  const execute = (run: Run): unknown =>
    run
      .loop("count", 0, ((n: number) => (n === 2 ? { done: n } : { next: n + 1 })) as never)
      .then((counted) => run.scope("sum", (() => [counted]) as never))
      .then((sum) => run.all([{ name: "one", run: (() => sum) as never }]));
  await using engine = new EmbeddedEngine();
  expect(await engine.run({ name: "n", version: "1", execute: execute as never }, undefined)).toEqual([[2]]);
  expect(await engine.run({ name: "n", version: "1", execute: (() => "at once") as never }, undefined)).toBe("at once");
});

test("the default engine is one", async () => {
  expect(defaultEngine()).toBe(defaultEngine());
  expect(await defaultEngine().run(quick, undefined)).toBe("done");
});
