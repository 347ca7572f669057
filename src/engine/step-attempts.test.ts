// Time-outs and retries
// - an attempt that takes too long is aborted and fails; what it does later is discarded
// - a step with a retry is tried again after a wait, up to its number of attempts, with a number for each
// - what says that no retry can help is not tried again
// - an error of which something cannot be read fails the step like any other
// - a cancel ends the wait between two attempts
import { describe, expect, test } from "vitest";
import type { StepContext, StepOptions } from "../base/index.ts";
import { body, failureOf, forever, history, place, type Place, recorded } from "./engine.fixture.ts";
import { TerminalError } from "./record/errors.ts";
import { journals } from "./journals.fixture.ts";

describe.each(journals)("%s", (_, open) => {
  /** Runs one step while time goes by, and gives what became of it. */
  async function oneStep(
    fn: (step: StepContext) => unknown,
    options: StepOptions,
    at: Place = place(open()),
  ): Promise<unknown> {
    const running = at.engine.run(
      body((r) => r.step("s", fn, options)),
      undefined,
      { id: "r" },
    );
    running.catch(() => {});
    await at.clock.advance("1h");
    expect(at.clock.pending).toBe(0);
    return running;
  }

  describe("what cannot be read of an error", () => {
    const thrower = (): never => {
      throw new Error("not to be read");
    };
    const odd = (): Error => Object.defineProperty(new Error("x"), "retryable", { get: thrower });

    test.each<[string, () => unknown, string]>([
      [
        "a message that is no text",
        () => Object.assign(new Error("x"), { message: { status: 503 } }),
        '{"status":503}',
      ],
      ["a field that throws", odd, "x"],
      [
        "an object that throws",
        () => new Proxy({}, { getPrototypeOf: thrower, get: thrower }),
        "an object that cannot be read",
      ],
    ])("fails the step all the same: %s", async (_what, make, message) => {
      const calls: string[] = [];
      const fails = async (step: StepContext): Promise<never> => {
        calls.push(`call ${step.attempt}`);
        step.defer(() => {
          throw make();
        });
        throw make();
      };
      const error = await failureOf(oneStep(fails, { retry: 2 }));
      expect(error).toMatchObject({ code: "step-failed", stepKey: "s" });
      expect(error.message).toContain(message);
      expect(calls).toEqual(["call 1", "call 2"]);
    });
  });

  describe("a time-out", () => {
    test("fails the step and aborts its signal, both with the reason", async () => {
      let signal: AbortSignal | undefined;
      const stuck = (step: StepContext): Promise<never> => {
        signal = step.abortSignal;
        return forever();
      };
      const error = await failureOf(oneStep(stuck, { timeout: "5s" }));
      expect(error).toMatchObject({
        code: "step-timeout",
        stepKey: "s",
        retryable: true,
        data: { key: "s", timeoutMs: 5_000 },
      });
      expect(signal?.reason).toMatchObject({ code: "step-timeout" });
    });

    test("comes not before its time", async () => {
      const { engine, clock } = place(open());
      let failed = false;
      engine
        .run(
          body((r) => r.step("s", forever, { timeout: "5s" })),
          undefined,
        )
        .catch(() => (failed = true));
      await clock.advance(4_999);
      expect(failed).toBe(false);
      await clock.advance(1);
      expect(failed).toBe(true);
    });

    test("does not concern a step that is done, nor leave a timer", async () => {
      const at = place(open());
      expect(await oneStep(async () => "done", { timeout: "5s" }, at)).toBe("done");
      expect(at.clock.now()).toBe(3_600_000);
    });

    test.each([
      ["result", () => "late"],
      ["rejection", () => Promise.reject(new Error("late"))],
    ])("discards a late %s", async (_name, late) => {
      const at = place(open());
      const slow = (): Promise<unknown> => new Promise((resolve) => void at.clock.timer(60_000, () => resolve(late())));
      expect(await failureOf(oneStep(slow, { timeout: "5s" }, at))).toMatchObject({ code: "step-timeout" });
      expect(await history(at.journal, "r")).toEqual(["run-started", "step-started s", "step-failed s", "run-failed"]);
    });

    test("is for each attempt, and may be retried", async () => {
      const attempts: number[] = [];
      const output = await oneStep(
        (step) => {
          attempts.push(step.attempt);
          return step.attempt < 3 ? forever() : "third";
        },
        { timeout: "5s", retry: 3 },
      );
      expect([output, attempts]).toEqual(["third", [1, 2, 3]]);
    });
  });

  describe("a retry", () => {
    const flaky = (failures: number, thrown: unknown = new Error("flaky")) => {
      const calls: number[] = [];
      const fn = async ({ attempt }: StepContext): Promise<string> => {
        calls.push(attempt);
        if (attempt <= failures) throw thrown;
        return `attempt ${attempt}`;
      };
      return { calls, fn };
    };

    test("tries again until it succeeds", async () => {
      const { calls, fn } = flaky(2);
      expect(await oneStep(fn, { retry: 5 })).toBe("attempt 3");
      expect(calls).toEqual([1, 2, 3]);
    });

    test("stops at its number of attempts, and fails as the last one did", async () => {
      const { calls, fn } = flaky(9);
      expect(await failureOf(oneStep(fn, { retry: { attempts: 4, initialDelay: "1s" } }))).toMatchObject({
        code: "step-failed",
      });
      expect(calls).toEqual([1, 2, 3, 4]);
    });

    test("is recorded with the failure and the wait, which stays in its limits", async () => {
      const at = place(open());
      await failureOf(oneStep(flaky(9).fn, { retry: { attempts: 4, initialDelay: "10s", maxDelay: "15s" } }, at));
      const retried = (await recorded(at.journal, "r")).filter((event) => event.type === "step-retried");
      expect(retried.map(({ data }) => [data.attempt, data.error.message])).toEqual([1, 2, 3].map((n) => [n, "flaky"]));
      for (const [index, { data }] of retried.entries()) {
        expect(data.delayMs).toBeGreaterThanOrEqual(0);
        expect(data.delayMs).toBeLessThanOrEqual(index === 0 ? 10_000 : 15_000);
      }
      const starts = (await history(at.journal, "r")).filter((line) => line === "step-started s");
      expect(starts).toHaveLength(1);
    });

    test("waits longer from time to time", async () => {
      const at = place(open());
      await failureOf(oneStep(flaky(99).fn, { retry: { attempts: 14, initialDelay: 1 } }, at));
      const retried = (await recorded(at.journal, "r")).flatMap((event) =>
        event.type === "step-retried" ? [event.data.delayMs] : [],
      );
      expect(retried[0]).toBe(0);
      expect(Math.max(...retried)).toBeGreaterThan(2);
    });

    test("waits as long as it says", async () => {
      const at = place(open());
      const times: number[] = [];
      await failureOf(
        oneStep(
          () => {
            times.push(at.clock.now());
            throw new Error("again");
          },
          { retry: { attempts: 5, initialDelay: "10s" } },
          at,
        ),
      );
      const retried = (await recorded(at.journal, "r")).filter((event) => event.type === "step-retried");
      expect(times.slice(1).map((time, index) => time - (times[index] as number))).toEqual(
        retried.map(({ data }) => data.delayMs),
      );
    });

    test.each([
      ["a TerminalError", new TerminalError("never", { code: "gone" }), "gone"],
      ["anything with retryable: false", Object.assign(new Error("never"), { retryable: false }), "step-failed"],
    ])("is not made after %s", async (_name, thrown, code) => {
      const { calls, fn } = flaky(9, thrown);
      expect(await failureOf(oneStep(fn, { retry: 5 }))).toMatchObject({ code, retryable: false });
      expect(calls).toEqual([1]);
    });

    test("is not made for a result that is not JSON", async () => {
      let calls = 0;
      expect(await failureOf(oneStep(() => new Set([calls++]), { retry: 5 }))).toMatchObject({ code: "not-json" });
      expect(calls).toBe(1);
    });

    test("is not waited for any more once the run is cancelled", async () => {
      const { engine, clock } = place(open());
      const { calls, fn } = flaky(9);
      const handle = engine.start(
        body((r) => r.step("s", fn, { retry: { attempts: 9, initialDelay: "1h" } })),
        undefined,
      );
      await clock.advance(0);
      expect(clock.pending).toBe(1);
      await handle.cancel();
      expect(clock.pending).toBe(0);
      await clock.advance("7d");
      expect(calls).toEqual([1]);
    });
  });
});
