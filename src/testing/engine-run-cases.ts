import { TerminalError } from "../engine/index.ts";
import { failsWith, holds, same } from "./conformance.ts";
import type { Life } from "./engine-life.ts";
import { type EngineCases, thrownBy } from "./engine-trial.ts";

/** What JSON can say. */
export const VALUES: readonly unknown[] = [
  null,
  false,
  0,
  -1.5,
  "",
  "ä€😀\u0000\n",
  [],
  {},
  [[1], { a: { b: [null] } }],
];

export const runCases: EngineCases = {
  "gives what its body makes of its input": async (trial) => {
    const life = await trial.open({
      flow: async (run, _, input: number) => [input, await run.step("s", () => input * 2)],
    });
    same(await life.start(21).result, [21, 42], "the result by its handle");
    same(await life.engine.run(life.definition(), 4), [4, 8], "the result of engine.run");
  },

  "is given any JSON value, and may give it back, also after a death": async (trial) => {
    const flow = async (_run: unknown, life: Life, input: unknown): Promise<unknown> => {
      if (life.isFirst) await life.hold("begun");
      return input;
    };
    const life = await trial.open({ flow });
    for (const [index, value] of VALUES.entries()) life.start(value, { id: `r${index}` });
    await life.reached("begun");
    await life.settle();
    const next = await trial.kill(life);
    for (const [index, value] of VALUES.entries()) {
      same(await (await next.resume(`r${index}`)).result, value, "the result");
    }
  },

  "has an id: its own, or the one it was given": async (trial) => {
    const life = await trial.open({ flow: async (run) => run.id });
    const handles = [life.start(1, { id: "mine" }), life.engine.start(life.definition(), 2)];
    const [first, second] = await Promise.all(handles.map(({ result }) => result));
    same(
      [first, second],
      handles.map(({ id }) => id),
      "what its body sees, and its handle tells",
    );
    same(first, "mine", "the id it was given");
    holds(typeof second === "string" && second !== "" && second !== first, "an id of its own", "another text", second);
  },

  "fails with what its body throws, also when it is asked later": async (trial) => {
    const flow = async (): Promise<never> => {
      throw new TerminalError("out of luck", { code: "no-luck", data: { n: [1] } });
    };
    const life = await trial.open({ flow });
    const seen = async (result: Promise<unknown>): Promise<unknown> => {
      const { code, message, data } = await thrownBy(result, "its result");
      return { code, message, data };
    };
    const expected = { code: "no-luck", message: "out of luck", data: { n: [1] } };
    const { code, message, data } = await thrownBy(life.start().result, "its result");
    same({ code, data }, { code: expected.code, data: expected.data }, "the error");
    holds(String(message).includes("out of luck"), "the error's message", "what was thrown", message);
    same(await seen((await life.resume()).result), { code, message, data }, "the error, asked again");
    same(
      await seen((await (await trial.kill(life)).resume()).result),
      { code, message, data },
      "the error, after a death",
    );
  },

  "gives its recorded result when it is resumed after its end, and does nothing": async (trial) => {
    const flow = async (
      run: { step: (name: string, fn: () => number) => Promise<number> },
      life: Life,
    ): Promise<unknown> => {
      life.note("body");
      return { of: await run.step("s", () => life.number) };
    };
    const life = await trial.open({ flow });
    await life.start().result;
    same(await (await life.resume()).result, { of: 1 }, "the result");
    const next = await trial.kill(life);
    same(await (await next.resume()).result, { of: 1 }, "the result, after a death");
    same(trial.notes, ["body"], "what the bodies did");
  },

  "does not begin with an input that is not JSON": async (trial) => {
    const life = await trial.open({ flow: async (_, its) => its.note("body") });
    for (const input of [new Date(0), new Map(), { deep: [() => {}] }, Number.NaN, 1n]) {
      await failsWith("not-json", () => life.start(input, { id: `r${typeof input}` }).result, "such an input");
    }
    same(trial.notes, [], "what the bodies did");
  },

  "fails with an output that is not JSON": async (trial) => {
    const life = await trial.open({ flow: async () => ({ at: new Date(0) }) });
    await failsWith("not-json", () => life.start().result, "such an output");
    await failsWith("not-json", async () => (await life.resume()).result, "such an output, asked again");
  },

  "has an id that no other has, while it is under way and after a death": async (trial) => {
    const flow = async (_: unknown, life: Life, input: number): Promise<number> => {
      life.note(`body ${input}`);
      if (input === 1) await life.hold("here");
      return input;
    };
    const life = await trial.open({ flow });
    const first = life.start(1);
    await life.reached("here");
    await failsWith("run-exists", () => life.start(2).result, "the second run of an id");
    life.go("here");
    same(await first.result, 1, "the result of the first");
    const next = await trial.kill(life);
    await failsWith("run-exists", () => next.start(3).result, "the run of an id that was there before the death");
    same(trial.notes, ["body 1"], "what the bodies did");
  },

  "that nobody started cannot be resumed, cancelled or answered": async (trial) => {
    const life = await trial.open({ flow: async (_, its) => its.note("body") });
    await failsWith("run-unknown", () => life.resume("nobody"), "resume");
    await failsWith("run-unknown", () => life.engine.cancel("nobody"), "cancel");
    await failsWith("run-unknown", () => life.engine.answer("nobody", "key", { value: 1 }), "answer");
    same(trial.notes, [], "what the bodies did");
  },

  "is not gone on with by another definition": async (trial) => {
    const bodies = {
      flow: async (_: unknown, life: Life) => life.hold("here"),
      other: async (_: unknown, life: Life) => life.note("other"),
    };
    const life = await trial.open(bodies);
    life.start();
    await life.reached("here");
    await failsWith("run-mismatch", () => life.resume("r", "other"), "another definition, while it is under way");
    const next = await trial.kill(life);
    await failsWith("run-mismatch", () => next.resume("r", "other"), "another definition, after a death");
    next.go("here");
    await (
      await next.resume()
    ).result;
    await failsWith("run-mismatch", () => next.resume("r", "other"), "another definition, after its end");
    same(trial.notes, [], "what the other body did");
  },

  "is joined when it is resumed while it is under way": async (trial) => {
    const flow = async (_: unknown, life: Life): Promise<number> => {
      life.note("body");
      await life.hold("here");
      return 7;
    };
    const life = await trial.open({ flow });
    const first = life.start();
    await life.reached("here");
    const others = await Promise.all([life.resume(), life.resume()]);
    life.go("here");
    const results = await Promise.all([first, ...others].map(({ result }) => result));
    same([results, trial.notes], [[7, 7, 7], ["body"]], "the results, and what the bodies did");
  },

  "is one of many side by side": async (trial) => {
    const life = await trial.open({
      flow: async (run, _, n: number) => {
        const doubled = await run.step("double", async () => n * 2);
        return run.step("add", async () => doubled + 1);
      },
    });
    const numbers = Array.from({ length: 30 }, (_, n) => n);
    const results = await Promise.all(numbers.map((n) => life.start(n, { id: `r${n}` }).result));
    same(
      results,
      numbers.map((n) => n * 2 + 1),
      "the results",
    );
  },
};
