import { setImmediate as turn } from "node:timers/promises";
import type { Run, StepContext } from "../base/index.ts";
import { TerminalError } from "../engine/index.ts";
import { holds, same } from "./conformance.ts";
import type { Life } from "./engine-life.ts";
import { type EngineCases, thrownBy } from "./engine-trial.ts";

export const attemptCases: EngineCases = {
  "is repeated until one succeeds, as often as was said": async (trial) => {
    const flow = async (run: Run, life: Life, attempts: number): Promise<unknown> =>
      run.step(
        "s",
        ({ attempt }) => {
          life.note(`${attempts}: ${attempt}`);
          if (attempt < 3) throw new Error(`attempt ${attempt} failed`);
          return attempt;
        },
        { retry: { attempts, initialDelay: life.tick, maxDelay: life.tick } },
      );
    const life = await trial.open({ flow });
    same(await life.timeFor(life.start(5, { id: "five" }).result), 3, "the result of the third");
    const error = await thrownBy(life.timeFor(life.start(2, { id: "two" }).result), "the last of two");
    holds(String(error["message"]).includes("attempt 2 failed"), "its message", "the last failure", error["message"]);
    same(trial.notes, ["5: 1", "5: 2", "5: 3", "2: 1", "2: 2"], "the attempts");
  },

  "is the only one where no more were asked for": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> =>
      run.step("s", () => {
        life.note("called");
        throw new Error("no");
      });
    const life = await trial.open({ flow });
    await thrownBy(life.timeFor(life.start().result), "its failure");
    await life.pass(5);
    same(trial.notes, ["called"], "the attempts");
  },

  "is not repeated before time has passed": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> =>
      run.step(
        "s",
        ({ attempt }) => {
          life.note(`${attempt}`);
          if (attempt === 1) throw new Error("no");
          return attempt;
        },
        { retry: { attempts: 2, initialDelay: 10_000 * life.tick, maxDelay: 10_000 * life.tick } },
      );
    const life = await trial.open({ flow });
    const handle = life.start();
    await life.noted("1");
    await life.settle();
    same(trial.notes, ["1"], "the attempts");
    await handle.cancel();
  },

  "is not repeated after an error that says it is final": async (trial) => {
    const final: readonly [Error, Error] = [
      new TerminalError("no"),
      Object.assign(new Error("no"), { retryable: false }),
    ];
    const flow = async (run: Run, life: Life, which: 0 | 1): Promise<unknown> => {
      const failing = run.step(
        "s",
        ({ attempt }) => {
          life.note(`${which}: ${attempt}`);
          return Promise.reject(final[which]);
        },
        { retry: { attempts: 5, initialDelay: life.tick } },
      );
      return (await thrownBy(failing, "a final error"))["retryable"];
    };
    const life = await trial.open({ flow });
    for (const which of [0, 1]) {
      same(await life.timeFor(life.start(which, { id: `r${which}` }).result), false, "retryable of its failure");
    }
    same(trial.notes, ["0: 1", "1: 1"], "the attempts");
  },

  "that failed on record is not made again after a death": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> =>
      run.step(
        "s",
        async ({ attempt }) => {
          life.note(`${attempt} in life ${life.number}`);
          if (attempt < 3) throw new Error(`attempt ${attempt}`);
          if (life.isFirst) await life.hold("third");
          return attempt;
        },
        { retry: { attempts: 4, initialDelay: life.tick, maxDelay: life.tick } },
      );
    const life = await trial.open({ flow });
    life.start();
    await life.timeFor(life.reached("third"));
    await life.settle();
    const next = await trial.kill(life);
    same(await next.timeFor((await next.resume()).result), 3, "the result");
    same(trial.notes, ["1 in life 1", "2 in life 1", "3 in life 1", "3 in life 2"], "the attempts");
  },

  "is cut off at its time-out, and what it gives later is discarded": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const slow = async ({ abortSignal }: StepContext): Promise<string> => {
        life.note("called");
        await life.hold("late");
        life.note(`aborted: ${abortSignal.aborted}`);
        return "late";
      };
      const { code } = await thrownBy(run.step("s", slow, { timeout: 3 * life.tick }), "a step that takes too long");
      life.go("late");
      await turn();
      return [code, await run.step("s", () => "second")];
    };
    const life = await trial.open({ flow });
    const { result } = life.start();
    await life.reached("late");
    await life.pass(1);
    same(trial.notes, ["called"], "what happened before its time was over");
    same(await life.timeFor(result), ["step-timeout", "second"], "the code of its failure, and the next step's result");
    same(trial.notes, ["called", "aborted: true"], "what it saw");
  },

  "has the whole time-out, each time": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> =>
      run.step(
        "s",
        async ({ attempt }) => {
          life.note(`${attempt}`);
          if (attempt < 3) await life.hold("for ever");
          return attempt;
        },
        { timeout: 2 * life.tick, retry: { attempts: 3, initialDelay: 0 } },
      );
    const life = await trial.open({ flow });
    same(await life.timeFor(life.start().result), 3, "the result of the third");
    same(trial.notes, ["1", "2", "3"], "the attempts");
  },

  "has one idempotency key with all others of its step, and no other step has it": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      for (const name of ["a", "b"]) {
        await run.step(
          name,
          async ({ attempt, idempotencyKey }) => {
            life.note(`${run.id} ${name} ${idempotencyKey}`);
            if (attempt === 1) throw new Error("no");
            if (name === "b" && life.isFirst) await life.hold(run.id);
          },
          { retry: { attempts: 3, initialDelay: 0 } },
        );
      }
      return "done";
    };
    const life = await trial.open({ flow });
    for (const id of ["r1", "r2"]) life.start(undefined, { id });
    await life.timeFor(Promise.all(["r1", "r2"].map((id) => life.reached(id))));
    await life.settle();
    const next = await trial.kill(life);
    for (const id of ["r1", "r2"]) await next.timeFor((await next.resume(id)).result);
    const seen = new Set(trial.notes);
    same(seen.size, 4, "how many pairs of a step and a key there are, over two steps of two runs");
    same(new Set([...seen].map((note) => note.split(" ")[2])).size, 4, "how many keys there are");
  },

  "gives back what it took, in reverse, before its step is over": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const taking = (fails: boolean) => (step: StepContext) => {
        for (const what of ["a", "b"]) {
          step.defer(async () => {
            life.note(`${what} begins`);
            await turn();
            life.note(`${what} back`);
          });
        }
        if (fails) throw new Error("no");
      };
      await run.step("works", taking(false));
      life.note("works is over");
      await thrownBy(run.step("fails", taking(true)), "a step that fails");
      life.note("fails is over");
      return "done";
    };
    same(await (await trial.open({ flow })).start().result, "done", "the result");
    const back = ["b begins", "b back", "a begins", "a back"];
    same(trial.notes, [...back, "works is over", ...back, "fails is over"], "what was given back, and when");
  },

  "gives back what it took though giving back fails": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> =>
      run.step("s", (step) => {
        step.defer(() => life.note("first back"));
        step.defer(() => Promise.reject(new Error("cannot")));
        return "result";
      });
    same(await (await trial.open({ flow })).start().result, "result", "the result");
    same(trial.notes, ["first back"], "what was given back");
  },
};
