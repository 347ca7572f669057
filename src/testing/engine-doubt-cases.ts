import type { Run } from "../base/index.ts";
import { failsWith, holds, same } from "./conformance.ts";
import type { Life } from "./engine-life.ts";
import { type EngineCases, type EngineTrial, thrownBy } from "./engine-trial.ts";

/** Pays once, and tells what came of it. */
async function payment(run: Run, life: Life): Promise<unknown> {
  const pay = async (): Promise<string> => {
    life.note("paid");
    if (life.isFirst) await life.hold("paying");
    return `paid in life ${life.number}`;
  };
  try {
    return await run.step("pay", pay, { effect: "once" });
  } catch (error) {
    const { message } = error as Error;
    return { message };
  }
}

/** A run whose process died while it paid. */
async function inDoubt(trial: EngineTrial, flow: typeof payment = payment): Promise<Life> {
  const life = await trial.open({ flow });
  life.start();
  await life.reached("paying");
  return trial.kill(life);
}

export const doubtCases: EngineCases = {
  "a once step that was under way at a death is not called again: its result is asked for": async (trial) => {
    const life = await inDoubt(trial);
    const { result } = await life.resume();
    await life.pass(3);
    same(trial.notes, ["paid"], "the calls before an answer");
    await life.answer("pay", { value: "paid, says the bank" });
    same(await result, "paid, says the bank", "the result");
    const next = await trial.kill(life);
    same(await (await next.resume()).result, "paid, says the bank", "the result, after another death");
    same(trial.notes, ["paid"], "the calls");
  },

  "is asked of recovered runs too": async (trial) => {
    const life = await inDoubt(trial);
    same((await life.engine.recover()).runs, ["r"], "runs that go on");
    await life.pass(3);
    await life.answer("pay", { value: "known" });
    same(await (await life.resume()).result, "known", "the result");
    same(trial.notes, ["paid"], "the calls");
  },

  "an answer may say that it failed": async (trial) => {
    const life = await inDoubt(trial);
    const { result } = await life.resume();
    await life.answer("pay", { fail: "the bank knows nothing" });
    const { message } = (await result) as { message: unknown };
    holds(String(message).includes("the bank knows nothing"), "the message of its error", "what was answered", message);
    same(trial.notes, ["paid"], "the calls");
  },

  "an answer may say that it is to be called again, which it is one time": async (trial) => {
    const life = await inDoubt(trial);
    const { result } = await life.resume();
    await life.answer("pay", { again: true });
    same(await result, "paid in life 2", "the result");
    same(trial.notes, ["paid", "paid"], "the calls");
  },

  "called again, and killed again, it is in doubt again": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const pay = async (): Promise<void> => {
        life.note(`paid in life ${life.number}`);
        await life.hold("paying");
      };
      return run.step("pay", pay, { effect: "once" });
    };
    const life = await inDoubt(trial, flow);
    await life.resume();
    await life.answer("pay", { again: true });
    await life.reached("paying");
    const next = await trial.kill(life);
    const { result } = await next.resume();
    await next.pass(3);
    await next.answer("pay", { value: "known" });
    same(await result, "known", "the result");
    same(trial.notes, ["paid in life 1", "paid in life 2"], "the calls");
  },

  "an answer counts though nobody runs it": async (trial) => {
    const life = await inDoubt(trial);
    await life.engine.answer("r", "pay", { value: "known" });
    await failsWith("not-waiting", () => life.engine.answer("r", "pay", { value: "another" }), "a second answer");
    const next = await trial.kill(life);
    same(await (await next.resume()).result, "known", "the result");
    same(trial.notes, ["paid"], "the calls");
  },

  "a once step that finished is not in doubt, nor one that was not called": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const results: unknown[] = [];
      for (const name of ["first", "second"]) {
        const pay = (): string => {
          life.note(name);
          return `${name} in life ${life.number}`;
        };
        results.push(await run.step(name, pay, { effect: "once" }));
        if (life.isFirst) await life.hold("between");
      }
      return results;
    };
    const life = await trial.open({ flow });
    life.start();
    await life.reached("between");
    const next = await trial.kill(life);
    same(await (await next.resume()).result, ["first in life 1", "second in life 2"], "the results");
    same(trial.notes, ["first", "second"], "the calls");
  },

  "a once step that fails is not in doubt": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const pay = (): never => {
        life.note("called");
        throw new Error("refused");
      };
      const { code } = await thrownBy(run.step("pay", pay, { effect: "once" }), "the step");
      if (life.isFirst) await life.hold("here");
      return code;
    };
    const life = await trial.open({ flow });
    life.start();
    await life.reached("here");
    same(await (await (await trial.kill(life)).resume()).result, "step-failed", "the code of its error");
    same(trial.notes, ["called"], "the calls");
  },

  "a once step that was cut off at its time-out is in doubt": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const pay = async (): Promise<void> => {
        life.note("called");
        await life.hold("paying");
      };
      return run.step("pay", pay, { effect: "once", timeout: 2 * life.tick });
    };
    const life = await trial.open({ flow });
    const { result } = life.start();
    await life.reached("paying");
    await life.pass(3);
    await life.answer("pay", { value: "known" });
    same(await result, "known", "the result");
    same(trial.notes, ["called"], "the calls");
  },

  "only one that waits is answered": async (trial) => {
    const life = await trial.open({ flow: payment });
    const { result } = life.start();
    await life.reached("paying");
    await failsWith("not-waiting", () => life.engine.answer("r", "pay", { value: 1 }), "an answer to one under way");
    life.go("paying");
    same(await result, "paid in life 1", "the result");
    await failsWith("not-waiting", () => life.engine.answer("r", "pay", { value: 1 }), "an answer after the end");
  },
};
