import type { Run } from "../base/index.ts";
import { TerminalError } from "../engine/index.ts";
import { same } from "./conformance.ts";
import type { Life } from "./engine-life.ts";
import { type EngineCases, thrownBy, told } from "./engine-trial.ts";

function child(run: Run, life: Life, input: unknown, key?: string): Promise<unknown> {
  return run.child(life.definition("inner"), input, key === undefined ? {} : { key });
}

export const childCases: EngineCases = {
  "gives its result, and is a run of its own": async (trial) => {
    const life = await trial.open({
      flow: async (run, its) => {
        its.note(run.id);
        return [await child(run, its, 20), await run.step("s", () => "after")];
      },
      inner: async (run, its, input: number) => {
        its.note(run.id);
        return run.step("s", () => input + 1);
      },
    });
    same(await life.start().result, [21, "after"], "the result");
    const [outer, inner] = trial.notes;
    same([outer, new Set(trial.notes).size], ["r", 2], "the id of the run, and how many ids there are");
    same(await (await life.resume(inner, "inner")).result, 21, "the child's result by its own id");
  },

  "that fails is a failed step, live and after a death": async (trial) => {
    const seen: unknown[] = [];
    const life = await trial.open({
      flow: async (run, its) => {
        seen.push(told(await thrownBy(child(run, its, 1), "the child")));
        if (its.isFirst) await its.hold("here");
        return "caught";
      },
      inner: async (_, its) => {
        its.note("inner");
        throw new TerminalError("no luck", { code: "no-luck", data: { n: 1 } });
      },
    });
    life.start();
    await life.reached("here");
    same(await (await (await trial.kill(life)).resume()).result, "caught", "the result");
    const [first, second] = seen as Record<string, unknown>[];
    same([first?.["code"], first?.["stepKey"], first?.["data"]], ["no-luck", "inner", { n: 1 }], "the error");
    same(second, first, "the error after a death");
    same(trial.notes, ["inner"], "what happened");
  },

  "that is gone after a death is cancelled, and a failed step at once; what had ended stands": async (trial) => {
    const life = await trial.open({
      flow: async (run, its) => {
        const gone = its.isFirst ? {} : { gone: new TerminalError("it is gone", { code: "gone" }) };
        const codes: unknown[] = [];
        for (const key of ["ended", "open", "new"]) {
          const result = run.child(its.definition("inner"), key, { key, ...gone });
          codes.push(await result.catch((error: unknown) => told(error as Record<string, unknown>)["code"]));
        }
        its.note(codes.join());
      },
      inner: async (_, its, key: string) => {
        its.note(`${key} begins`);
        if (key === "open") await its.hold("here");
        return key;
      },
    });
    life.start();
    await life.reached("here");
    const next = await trial.kill(life);
    trial.notes.length = 0;
    await (
      await next.resume()
    ).result;
    same(trial.notes, ["ended,gone,gone"], "what happened");
    const open = (await next.resume("r/inner[open]", "inner")).result;
    same(told(await thrownBy(open, "the child"))["code"], "cancelled", "what became of the one that was open");
  },

  "goes on where it was after a death": async (trial) => {
    const life = await trial.open({
      flow: async (run, its) => {
        await run.step("before", () => its.note("before"));
        return child(run, its, 1);
      },
      inner: async (run, its) => {
        its.note(run.id);
        await run.step("first", () => its.note("first"));
        await run.step("second", async () => {
          its.note("second");
          if (its.isFirst) await its.hold("here");
        });
        return its.number;
      },
    });
    life.start();
    await life.reached("here");
    const next = await trial.kill(life);
    same(await (await next.resume()).result, 2, "the result");
    const [, id] = trial.notes as [string, string];
    same(trial.notes, ["before", id, "first", "second", id, "second"], "what happened");
  },

  "that has ended does nothing again after a death": async (trial) => {
    const life = await trial.open({
      flow: async (run, its) => {
        const results = [await child(run, its, 1), await child(run, its, 2)];
        if (its.isFirst) await its.hold("here");
        return results;
      },
      inner: async (_, its, input: number) => {
        its.note(`inner ${input}`);
        return [input, its.number];
      },
    });
    life.start();
    await life.reached("here");
    const results = await (await (await trial.kill(life)).resume()).result;
    same(
      results,
      [
        [1, 1],
        [2, 1],
      ],
      "the results",
    );
    same(trial.notes, ["inner 1", "inner 2"], "what happened");
  },

  "is one of several side by side, told apart by keys": async (trial) => {
    const life = await trial.open({
      flow: async (run, its) => Promise.all(["a", "b", "c"].map((key) => child(run, its, key, key))),
      inner: async (run, its, input: string) => {
        its.note(run.id);
        if (its.isFirst) await its.hold(input);
        return `${input} in life ${its.number}`;
      },
    });
    life.start();
    await Promise.all(["a", "b", "c"].map((key) => life.reached(key)));
    const next = await trial.kill(life);
    same(
      await (
        await next.resume()
      ).result,
      ["a", "b", "c"].map((key) => `${key} in life 2`),
      "the results",
    );
    const ids = [trial.notes.slice(0, 3), trial.notes.slice(3)].map((notes) => notes.toSorted());
    same(ids[1], ids[0], "their ids, after a death");
    same(new Set(trial.notes).size, 3, "how many ids there are");
  },

  "may have children itself, and all go on after a death": async (trial) => {
    const life = await trial.open({
      flow: async (run, its) => ["flow", await child(run, its, 3)],
      inner: async (run, its, depth: number) => {
        await run.step("s", () => its.note(`depth ${depth}`));
        if (depth > 1) return [depth, await child(run, its, depth - 1)];
        if (its.isFirst) await its.hold("here");
        return "bottom";
      },
    });
    life.start();
    await life.reached("here");
    const next = await trial.kill(life);
    same(await (await next.resume()).result, ["flow", [3, [2, "bottom"]]], "the result");
    same(trial.notes, ["depth 3", "depth 2", "depth 1"], "what happened");
  },

  "waits for its signals and timers, also after a death": async (trial) => {
    const life = await trial.open({
      flow: async (run, its) => child(run, its, 1),
      inner: async (run, its) => {
        its.note(run.id);
        await run.sleep(2 * its.tick);
        void its.hold("asks");
        return run.waitFor("approval");
      },
    });
    life.start();
    await life.timeFor(life.reached("asks"));
    await life.settle();
    const next = await trial.kill(life);
    const { result } = await next.resume();
    await next.reached("asks");
    await next.answer("approval", { value: "yes" }, trial.notes[0]);
    same(await result, "yes", "the result");
  },

  "of a recovered run is gone on with by that run, once": async (trial) => {
    const life = await trial.open({
      flow: async (run, its) => {
        its.note(`flow got ${String(await child(run, its, 1))}`);
      },
      inner: async (run, its) => {
        await run.step("s", () => its.note("step"));
        if (its.isFirst) await its.hold("here");
        its.note("inner ends");
        return 5;
      },
    });
    life.start();
    await life.reached("here");
    const next = await trial.kill(life);
    same((await next.engine.recover()).runs, ["r"], "runs that go on");
    await next.noted("flow got 5");
    await next.settle();
    same(trial.notes, ["step", "inner ends", "flow got 5"], "what happened");
  },
};
