// What a step took is given back
// - on every ending of the attempt: success, failure, time-out, cancel, a sibling's failure, the end of its scope
// - in reverse order, one after the other, and before the step settles
// - also when one of them fails, which is recorded
// - at once where it is taken after the attempt was over, and before the run ends
import { describe, expect, test } from "vitest";
import type { Run, StepContext } from "../base/index.ts";
import { body, failureOf, forever, history, place, recorded } from "./engine.fixture.ts";
import { journals } from "./journals.fixture.ts";

const someTurns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await undefined;
};

describe.each(journals)("%s", (_, open) => {
  type Ending = (take: (step: StepContext) => void) => Promise<void>;

  /** Runs one step to each kind of end. */
  const endings: Readonly<Record<string, Ending>> = {
    success: (take) => oneStep((step) => take(step)),
    "a throw": (take) => oneStep((step) => (take(step), Promise.reject(new Error("no")))),
    "a result that is not JSON": (take) => oneStep((step) => (take(step), new Date(0))),
    "a time-out": async (take) => {
      const { engine, clock } = place(open());
      const running = failureOf(
        engine.run(
          body((r) => r.step("s", stuck(take), { timeout: "1s" })),
          undefined,
        ),
      );
      await clock.advance("1s");
      await running;
    },
    cancel: async (take) => {
      const { engine, clock } = place(open());
      const handle = engine.start(
        body((r) => r.step("s", stuck(take))),
        undefined,
      );
      await clock.advance(0);
      await handle.cancel();
    },
    "a sibling's failure": (take) =>
      whole((r) =>
        r.all([
          { name: "a", run: (b) => b.step("s", stuck(take)) },
          { name: "b", run: (b) => b.step("s", () => Promise.reject(new Error("no"))) },
        ]),
      ),
    "the end of the body": (take) => whole(async (r) => void r.step("s", stuck(take))),
    "the end of the engine": async (take) => {
      const { engine, clock } = place(open());
      engine.start(
        body((r) => r.step("s", stuck(take))),
        undefined,
      );
      await clock.advance(0);
      await engine[Symbol.asyncDispose]();
    },
  };

  const stuck = (take: (step: StepContext) => void) => (step: StepContext) => {
    take(step);
    return forever();
  };
  async function whole(execute: (run: Run) => Promise<unknown>): Promise<void> {
    await Promise.allSettled([
      place(open()).engine.run(
        body(async (r) => void (await execute(r))),
        undefined,
      ),
    ]);
  }
  const oneStep = (fn: (step: StepContext) => unknown): Promise<void> => whole((r) => r.step("s", fn));

  test.each(Object.entries(endings))(
    "on %s: once each, in reverse order, one after the other, awaited",
    async (_name, end) => {
      const given: string[] = [];
      await end((step) => {
        for (const name of ["first", "second", "third"]) {
          step.defer(async () => {
            given.push(`${name} begins`);
            await someTurns();
            given.push(`${name} ends`);
          });
        }
      });
      expect(given).toEqual(["third", "second", "first"].flatMap((name) => [`${name} begins`, `${name} ends`]));
    },
  );

  test("also where the run is cancelled while they are under way", async () => {
    const { engine, clock } = place(open());
    const given: string[] = [];
    const middle = Promise.withResolvers<void>();
    const handle = engine.start(
      body((r) =>
        r.step("s", (step) => {
          step.defer(() => void given.push("first"));
          step.defer(() => middle.promise);
          return 1;
        }),
      ),
      undefined,
    );
    await clock.advance(0);
    const cancelled = handle.cancel();
    await clock.advance(0);
    expect(given).toEqual([]);
    middle.resolve();
    await cancelled;
    expect(given).toEqual(["first"]);
  });

  test("a failure whose releases are under way at a cancel is no outcome", async () => {
    const { engine, clock, journal } = place(open());
    const failed = (step: StepContext): never => {
      step.defer(someTurns);
      throw new Error("no");
    };
    const controller = new AbortController();
    const failing = body((r) => r.step("s", (step) => (step.defer(() => controller.abort()), failed(step))));
    engine.start(failing, undefined, { id: "r", signal: controller.signal });
    await clock.advance(0);
    expect(await history(journal, "r")).not.toContain("step-failed s");
  });

  test("before the step settles, and each attempt gives back its own", async () => {
    const { engine, clock } = place(open());
    const given: string[] = [];
    const running = engine.run(
      body(async (r) => {
        await r.step(
          "s",
          (step) => {
            given.push(`take ${step.attempt}`);
            step.defer(someTurns);
            step.defer(() => void given.push(`release ${step.attempt}`));
            if (step.attempt === 1) throw new Error("again");
          },
          { retry: 2 },
        );
        given.push("settled");
      }),
      undefined,
    );
    await clock.advance("1s");
    await running;
    expect(given).toEqual(["take 1", "release 1", "take 2", "release 2", "settled"]);
  });

  test("one that fails is recorded, and the others run", async () => {
    const { engine, journal } = place(open());
    const given: string[] = [];
    const output = await engine.run(
      body((r) =>
        r.step("s", (step) => {
          step.defer(() => void given.push("first"));
          step.defer(() => {
            throw new Error("stuck");
          });
          step.defer(() => Promise.reject(new Error("lost")));
          return "result";
        }),
      ),
      undefined,
      { id: "r" },
    );
    expect([output, given]).toEqual(["result", ["first"]]);
    const failed = (await recorded(journal, "r")).filter(({ type }) => type === "release-failed");
    expect(failed).toMatchObject([
      { key: "s", data: { error: { message: "lost" } } },
      { key: "s", data: { error: { message: "stuck" } } },
    ]);
  });

  test("what is taken after the attempt was over is given back at once", async () => {
    const { engine, clock, journal } = place(open());
    let late: StepContext | undefined;
    const running = failureOf(
      engine.run(
        body((r) =>
          r.step(
            "s",
            (step) => {
              late = step;
              return forever();
            },
            { timeout: "1s" },
          ),
        ),
        undefined,
        { id: "r" },
      ),
    );
    await clock.advance("1s");
    await running;
    const given: string[] = [];
    late?.defer(() => void given.push("late"));
    late?.defer(() => Promise.reject(new Error("nobody hears this")));
    expect(given).toEqual(["late"]);
    await clock.advance(0);
    expect((await history(journal, "r")).at(-1)).toBe("run-failed");
  });

  test("what is taken after the attempt was over is given back before the run ends", async () => {
    const { engine, clock } = place(open());
    const opened = Promise.withResolvers<void>();
    const order: string[] = [];
    const connect = async (step: StepContext): Promise<void> => {
      await opened.promise;
      step.defer(async () => {
        await someTurns();
        order.push("given back");
      });
    };
    const late = body(async (r) => {
      await failureOf(r.step("connect", connect, { timeout: "1s" }));
      opened.resolve();
      await r.step("next", () => {});
    });
    const running = engine.run(late, undefined).then(() => order.push("ended"));
    await clock.advance("1s");
    await running;
    expect(order).toEqual(["given back", "ended"]);
  });
});
