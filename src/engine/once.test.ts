// A step that must run once
// - has its intent on record before it is called
// - takes no retry
// - is in doubt after a time-out, and when its run is resumed without an outcome: it is never called a second time
import { describe, expect, test } from "vitest";
import type { Journal } from "../journal/index.ts";
import { body, failureOf, forever, history, place, recorded } from "./engine.fixture.ts";
import { journals } from "./journals.fixture.ts";

const once = { effect: "once" } as const;

describe.each(journals)("%s", (_, open) => {
  test("its intent is recorded before it is called", async () => {
    const { engine, journal } = place(open());
    let before: string[] = [];
    await engine.run(
      body((r) => r.step("pay", async () => void (before = await history(journal, "r")), once)),
      undefined,
      { id: "r" },
    );
    expect(before).toEqual(["run-started", "step-started pay"]);
    expect((await recorded(journal, "r"))[1]).toMatchObject({ data: { effect: "once" } });
  });

  test("a retry is refused", async () => {
    const { engine } = place(open());
    const error = await engine.run(
      body(async (r) => (await failureOf(r.step("pay", () => 1, { ...once, retry: 2 }))).message),
      undefined,
    );
    expect(error).toMatch(/^retry of step "pay" cannot be used/);
  });

  test("a failure that it tells itself is its outcome", async () => {
    const { engine } = place(open());
    const error = await failureOf(
      engine.run(
        body((r) => r.step("pay", () => Promise.reject(new Error("no funds")), once)),
        undefined,
      ),
    );
    expect(error).toMatchObject({ code: "step-failed" });
  });

  test("after a time-out it is in doubt, live and resumed alike", async () => {
    const journal = open();
    let calls = 0;
    let wait: () => Promise<unknown> = forever;
    const definition = body(async (r) => {
      const pay = r.step("pay", () => (calls++, forever()), { ...once, timeout: "5s" });
      const { code, retryable } = (await failureOf(pay)) as { code?: string; retryable?: boolean };
      await r.step("wait", () => wait());
      return [code, retryable];
    });
    const { engine, clock } = place(journal);
    engine.start(definition, undefined, { id: "r" });
    await clock.advance("5s");
    await engine[Symbol.asyncDispose]();
    expect((await history(journal, "r")).slice(-3)).toEqual(["step-failed pay", "step-started wait", "run-paused"]);
    wait = async () => undefined;
    expect(await (await place(journal).engine.resume(definition, "r")).result).toEqual(["step-in-doubt", false]);
    expect(calls).toBe(1);
  });

  test("resumed without an outcome it is in doubt, and the doubt is recorded", async () => {
    const journal = open();
    let calls = 0;
    const definition = body(async (r) => {
      const error = await failureOf(r.step("pay", () => (calls++, forever()), once));
      return (error as { code?: string }).code;
    });
    await startAndStop(journal, definition);
    expect(await history(journal, "r")).toEqual(["run-started", "step-started pay", "run-paused"]);
    const handle = await place(journal).engine.resume(definition, "r");
    expect(await handle.result).toBe("step-in-doubt");
    expect(calls).toBe(1);
    expect((await history(journal, "r")).slice(3)).toEqual(["run-resumed", "step-failed pay", "run-finished"]);
  });

  test("with an outcome on record it gives that", async () => {
    const journal = open();
    let calls = 0;
    let wait: () => Promise<unknown> = forever;
    const definition = body(async (r) => {
      const receipt = await r.step("pay", () => `receipt ${++calls}`, once);
      await r.step("wait", () => wait());
      return receipt;
    });
    await startAndStop(journal, definition);
    wait = async () => undefined;
    expect(await (await place(journal).engine.resume(definition, "r")).result).toBe("receipt 1");
    expect(calls).toBe(1);
  });

  async function startAndStop(journal: Journal, definition: ReturnType<typeof body>): Promise<void> {
    const { engine, clock } = place(journal);
    engine.start(definition, undefined, { id: "r" });
    await clock.advance(0);
    await engine[Symbol.asyncDispose]();
  }
});
