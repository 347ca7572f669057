import { setImmediate as turn } from "node:timers/promises";
import type { Branch, Run, StepContext } from "../base/index.ts";
import { failsWith, same } from "./conformance.ts";
import type { Life } from "./engine-life.ts";
import { type EngineCases, thrownBy } from "./engine-trial.ts";

/** Ends when it is cut off, and says so. */
function cutOff(life: Life, name: string) {
  return async (step: StepContext): Promise<never> => {
    step.defer(async () => {
      await turn();
      life.note(`${name} back`);
    });
    await new Promise((resolve) => step.abortSignal.addEventListener("abort", resolve));
    throw new Error("cut off");
  };
}

/** A branch of one step, which is noted. */
function step(life: Life, name: string, fn: () => unknown): Branch<unknown> {
  return {
    name,
    run: (branch) =>
      branch.step("work", async () => {
        life.note(name);
        return fn();
      }),
  };
}

/** A branch that is there at once in one life, and in others when it is let go. */
function quickIn(life: Life, name: string, number: number): Branch<string> {
  const run = async (): Promise<string> => {
    if (life.number !== number) await life.hold(name);
    return name;
  };
  return { name, run };
}

export const scopeCases: EngineCases = {
  "begins names anew, and what finished in it does not run again": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const work = (scope: Run): Promise<string> =>
        scope.step("work", ({ key }) => {
          life.note(key);
          return key;
        });
      const keys = [
        await run.scope("a", work),
        await run.scope("a", work),
        await run.scope("b", work),
        await work(run),
      ];
      if (life.isFirst) await life.hold("here");
      return keys;
    };
    const life = await trial.open({ flow });
    life.start();
    await life.reached("here");
    const keys = await (await (await trial.kill(life)).resume()).result;
    same(keys, trial.notes, "the results, and the keys of what was called");
    same(new Set(trial.notes).size, 4, "how many keys there are");
  },

  "may be open beside others, and cuts off what is open in it at its end": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const scopes = ["a", "b"].map((name) =>
        run.scope(name, async (scope) => {
          void scope.step("open", cutOff(life, name)).catch(() => {});
          await scope.step("work", async () => name);
          return name;
        }),
      );
      const names = await Promise.all(scopes);
      life.note("over");
      return names;
    };
    same(await (await trial.open({ flow })).start().result, ["a", "b"], "the results");
    same(trial.notes.toSorted(), ["a back", "b back", "over"], "what was given back");
    same(trial.notes.at(-1), "over", "what came last");
  },

  "that has ended takes no more steps": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const ended = await new Promise<Run>((resolve) => void run.scope("a", async (scope) => resolve(scope)));
      await turn();
      return (
        await thrownBy(
          ended.step("late", () => life.note("late")),
          "a step of a scope that has ended",
        )
      )["code"];
    };
    same(await (await trial.open({ flow })).start().result, "cancelled", "the code of its error");
    same(trial.notes, [], "what it did");
  },
};

