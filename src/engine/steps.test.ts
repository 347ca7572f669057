// A step
// - calls its function once and gives its result, sync or async, once it is recorded
// - has a key made of its scope, its name and its ordinal
// - that fails throws a StepError, with the code, data and cause of what was thrown
// - whose result or input is not JSON fails with the path
// - that is still open when the body returns is cancelled
import { describe, expect, test } from "vitest";
import type { Run, StepContext } from "../base/index.ts";
import { body, failureOf, forever, history, place, recorded } from "./engine.fixture.ts";
import { isStepError, type StepError } from "./record/errors.ts";
import { journals } from "./journals.fixture.ts";

describe.each(journals)("%s", (_, open) => {
  describe("a step", () => {
    test("gives what its function returns, sync or async, and nothing where that is nothing", async () => {
      const { engine } = place(open());
      const output = await engine.run(
        body(async (run) => [
          await run.step("sync", () => 1),
          await run.step("async", async () => ({ a: 2 })),
          await run.step(
            "thenable",
            () => ({ then: (done: (value: string) => void) => done("3") }) as PromiseLike<string>,
          ),
          (await run.step("nothing", () => undefined)) === undefined,
        ]),
        undefined,
      );
      expect(output).toEqual([1, { a: 2 }, "3", true]);
    });

    test("is recorded with its start, its effect and its end, before its caller goes on", async () => {
      const { engine, journal } = place(open());
      let before: string[] = [];
      const handle = engine.start(
        body(async (run) => {
          await run.step("a", () => "result", { effect: "pure" });
          before = await history(journal, run.id);
        }),
        undefined,
      );
      await handle.result;
      expect(before).toEqual(["run-started", "step-started a", "step-finished a"]);
      expect((await recorded(journal, handle.id)).slice(1, 3)).toMatchObject([
        { data: { name: "a", effect: "pure" } },
        { data: { result: "result", durationMs: 0 } },
      ]);
    });

    test("is given its key, an idempotency key and the number of its attempt", async () => {
      const { engine } = place(open());
      const given: unknown[] = [];
      const tell = ({ key, idempotencyKey, attempt }: StepContext): void =>
        void given.push([key, idempotencyKey, attempt]);
      await engine.run(
        body(async (run) => {
          await run.step("a", tell);
          await run.step("a", tell);
          await run.step({ name: "a", key: "x/y" }, tell);
          await run.all([{ name: "left", run: (branch) => branch.step("a", tell) }]);
          await run.loop("l", 0, async (n, turn) => {
            await turn.step("a", tell);
            return n === 1 ? { done: n } : { next: n + 1 };
          });
        }),
        undefined,
        { id: "r" },
      );
      const keys = ["a", "a#2", "a[x%2Fy]", "left/a", "l/#1/a", "l/#2/a"];
      expect(given).toEqual(keys.map((key) => [key, `r/${key}`, 1]));
    });

    test("has an idempotency key that no step of another run has, whatever the runs are called", async () => {
      const { engine } = place(open());
      const keys: string[] = [];
      const tell = (step: StepContext): number => keys.push(step.idempotencyKey);
      await engine.run(
        body((run) => run.all([{ name: "b", run: (branch) => branch.step("c", tell) }])),
        undefined,
        { id: "a" },
      );
      await engine.run(
        body((run) => run.step("c", tell)),
        undefined,
        { id: "a/b" },
      );
      expect(keys[0]).toBe("a/b/c");
      expect(keys[1]).not.toBe(keys[0]);
    });
  });

  describe("a step that fails", () => {
    test("throws a StepError with its key and what was thrown", async () => {
      const { engine } = place(open());
      const thrown = Object.assign(new TypeError("no\nroute"), { code: "ENOROUTE", data: { host: "h" } });
      const error = await failureOf(
        engine.run(
          body((run) => run.step("a", () => Promise.reject(thrown))),
          undefined,
        ),
      );
      expect(isStepError(error)).toBe(true);
      expect(error).toMatchObject({ stepKey: "a", code: "ENOROUTE", data: { host: "h" }, retryable: true });
      expect((error as StepError).cause).toBe(thrown);
      expect(error.message).toMatch(/^step "a" failed: no\n/);
    });

    test.each([
      [
        "a throw of a sync function",
        () => {
          throw new Error("no");
        },
      ],
      ["a rejection", () => Promise.reject(new Error("no"))],
      [
        "a thenable that throws",
        () =>
          ({
            then: () => {
              throw new Error("no");
            },
          }) as unknown as Promise<never>,
      ],
      ["no error at all", () => Promise.reject("no")],
    ])("may do so with %s", async (_name, fn: () => Promise<never>) => {
      const { engine } = place(open());
      const error = await failureOf(
        engine.run(
          body((run) => run.step("a", fn)),
          undefined,
        ),
      );
      expect(error).toMatchObject({ code: "step-failed", got: "no" });
    });

    test.each<[string, unknown]>([
      ["an error with a status", Object.assign(new Error("Not Found"), { status: 404 })],
      ["an error with a code that is a number", Object.assign(new Error("no"), { code: 17 })],
      ["several errors", new AggregateError([new Error("a"), Object.assign(new TypeError("b"), { errno: -2 })], "no")],
      ["a text", "no"],
      ["nothing", undefined],
      ["an object with a message", { message: "no", code: "E", status: 500 }],
    ])("of %s is the same when the run is resumed", async (_name, thrown) => {
      const { engine, journal } = place(open());
      const told: unknown[] = [];
      const definition = body(async (run) => {
        const { cause } = (await failureOf(run.step("a", () => Promise.reject(thrown)))) as StepError;
        const {
          name,
          message,
          code,
          status,
          errors = [],
        } = cause as NodeJS.ErrnoException & {
          readonly status?: number;
          readonly errors?: readonly NodeJS.ErrnoException[];
        };
        const inside = errors.map((error) => [error.name, error.message, error.errno]);
        told.push({ isError: cause instanceof Error, name, message, code, status, inside });
        await run.waitFor("go");
      });
      for await (const { type } of engine.start(definition, undefined, { id: "r" }))
        if (type === "signal-awaited") break;
      await engine[Symbol.asyncDispose]();
      const next = place(journal);
      const { result } = await next.engine.resume(definition, "r");
      await next.engine.answer("r", "go", { value: "on" });
      await result;
      expect(told[1]).toEqual(told[0]);
      expect(told[0]).toMatchObject({ isError: true });
    });

    test("may be caught, and the run goes on", async () => {
      const { engine } = place(open());
      const output = engine.run(
        body(async (run) => {
          await failureOf(run.step("a", () => Promise.reject(new Error("no"))));
          return run.step("b", () => "b");
        }),
        undefined,
      );
      expect(await output).toBe("b");
    });
  });

  describe("what is not JSON", () => {
    test("as a result fails the step with the path", async () => {
      const { engine, journal } = place(open());
      const error = await failureOf(
        engine.run(
          body((run) => run.step("a", () => ({ rows: [{ at: new Date(0) }] }))),
          undefined,
          { id: "r" },
        ),
      );
      expect(error).toMatchObject({ code: "not-json", stepKey: "a", data: { path: ".rows[0].at" }, retryable: false });
      expect(await history(journal, "r")).toEqual(["run-started", "step-started a", "step-failed a", "run-failed"]);
    });

    test("as the run's input is refused, and as its output fails it", async () => {
      const { engine, journal } = place(open());
      const definition = { name: "test", version: "1", execute: async (_run: Run, input: unknown) => input };
      expect(await failureOf(engine.run(definition, new Map(), { id: "in" }))).toMatchObject({ code: "not-json" });
      expect(await history(journal, "in")).toEqual([]);
      const error = await failureOf(
        engine.run(
          body(async () => [1n]),
          undefined,
          { id: "out" },
        ),
      );
      expect(error).toMatchObject({ code: "not-json", data: { path: "[0]" } });
      expect((await history(journal, "out")).at(-1)).toBe("run-failed");
    });
  });

  test.each([
    { effect: "twice" },
    { timeout: "soon" },
    { retry: 0 },
    { retry: 2, effect: "once" },
    { metered: "no" },
    { caught: 1 },
  ])("options that cannot be used are refused before the step starts: %j", async (options) => {
    const { engine, journal } = place(open());
    const outcome = body(async (run) => (await failureOf(run.step("a", () => 1, options as never))).message);
    expect(await engine.run(outcome, undefined, { id: "r" })).toMatch(/of step "a"/);
    expect(await history(journal, "r")).toEqual(["run-started", "run-finished"]);
  });

  test("steps, branches and loops that are open when the body returns are cancelled, and nobody need await them", async () => {
    const { engine, journal } = place(open());
    let signal: AbortSignal | undefined;
    const output = await engine.run(
      body(async (run) => {
        void run.step("left open", (step) => {
          signal = step.abortSignal;
          return forever();
        });
        void run.all([{ name: "branch", run: (branch) => branch.step("a", forever) }]);
        return "done";
      }),
      undefined,
      { id: "r" },
    );
    expect(output).toBe("done");
    expect(signal?.reason).toMatchObject({ code: "cancelled" });
    await engine.run(
      body(async (run) => void run.loop("l", 0, forever)),
      undefined,
    );
    await engine.run(
      body(async (run) => {
        void run.loop("l", 0, forever);
        await failureOf(run.all([]));
      }),
      undefined,
    );
    await engine.run(
      body(async (run) => void run.race([{ name: "b", run: forever }])),
      undefined,
    );
    await engine.run(
      body(async (run) => void run.settle([{ name: "b", run: forever }])),
      undefined,
    );
    expect((await history(journal, "r")).at(-1)).toBe("run-finished");
  });
});
