import type { Run } from "../base/index.ts";
import { failsWith, same } from "./conformance.ts";
import type { Bodies, Body, Life } from "./engine-life.ts";
import { type EngineCases, type EngineTrial, thrownBy } from "./engine-trial.ts";

/** A body of these steps, one after the other, held after the second in the first life. */
function steps(...names: readonly string[]): Bodies {
  return {
    flow: async (run: Run, life: Life): Promise<unknown> => {
      const results: string[] = [];
      for (const [index, name] of names.entries()) {
        const [step, input] = name.split(" ") as [string, string | undefined];
        const work = (): string => {
          life.note(name);
          return `${name} of ${life.number}`;
        };
        results.push(await run.step(step, work, { input }));
        if (life.isFirst && index === 1) await life.hold("here");
      }
      return results;
    },
  };
}

/** Other code is refused, does nothing new, and the old code can go on. */
async function refused(trial: EngineTrial, other: Bodies, version: string): Promise<void> {
  const old = steps("a", "b 1", "c");
  const life = await trial.open(old);
  life.start();
  await life.reached("here");
  const next = await trial.kill(life, other, version);
  same((await thrownBy((await next.resume()).result, "its result"))["code"], "step-mismatch", "the code of its error");
  await next.settle();
  same(trial.notes, ["a", "b 1"], "the calls");
  const last = await trial.stop(next, old, "1");
  same(await (await last.resume()).result, ["a of 1", "b 1 of 1", "c of 3"], "what the old code makes of it");
}

/** Says so when it is under way, and comes to its end in the third life. */
async function asked(run: Run, life: Life): Promise<unknown> {
  return run.step("think", async () => {
    if (life.number < 3) await life.hold("asks");
    return "yes";
  });
}

/** Bodies that wait for somebody else. */
const WAITS: Readonly<Record<string, Body>> = {
  "a signal": (run, life) => {
    void life.hold("asks");
    return run.waitFor("person");
  },
  "a child": (run, life) => run.child(life.definition("asked"), undefined),
  "a message": (run) => run.ask({ name: "asked" }, "k", 1),
};

/** Code that does `other` instead of waiting is refused, has done nothing by then, and the old code waits on. */
async function refusedInstead(trial: EngineTrial, other: (waits: Body) => Body): Promise<void> {
  for (const [what, waits] of Object.entries(WAITS)) {
    const old: Bodies = { flow: waits, asked };
    const life = await trial.open(old);
    life.start();
    await life.reached("asks");
    const next = await trial.stop(life, { flow: other(waits), asked }, "2");
    const error = await thrownBy((await next.resume()).result, "its result");
    same(error["code"], "step-mismatch", `the code of its error instead of ${what}`);
    same(trial.notes, [], `the calls instead of ${what}`);
    const last = await trial.stop(next, old, "1");
    const { result } = await last.resume();
    if (what === "a signal") await last.answer("person", { value: "yes" });
    same(await result, "yes", `what the old code makes of ${what}`);
  }
}

export const codeCases: EngineCases = {
  "of another version goes on where it does the same": async (trial) => {
    const life = await trial.open(steps("a", "b", "c"));
    life.start();
    await life.reached("here");
    const next = await trial.kill(life, steps("a", "b", "c", "d"), "2");
    same(await (await next.resume()).result, ["a of 1", "b of 1", "c of 2", "d of 2"], "the result");
    same(trial.notes, ["a", "b", "c", "d"], "the calls");
  },

  "that names a step otherwise is refused": (trial) => refused(trial, steps("a", "renamed 1", "c"), "2"),

  "that has a new step before those on record is refused": (trial) =>
    refused(trial, steps("new", "a", "b 1", "c"), "2"),

  "that leaves out a step is refused": (trial) => refused(trial, steps("a", "c"), "2"),

  "that leaves out all steps is refused": (trial) => refused(trial, steps(), "2"),

  "that does something before what the run waits for is refused": (trial) =>
    refusedInstead(trial, (waits) => async (run, life, input) => {
      await run.step("new", () => life.note("new"));
      return waits(run, life, input);
    }),

  "that does not wait for what the run waits for is refused": (trial) =>
    refusedInstead(trial, () => async () => "done"),

  "that gives a step another input is refused, whatever version it has": async (trial) => {
    await refused(trial, steps("a", "b 2", "c"), "2");
    trial.notes.length = 0;
    await refused(trial, steps("a", "b 2", "c"), "1");
  },

  "that does not fit a message's run is told to who asks for it and to who asks behind it, and nothing is lost": async (
    trial,
  ) => {
    const K = { name: "flow", id: "k" };
    const life = await trial.open(steps("a", "b 1", "c"));
    await life.engine.send(K, 1, { id: "first" });
    await life.reached("here");
    const next = await trial.kill(life, steps("other"), "2");
    const asked = (message: number, id: string): Promise<void> =>
      failsWith("agent-halted", () => next.engine.ask(K, message, { id }), `the ask of ${id}`);
    await Promise.all([asked(1, "first"), asked(2, "second")]);
    await asked(3, "third");
    same(trial.notes, ["a", "b 1"], "the calls");
    const last = await trial.stop(next, steps("a", "b 1", "c"), "1");
    const replies = await Promise.all([last.engine.ask(K, 1, { id: "first" }), last.engine.ask(K, 3, { id: "third" })]);
    same(
      replies,
      [
        ["a of 1", "b 1 of 1", "c of 3"],
        ["a of 3", "b 1 of 3", "c of 3"],
      ],
      "what the old code makes of it",
    );
  },

  "that lacks the branch which decided is refused": async (trial) => {
    const racing = (...names: readonly string[]): Bodies => ({
      flow: async (run, life) => {
        const winner = await run.race(
          names.map((name) => ({
            name,
            run: async () => {
              if (name !== names[0]) await life.hold(name);
              return name;
            },
          })),
        );
        await run.step("after", () => life.note(winner));
        if (life.isFirst) await life.hold("here");
        return winner;
      },
    });
    const life = await trial.open(racing("a", "b"));
    life.start();
    await life.reached("here");
    const next = await trial.kill(life, racing("c", "b"));
    same(
      (await thrownBy((await next.resume()).result, "its result"))["code"],
      "step-mismatch",
      "the code of its error",
    );
    const last = await trial.stop(next, racing("a", "b"));
    same(await (await last.resume()).result, "a", "what the old code makes of it");
    same(trial.notes, ["a"], "what came after the race");
  },
};
