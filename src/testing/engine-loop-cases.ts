import type { Run, Turn } from "../base/index.ts";
import { same } from "./conformance.ts";
import type { Life } from "./engine-life.ts";
import { type EngineCases, thrownBy } from "./engine-trial.ts";

interface Count {
  readonly n: number;
  /** In which life each turn was taken. */
  readonly by: number[];
}

export const loopCases: EngineCases = {
  "takes turn after turn, each with the state of the one before": async (trial) => {
    const flow = async (run: Run, life: Life, count: number): Promise<unknown> =>
      run.loop("count", { n: 0 }, async ({ n }, turn): Promise<Turn<{ n: number }, string>> => {
        const next = await turn.step("add", () => n + 1);
        life.note(`${n}`);
        return next < count ? { next: { n: next } } : { done: `${next} turns` };
      });
    const life = await trial.open({ flow });
    same(await life.start(4).result, "4 turns", "the result");
    same(trial.notes, ["0", "1", "2", "3"], "the states");
    same(await life.start(1, { id: "once" }).result, "1 turns", "the result of a loop of one turn");
  },

  "goes on after a death at the turn it was in, whose finished steps do not run again": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> =>
      run.loop("count", 1, async (n: number, turn): Promise<Turn<number, number>> => {
        life.note(`turn ${n}`);
        for (const name of ["a", "b"]) {
          await turn.step(name, async () => {
            life.note(`${name}${n}`);
            if (life.isFirst && n === 3 && name === "b") await life.hold("here");
          });
        }
        return n < 4 ? { next: n + 1 } : { done: n };
      });
    const life = await trial.open({ flow });
    life.start();
    await life.reached("here");
    same(trial.notes.splice(0), ["turn 1", "a1", "b1", "turn 2", "a2", "b2", "turn 3", "a3", "b3"], "the first life");
    const next = await trial.kill(life);
    same(await (await next.resume()).result, 4, "the result");
    same(trial.notes, ["turn 3", "b3", "turn 4", "a4", "b4"], "the second life");
  },

  "is a commit point at the end of each turn": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> =>
      run.loop("count", { n: 1, by: [] as number[] }, async ({ n, by }): Promise<Turn<Count, number[]>> => {
        if (life.number === n && n < 4) await life.hold("here");
        life.note(`turn ${n}`);
        return n < 5 ? { next: { n: n + 1, by: [...by, life.number] } } : { done: by };
      });
    let life = await trial.open({ flow });
    life.start();
    for (let n = 1; n < 4; n++) {
      await life.reached("here");
      life = await trial.kill(life);
      await life.resume();
    }
    same(await (await life.resume()).result, [2, 3, 4, 4], "in which life each turn was taken");
    same(trial.notes, ["turn 1", "turn 2", "turn 3", "turn 4", "turn 5"], "the turns");
  },

  "that is over is not taken again after a death": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const count = await run.loop("count", 0, async (n: number): Promise<Turn<number, string>> => {
        life.note(`turn ${n}`);
        return n < 2 ? { next: n + 1 } : { done: `of ${life.number}` };
      });
      if (life.isFirst) await life.hold("here");
      return count;
    };
    const life = await trial.open({ flow });
    life.start();
    await life.reached("here");
    same(await (await (await trial.kill(life)).resume()).result, "of 1", "the result");
    same(trial.notes, ["turn 0", "turn 1", "turn 2"], "the turns");
  },

  "may stand in a turn of another, and both go on where they were": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> =>
      run.loop("outer", 1, async (n: number, outer): Promise<Turn<number, string>> => {
        await outer.loop("inner", 1, async (m: number, inner): Promise<Turn<number, number>> => {
          await inner.step("work", async () => {
            life.note(`${n}.${m}`);
            if (life.isFirst && n === 2 && m === 2) await life.hold("here");
          });
          return m < 3 ? { next: m + 1 } : { done: m };
        });
        return n < 3 ? { next: n + 1 } : { done: "over" };
      });
    const life = await trial.open({ flow });
    life.start();
    await life.reached("here");
    same(await (await (await trial.kill(life)).resume()).result, "over", "the result");
    const expected = ["1.1", "1.2", "1.3", "2.1", "2.2", "2.2", "2.3", "3.1", "3.2", "3.3"];
    same(trial.notes, expected, "the calls");
  },

  "fails with a state that is not JSON, and with a turn that does not say how to go on": async (trial) => {
    const flow = async (run: Run): Promise<unknown> => {
      const codes: unknown[] = [];
      for (const [name, end] of [
        ["date", { next: new Date(0) }],
        ["nothing", undefined],
      ] as const) {
        const loop = run.loop(name, 0, async () => end as never);
        codes.push((await thrownBy(loop, "such a loop"))["code"]);
      }
      return codes;
    };
    same(await (await trial.open({ flow })).start().result, ["not-json", "invalid-value"], "the codes of its errors");
  },
};
