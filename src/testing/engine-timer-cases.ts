import type { Run } from "../base/index.ts";
import { holds, same } from "./conformance.ts";
import type { Life } from "./engine-life.ts";
import type { EngineCases } from "./engine-trial.ts";

/** Sleeps, and gives how many ticks that took. */
async function slept(run: Run, life: Life, ticks: number): Promise<number> {
  const before = life.now();
  void life.hold("sleeps");
  await run.sleep(ticks * life.tick);
  return (life.now() - before) / life.tick;
}

export const timerCases: EngineCases = {
  "is never early": async (trial) => {
    const life = await trial.open({ flow: slept });
    const { result } = life.start(4);
    await life.reached("sleeps");
    const took = (await life.timeFor(result)) as number;
    holds(took >= 4, "a sleep of 4 ticks", "at least 4", took);
  },

  "fires, and none is set by a sleep of no time but what ends at once": async (trial) => {
    const life = await trial.open({
      flow: async (run, its) => {
        await run.sleep(0);
        await run.sleep(its.tick);
        return "awake";
      },
    });
    same(await life.timeFor(life.start().result), "awake", "the result");
  },

  "several in a row have a time each": async (trial) => {
    const life = await trial.open({
      flow: async (run, its) => {
        const before = its.now();
        for (const ticks of [2, 1, 3]) await run.sleep(ticks * its.tick);
        return (its.now() - before) / its.tick;
      },
    });
    const took = (await life.timeFor(life.start().result)) as number;
    holds(took >= 6, "sleeps of 2, 1 and 3 ticks", "at least 6", took);
  },

  "several at once fire in the order of their times": async (trial) => {
    const life = await trial.open({
      flow: async (run, its) => {
        const branch = (ticks: number) => ({
          name: `${ticks}`,
          run: async (inner: Run): Promise<void> => {
            await inner.sleep(ticks * its.tick);
            its.note(`${ticks}`);
          },
        });
        await run.all([branch(5), branch(1), branch(3)]);
      },
    });
    await life.timeFor(life.start().result);
    same(trial.notes, ["1", "3", "5"], "the order");
  },

  "is not early across a death": async (trial) => {
    const begun: number[] = [];
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      if (life.isFirst) begun.push(life.now());
      void life.hold("sleeps");
      await run.sleep(6 * life.tick);
      return life.now();
    };
    const life = await trial.open({ flow });
    life.start();
    await life.reached("sleeps");
    await life.pass(2);
    const next = await trial.kill(life);
    const ended = (await next.timeFor((await next.resume()).result)) as number;
    const took = (ended - (begun[0] as number)) / life.tick;
    holds(took >= 6, "a sleep of 6 ticks, of which 2 had passed at the death", "at least 6", took);
  },

  "is set for what is left after a death, and time passes though nobody runs it": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      void life.hold("sleeps");
      await run.sleep(10 * life.tick);
      return life.now();
    };
    const life = await trial.open({ flow });
    life.start();
    await life.reached("sleeps");
    await life.pass(1);
    const next = await trial.kill(life);
    await next.pass(9);
    const before = next.now();
    const ended = (await next.timeFor((await next.resume()).result)) as number;
    holds(ended - before <= 5 * life.tick, "what was left of a sleep, in ms", "about nothing", ended - before);
  },

  "that fired does not count anew after a death": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      await run.sleep(3 * life.tick);
      await run.step("after", () => life.note("after"));
      if (life.isFirst) await life.hold("here");
      return "done";
    };
    const life = await trial.open({ flow });
    life.start();
    await life.timeFor(life.reached("here"));
    const next = await trial.kill(life);
    same(await (await next.resume()).result, "done", "the result, without time passing");
    same(trial.notes, ["after"], "what came after it");
  },

  "goes on in a recovered run": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      void life.hold("sleeps");
      await run.sleep(3 * life.tick);
      life.note(`awake in life ${life.number}`);
      return "done";
    };
    const life = await trial.open({ flow });
    for (const id of ["r1", "r2"]) life.start(undefined, { id });
    await life.reached("sleeps");
    await life.settle();
    const next = await trial.kill(life);
    await next.engine.recover();
    await next.timeFor(next.noted("awake in life 2", 2));
    same(trial.notes, ["awake in life 2", "awake in life 2"], "what happened");
  },

  "of a race is set no longer when another branch has won": async (trial) => {
    const life = await trial.open({
      flow: async (run, its) => {
        const winner = await run.race([
          {
            name: "sleeps",
            run: async (branch) => {
              await branch.sleep(2 * its.tick);
              its.note("woke");
              return "sleeps";
            },
          },
          { name: "works", run: (branch) => branch.step("s", () => "works") },
        ]);
        await run.sleep(4 * its.tick);
        return winner;
      },
    });
    same(await life.timeFor(life.start().result), "works", "the winner");
    same(trial.notes, [], "what the sleeper did");
  },
};
