import { setImmediate as turn } from "node:timers/promises";
import type { Run } from "../base/index.ts";
import { failsWith, same } from "./conformance.ts";
import type { Life } from "./engine-life.ts";
import { type EngineCases, thrownBy } from "./engine-trial.ts";

/** Held in its first life. */
async function held(run: Run, life: Life, input: unknown): Promise<unknown> {
  await run.step("s", () => life.note(`${run.id} begins`));
  if (life.isFirst) await life.hold(run.id);
  life.note(`${run.id} ends`);
  return input;
}

export const recoveryCases: EngineCases = {
  "goes on with what did not end, and tells which, the oldest first": async (trial) => {
    const life = await trial.open({ flow: held, other: held });
    for (const [id, of] of [
      ["b", "flow"],
      ["a", "other"],
      ["c", "flow"],
    ] as const) {
      life.start(id, { id, of });
      await life.reached(id);
    }
    const next = await trial.kill(life);
    same(await next.engine.recover(), { runs: ["b", "a", "c"], messages: [], unknown: [], stuck: [] }, "what it found");
    await Promise.all(["b", "a", "c"].map((id) => next.noted(`${id} ends`)));
    same(await (await next.resume("a", "other")).result, "a", "the result of one");
    const began = ["b begins", "a begins", "c begins"];
    same(trial.notes.toSorted(), [...began, "a ends", "b ends", "c ends"].toSorted(), "what happened");
  },

  "gives who goes on with a run what the object that began it carries, and its scopes nothing": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      if (life.isFirst) await life.hold("here");
      return run.scope("part", async (part) => ({ run: run.carried ?? null, part: part.carried ?? null }));
    };
    const life = await trial.open({ flow });
    const carrying = { ...life.definition(), carries: { kept: [1] } };
    life.engine.start(carrying, 0, { id: "r" }).result.catch(() => {});
    life.start(0, { id: "plain" });
    await life.reached("here");
    const next = await trial.kill(life);
    same(await (await next.resume()).result, { run: { kept: [1] }, part: null }, "what was carried");
    same(await (await next.resume("plain")).result, { run: null, part: null }, "of a run that carries nothing");
  },

  "does not touch what has ended, whatever way": async (trial) => {
    const life = await trial.open({
      flow: async (_, its, how: string) => {
        its.note(how);
        if (how === "fails") throw new Error("no");
        if (how === "cancelled") await its.hold("here");
      },
    });
    await life.start("finishes", { id: "r1" }).result;
    await thrownBy(life.start("fails", { id: "r2" }).result, "its result");
    const handle = life.start("cancelled", { id: "r3" });
    await life.reached("here");
    await handle.cancel();
    await life.engine.send({ name: "flow", id: "k" }, "message");
    await life.noted("message");
    await life.settle();
    const next = await trial.kill(life);
    same(await next.engine.recover(), { runs: [], messages: [], unknown: [], stuck: [] }, "what it found");
    await next.settle();
    same(trial.notes, ["finishes", "fails", "cancelled", "message"], "what happened");
  },

  "leaves runs of definitions that it does not have, and tells them": async (trial) => {
    const life = await trial.open({ flow: held, other: held });
    life.start(1, { id: "mine" });
    life.start(2, { id: "theirs", of: "other" });
    await Promise.all([life.reached("mine"), life.reached("theirs")]);
    const next = await trial.kill(life, { flow: held });
    const { runs, unknown } = await next.engine.recover();
    same([runs, unknown], [["mine"], [{ id: "theirs", name: "other" }]], "what it found");
    await next.noted("mine ends");
    await next.settle();
    same(trial.notes.includes("theirs ends"), false, "whether the other went on");
    const last = await trial.kill(next, { other: held });
    same((await last.engine.recover()).runs, ["theirs"], "runs that go on where it is known");
    await last.noted("theirs ends");
  },

  "asked twice, tells the same and does nothing twice": async (trial) => {
    const life = await trial.open({ flow: held });
    life.start(1);
    await life.reached("r");
    const next = await trial.kill(life);
    const [first, second] = await Promise.all([next.engine.recover(), next.engine.recover()]);
    same([first.runs, second.runs], [["r"], ["r"]], "runs that go on");
    await next.noted("r ends");
    same((await next.engine.recover()).runs, ["r"], "asked again");
    await next.settle();
    same(trial.notes, ["r begins", "r ends"], "what happened");
  },

  "is not what a new run does": async (trial) => {
    const life = await trial.open({ flow: held });
    life.start(1, { id: "old" });
    await life.reached("old");
    const next = await trial.kill(life);
    same(await next.start(2, { id: "new" }).result, 2, "the result of the new one");
    await next.settle();
    same(trial.notes, ["old begins", "new begins", "new ends"], "what happened");
    await next.engine.recover();
    await next.noted("old ends");
  },

  "goes on with many": async (trial) => {
    const life = await trial.open({ flow: held });
    const ids = Array.from({ length: 40 }, (_, n) => `r${n}`);
    for (const id of ids) life.start(id, { id });
    await Promise.all(ids.map((id) => life.reached(id)));
    const next = await trial.kill(life);
    same((await next.engine.recover()).runs.length, 40, "how many go on");
    await Promise.all(ids.map((id) => next.noted(`${id} ends`)));
    same(trial.notes.length, 80, "how much happened");
  },

  "joins a run that somebody has resumed": async (trial) => {
    const life = await trial.open({ flow: held });
    life.start(1);
    await life.reached("r");
    const next = await trial.kill(life);
    const { result } = await next.resume();
    await next.engine.recover();
    same(await result, 1, "its result");
    await next.settle();
    same(trial.notes, ["r begins", "r ends"], "what happened");
  },
};