export const branchCases: EngineCases = {
  "all give their results in their order": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const slow = async (): Promise<string> => {
        await life.hold("b is done");
        return "a";
      };
      const quick = (): string => {
        life.go("b is done");
        return "b";
      };
      return run.all([step(life, "a", slow), step(life, "b", quick)]);
    };
    same(await (await trial.open({ flow })).start().result, ["a", "b"], "the results");
  },

  "all: the first failure cuts off the others, which give back first": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const failing = run.all([
        { name: "a", run: (branch) => branch.step("open", cutOff(life, "a")) },
        step(life, "b", () => Promise.reject(new Error("b failed"))),
      ]);
      const { stepKey } = await thrownBy(failing, "all");
      life.note("over");
      return [stepKey, await run.step("after", () => "after")];
    };
    same(
      await (await trial.open({ flow })).start().result,
      ["b/work", "after"],
      "whose failure it was, and the next step",
    );
    same(trial.notes, ["b", "a back", "over"], "what happened");
  },

  "race: the first decides, and the others are cut off": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const winner = await run.race([
        { name: "a", run: (branch) => branch.step("open", cutOff(life, "a")) },
        step(life, "b", () => "b won"),
      ]);
      life.note("over");
      return winner;
    };
    same(await (await trial.open({ flow })).start().result, "b won", "the winner");
    same(trial.notes, ["b", "a back", "over"], "what happened");
  },

  "race: one that fails first decides too": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const race = run.race([
        { name: "a", run: (branch) => branch.step("open", cutOff(life, "a")) },
        step(life, "b", () => Promise.reject(new Error("b failed"))),
      ]);
      return (await thrownBy(race, "the race"))["stepKey"];
    };
    same(await (await trial.open({ flow })).start().result, "b/work", "whose failure it was");
  },

  "race: who decided on record decides after a death, though another would be first now": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const winner = await run.race([quickIn(life, "a", 2), quickIn(life, "b", 1)]);
      await run.step("after", () => life.note(winner));
      if (life.isFirst) await life.hold("here");
      return winner;
    };
    const life = await trial.open({ flow });
    life.start();
    await life.reached("here");
    const next = await trial.kill(life);
    const { result } = await next.resume();
    await next.settle();
    next.go("b");
    same(await result, "b", "the winner");
    same(trial.notes, ["b"], "what came after the race");
  },

  "all: who failed first on record is who failed after a death": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const failing = (name: string, quick: Branch<string>): Branch<never> => ({
        name,
        run: async (branch) => {
          throw new Error(await quick.run(branch));
        },
      });
      const branches = [failing("a", quickIn(life, "a", 2)), failing("b", quickIn(life, "b", 1))];
      const { message } = await thrownBy(run.all(branches), "all");
      await run.step("after", () => life.note(String(message)));
      if (life.isFirst) await life.hold("here");
      return message;
    };
    const life = await trial.open({ flow });
    life.start();
    await life.reached("here");
    const next = await trial.kill(life);
    const { result } = await next.resume();
    await next.settle();
    next.go("b");
    same(await result, "b", "whose failure it was");
    same(trial.notes, ["b"], "what came after");
  },

  "settle: all come to their end, whatever becomes of them": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const slow = async (): Promise<string> => {
        await life.hold("the other failed");
        return "c";
      };
      const fails = (): never => {
        life.go("the other failed");
        throw new Error("b failed");
      };
      const settled = await run.settle([step(life, "a", () => "a"), step(life, "b", fails), step(life, "c", slow)]);
      return settled.map((each) => (each.status === "fulfilled" ? each.value : each.status));
    };
    same(await (await trial.open({ flow })).start().result, ["a", "rejected", "c"], "the outcomes");
  },

  "go on, each where it was, after a death": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const branch = (name: string, steps: number): Branch<unknown> => ({
        name,
        run: async (inner) => {
          const results: string[] = [];
          for (let n = 0; n < 3; n++) {
            const work = async (): Promise<string> => {
              life.note(`${name}${n}`);
              if (life.isFirst && n === steps) await life.hold(name);
              return `${n} of ${life.number}`;
            };
            results.push(await inner.step("work", work));
          }
          return results;
        },
      });
      return run.all([branch("a", 1), branch("b", 2)]);
    };
    const life = await trial.open({ flow });
    life.start();
    await Promise.all([life.reached("a"), life.reached("b")]);
    const next = await trial.kill(life);
    const expected = [
      ["0 of 1", "1 of 2", "2 of 2"],
      ["0 of 1", "1 of 1", "2 of 2"],
    ];
    same(await (await next.resume()).result, expected, "the results");
    same(trial.notes.toSorted(), ["a0", "a1", "a1", "a2", "b0", "b1", "b2", "b2"], "the calls");
  },

  "refuse effects of the run around them while they are open": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const called = run.all([step(life, "a", () => life.hold("here"))]);
      await failsWith("branch-open", () => run.step("outer", () => life.note("outer")), "a step of the run around");
      life.go("here");
      await called;
      return run.step("outer", () => "after");
    };
    same(await (await trial.open({ flow })).start().result, "after", "a step when they are over");
    same(trial.notes, ["a"], "what happened");
  },

  "have a name each": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const twins = [step(life, "a", () => 1), step(life, "a", () => 2)];
      return (await thrownBy(run.all(twins), "two of one name"))["code"];
    };
    same(await (await trial.open({ flow })).start().result, "ambiguous-step", "the code of its error");
    same(trial.notes, [], "what they did");
  },
};
