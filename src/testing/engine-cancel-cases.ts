import { setImmediate as turn } from "node:timers/promises";
import type { Run } from "../base/index.ts";
import { failsWith, same } from "./conformance.ts";
import type { Life } from "./engine-life.ts";
import { type EngineCases, type EngineTrial, thrownBy } from "./engine-trial.ts";

/** Far beyond any case. */
const LONG = 10_000;

/** Cancels a run that is at "here", without time passing. */
async function cancelled(trial: EngineTrial, flow: (run: Run, life: Life) => Promise<unknown>): Promise<Life> {
  const life = await trial.open({ flow });
  const handle = life.start();
  await life.reached("here");
  await life.settle();
  await handle.cancel("enough");
  same((await thrownBy(handle.result, "its result"))["code"], "cancelled", "the code of its error");
  await life.settle();
  same((await thrownBy((await life.resume()).result, "its result"))["code"], "cancelled", "the code, asked again");
  return life;
}

export const cancelCases: EngineCases = {
  "ends a run in a step, whose releases are awaited": async (trial) => {
    const life = await cancelled(trial, async (run, its) => {
      await run.step("s", async (step) => {
        step.defer(async () => {
          its.note("release begins");
          await turn();
          its.note("back");
        });
        const aborted = new Promise<void>((resolve) => step.abortSignal.addEventListener("abort", () => resolve()));
        void its.hold("here");
        await aborted;
        its.note("aborted");
      });
      its.note("went on");
    });
    same(trial.notes.toSorted(), ["aborted", "back", "release begins"], "what happened");
    const next = await trial.kill(life);
    same((await thrownBy((await next.resume()).result, "its result"))["code"], "cancelled", "the code, after a death");
    same((await next.engine.recover()).runs, [], "runs that go on");
  },

  "has ended the run, with all given back, when it resolves": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> =>
      run.step("s", async (step) => {
        step.defer(async () => {
          await life.hold("release");
          life.note("back");
        });
        await life.hold("here");
      });
    const life = await trial.open({ flow });
    const handle = life.start();
    await life.reached("here");
    const cancelling = handle.cancel().then(() => life.note("cancelled"));
    await life.reached("release");
    await life.settle();
    same(trial.notes, [], "what happened before the release was over");
    life.go("release");
    await cancelling;
    same(trial.notes, ["back", "cancelled"], "what happened");
  },

  "abandons code that ignores its signal": async (trial) => {
    const life = await cancelled(trial, async (run, its) => {
      await run.step("deaf", () => its.hold("here"));
      its.note("went on");
    });
    life.go("here");
    await life.settle();
    same(trial.notes, [], "what happened");
  },

  "ends a run in a sleep": async (trial) => {
    await cancelled(trial, async (run, life) => {
      void life.hold("here");
      await run.sleep(LONG * life.tick);
      life.note("went on");
    });
    same(trial.notes, [], "what happened");
  },

  "ends a run that waits for a signal": async (trial) => {
    const life = await cancelled(trial, async (run, its) => {
      void its.hold("here");
      await run.waitFor("approval");
      its.note("went on");
    });
    await failsWith("not-waiting", () => life.engine.answer("r", "approval", { value: 1 }), "an answer afterwards");
    same(trial.notes, [], "what happened");
  },

  "ends a run between two attempts": async (trial) => {
    await cancelled(trial, async (run, life) => {
      const failing = async (): Promise<never> => {
        life.note("attempt");
        void life.hold("here");
        throw new Error("no");
      };
      await run.step("s", failing, {
        retry: { attempts: 2, initialDelay: LONG * life.tick, maxDelay: LONG * life.tick },
      });
      life.note("went on");
    });
    same(trial.notes, ["attempt"], "what happened");
  },

  "ends a run in its branches, turns and scopes": async (trial) => {
    await cancelled(trial, async (run, life) => {
      await run.all([
        { name: "a", run: (branch) => branch.sleep(LONG * life.tick) },
        {
          name: "b",
          run: (branch) =>
            branch.loop("turns", 0, async (_, inner) =>
              inner.scope("scope", async (scope) => {
                await scope.step("s", () => life.hold("here"));
                return { done: 0 };
              }),
            ),
        },
      ]);
      life.note("went on");
    });
    same(trial.notes, [], "what happened");
  },

  "ends the children of a run, and has given back what they took": async (trial) => {
    const bodies = {
      flow: async (run: Run, life: Life) => run.child(life.definition("inner"), undefined),
      inner: async (run: Run, life: Life) =>
        run.step("s", async (step) => {
          step.defer(async () => {
            await turn();
            life.note("back");
          });
          life.note(run.id);
          await life.hold("here");
        }),
    };
    const life = await trial.open(bodies);
    const handle = life.start();
    await life.reached("here");
    const [child] = trial.notes.splice(0);
    await handle.cancel();
    same(trial.notes, ["back"], "what had happened when the cancel was over");
    const ended = await life.resume(child, "inner");
    same((await thrownBy(ended.result, "the child's result"))["code"], "cancelled", "the code of the child's error");
  },

  "ends a run by its id, and one that has ended is not touched": async (trial) => {
    const flow = async (_: Run, life: Life, held: boolean): Promise<unknown> => (held ? life.hold("here") : "done");
    const life = await trial.open({ flow });
    const { result } = life.start(true);
    await life.reached("here");
    await life.engine.cancel("r", "enough");
    same((await thrownBy(result, "its result"))["code"], "cancelled", "the code of its error");
    const done = life.start(false, { id: "done" });
    await done.result;
    await life.engine.cancel("done");
    await done.cancel();
    same(await (await life.resume("done")).result, "done", "the result of one that had ended");
  },

  "comes by the signal that a run was started with": async (trial) => {
    const life = await trial.open({ flow: async (_, its) => its.hold("here") });
    const stop = new AbortController();
    const { result } = life.start(undefined, { signal: stop.signal });
    await life.reached("here");
    stop.abort();
    same((await thrownBy(result, "its result"))["code"], "cancelled", "the code of its error");
  },

  "ends a run that is on record and not under way": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      await run.step("s", () => life.note("called"));
      return life.hold("here");
    };
    const life = await trial.open({ flow });
    life.start();
    await life.reached("here");
    const next = await trial.kill(life);
    await next.engine.cancel("r", "enough");
    same((await next.engine.recover()).runs, [], "runs that go on");
    same((await thrownBy((await next.resume()).result, "its result"))["code"], "cancelled", "the code of its error");
    same(trial.notes, ["called"], "what happened");
  },

  "takes a message out of its queue": async (trial) => {
    const flow = async (_: Run, life: Life, message: string): Promise<void> => {
      life.note(message);
      if (message === "first") await life.hold("here");
    };
    const life = await trial.open({ flow });
    const key = { name: "flow", id: "k" };
    await life.engine.send(key, "first");
    const { run } = await life.engine.send(key, "second");
    await life.engine.send(key, "third");
    await life.reached("here");
    await life.engine.cancel(run);
    life.go("here");
    await life.noted("third");
    same(trial.notes, ["first", "third"], "the messages that were handled");
  },
};