export const stuckCases: EngineCases = {
  "leaves a run that was begun three times without getting further, and tells it": async (trial) => {
    const life1 = await trial.open({
      flow: async (_, life) => (life.number < 4 ? life.hold("here") : life.note("on")),
    });
    let life = life1;
    life.start();
    for (let death = 1; death <= 3; death++) {
      await life.reached("here");
      await life.settle();
      life = await trial.kill(life);
      const { runs, stuck } = await life.engine.recover();
      same([runs, stuck], death < 3 ? [["r"], []] : [[], ["r"]], `what it found after death ${death}`);
    }
    await life.settle();
    same(trial.notes, [], "what happened");
    await (
      await life.resume()
    ).result;
    same(trial.notes, ["on"], "what happened when somebody resumed it");
  },
};

export const stopCases: EngineCases = {
  "halts what is under way, which gives back what it took and goes on later": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      await run.step("first", () => life.note("first"));
      const second = await run.step("second", async (step) => {
        step.defer(async () => {
          await turn();
          life.note("back");
        });
        if (life.isFirst) await life.hold("here");
        return life.number;
      });
      life.note("went on");
      return second;
    };
    const life = await trial.open({ flow });
    const { result } = life.start();
    const halted = thrownBy(result, "its result");
    await life.reached("here");
    await life.engine[Symbol.asyncDispose]();
    same(trial.notes.splice(0), ["first", "back"], "what had happened when it was disposed of");
    same((await halted)["code"], "engine-closed", "the code of its error");
    const next = await trial.kill(life);
    same(await (await next.resume()).result, 2, "the result");
    same(trial.notes, ["back", "went on"], "what happened later");
  },

  "keeps sleeps, signals and children": async (trial) => {
    const life = await trial.open({
      flow: async (run, its) => {
        const branches = ["sleep", "signal", "child"].map((name) => ({
          name,
          run: async (branch: Run): Promise<unknown> => {
            void its.hold(name);
            if (name === "sleep") return branch.sleep(3 * its.tick);
            if (name === "signal") return branch.waitFor("approval");
            return branch.child(its.definition("inner"), 4);
          },
        }));
        const [, ...results] = await run.all(branches);
        return results;
      },
      inner: async (run, its, input: number) => {
        await run.step("s", () => its.note("inner"));
        if (its.isFirst) await its.hold("in child");
        return input;
      },
    });
    life.start();
    await life.reached("in child");
    await life.settle();
    const next = await trial.stop(life);
    const { result } = await next.resume();
    await next.answer("approval", { value: "yes" });
    same(await next.timeFor(result), ["yes", 4], "the results");
    same(trial.notes, ["inner"], "what the child did");
  },

  "keeps messages": async (trial) => {
    const life = await trial.open({ flow: held });
    const key = { name: "flow", id: "k" };
    const [first, second] = [await life.engine.send(key, 1), await life.engine.send(key, 2)];
    await life.reached(first.run);
    const next = await trial.stop(life);
    same((await next.engine.recover()).messages, [first.run, second.run], "messages that wait");
    await next.noted(`${second.run} ends`);
    const runs = [first.run, first.run, second.run, second.run];
    same(
      trial.notes,
      runs.map((run, n) => `${run} ${n % 2 === 0 ? "begins" : "ends"}`),
      "what happened",
    );
  },

  "takes nothing more, and is harmless the second time": async (trial) => {
    const life = await trial.open({ flow: async (_, its) => its.note("body") });
    const { engine } = life;
    await engine.run(life.definition(), 1);
    await Promise.all([engine[Symbol.asyncDispose](), engine[Symbol.asyncDispose]()]);
    await engine[Symbol.asyncDispose]();
    await failsWith("engine-closed", () => life.start(2, { id: "r2" }).result, "start");
    await failsWith("engine-closed", () => engine.run(life.definition(), 3), "run");
    await failsWith("engine-closed", () => life.resume("r2"), "resume");
    await failsWith("engine-closed", () => engine.recover(), "recover");
    await failsWith("engine-closed", () => engine.send({ name: "flow", id: "k" }, 4), "send");
    same(trial.notes, ["body"], "what happened");
  },
};
