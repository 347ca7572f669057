import type { CommitPoint, EventEnvelope, Keeper, Run } from "../base/index.ts";
import { holds, same } from "./conformance.ts";
import type { Life } from "./engine-life.ts";
import type { EngineCases } from "./engine-trial.ts";

/** Notes what it is told, and keeps an event at each commit point. */
function keeper(life: Life, run: Run): Keeper {
  const kept: EventEnvelope[] = [];
  return {
    commit: ({ type }: CommitPoint) => {
      life.note(`commit ${type}`);
      kept.push({ v: 1, stream: "kept", seq: 0, at: 0, run: run.id, key: "", type: "kept", data: {} });
      return { events: kept.slice(-1), heads: [{ stream: "kept", kind: "state", state: "kept" }] };
    },
    committed: ({ type }) => life.note(`committed ${type}${(kept.at(-1)?.seq ?? 0) > 0 ? "" : " without a seq"}`),
    resumedBehind: () => life.note("resumed behind"),
    replayed: (key) => life.note(`replayed ${key}`),
    recorded: ({ type, key }) => {
      if (type === "step-finished") life.note(`recorded ${key}`);
    },
    halted: () => life.note("halted"),
  };
}

const body = async (run: Run, life: Life): Promise<unknown> => {
  run.keep(keeper(life, run));
  await run.step("first", () => 1);
  return run.loop("l", 0, async (n, turn) => {
    await turn.step("s", () => n);
    if (n === 1 && life.isFirst) await turn.step("hold", () => life.hold("here"));
    return n === 1 ? { done: n } : { next: n + 1 };
  });
};

export const keeperCases: EngineCases = {
  "is asked at each commit point, and told when that is durable": async (trial) => {
    const life = await trial.open({
      flow: async (run, its) => {
        run.keep(keeper(its, run));
        await run.loop("l", 0, async (n, turn) => {
          await turn.step("s", () => n);
          return n === 1 ? { done: n } : { next: n + 1 };
        });
      },
    });
    await life.start().result;
    const expected = [
      ["recorded l/#1/s", "commit turn-finished", "committed turn-finished"],
      ["recorded l/#2/s", "commit loop-finished", "committed loop-finished"],
      ["commit run-finished", "committed run-finished"],
    ];
    same(trial.notes, expected.flat(), "what it was told");
  },

  "may refuse the end of a turn, at once or later, also of a loop in a loop": async (trial) => {
    const life = await trial.open({
      flow: async (run, its, how: string) => {
        let refuses = false;
        const no = (): never => {
          throw new Error("no");
        };
        const check = (): void | Promise<void> => {
          if (how === "at once") return refuses ? no() : undefined;
          return Promise.resolve().then(() => (refuses ? no() : undefined));
        };
        run.keep({ ...keeper(its, run), check });
        const inner = (n: number, within: Run): Promise<unknown> =>
          within.loop("inner", 0, async () => {
            refuses = n === 1;
            return { done: n };
          });
        await run.loop("l", 0, async (n, turn) => {
          const ended = await inner(n, turn).catch((error: unknown) => its.note((error as Error).message));
          refuses = false;
          return n === 1 ? { done: ended ?? null } : { next: n + 1 };
        });
      },
    });
    for (const how of ["at once", "later"]) {
      const before = trial.notes.length;
      await life.start(how, { id: how }).result;
      const told = ["loop-finished", "turn-finished", "no", "loop-finished", "run-finished"];
      const expected = told.flatMap((what) => (what === "no" ? [what] : [`commit ${what}`, `committed ${what}`]));
      same(trial.notes.slice(before), expected, `what happened, refused ${how}`);
    }
  },

  "is told, after a death, what the run goes on behind, and what steps give of the record": async (trial) => {
    const life = await trial.open({ flow: body });
    life.start();
    await life.reached("here");
    await life.settle();
    const next = await trial.kill(life);
    const before = trial.notes.length;
    await (
      await next.resume()
    ).result;
    const expected = [
      ["replayed first", "resumed behind", "replayed l/#2/s"],
      ["commit loop-finished", "committed loop-finished", "commit run-finished", "committed run-finished"],
    ];
    same(trial.notes.slice(before), expected.flat(), "what the next one was told");
  },

  "is told of a failure and a cancel as of a commit point": async (trial) => {
    const life = await trial.open({
      flow: async (run, its, how: string) => {
        run.keep(keeper(its, run));
        if (how === "fails") throw new Error("no");
        await its.hold("here");
      },
    });
    await life.start("fails", { id: "fails" }).result.catch(() => {});
    const handle = life.start("held", { id: "held" });
    await life.reached("here");
    await handle.cancel();
    const expected = ["failed", "cancelled"].flatMap((how) => [`commit run-${how}`, `committed run-${how}`]);
    same(trial.notes, expected, "what it was told");
  },

  "is told that its run was halted, and keeps nothing then": async (trial) => {
    const life = await trial.open({ flow: body });
    life.start();
    await life.reached("here");
    await life.settle();
    const before = trial.notes.length;
    await life.engine[Symbol.asyncDispose]();
    same(trial.notes.slice(before), ["halted"], "what it was told");
  },

  "may change its state where nothing is open but turns of loops": async (trial) => {
    const alone: boolean[] = [];
    const life = await trial.open({
      flow: async (run, its) => {
        const kept = run.keep(keeper(its, run));
        const note = (): void => void alone.push(kept.alone);
        note();
        await run.step("s", note);
        await run.scope("scope", async () => note());
        await run.all([{ name: "branch", run: async () => note() }]);
        await run.loop("l", 0, async () => (note(), { done: 1 }));
        note();
        its.note("ended");
        void Promise.resolve().then(async () => {
          await its.hold("after");
          note();
          its.note("late");
        });
      },
    });
    await life.start().result;
    life.go("after");
    await life.noted("late");
    same(alone, [true, false, false, false, true, true, false], "where it may");
    holds(alone.length === 7, "how often it was asked", "7 times", alone.length);
  },
};
