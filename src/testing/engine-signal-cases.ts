import type { Run, Schema, SignalOptions } from "../base/index.ts";
import { failsWith, holds, same } from "./conformance.ts";
import type { Life } from "./engine-life.ts";
import { VALUES } from "./engine-run-cases.ts";
import { type EngineCases, thrownBy, told } from "./engine-trial.ts";

const NUMBER: Schema<unknown, number> = {
  "~standard": {
    version: 1,
    vendor: "aitor",
    validate: (value) => (typeof value === "number" ? { value } : { issues: [{ message: "a number" }] }),
  },
};

/** Waits for an answer, and gives it, or what the wait fails with. */
function asking(options?: (life: Life) => SignalOptions<unknown>) {
  return async (run: Run, life: Life): Promise<unknown> => {
    void life.hold("asks");
    try {
      return await run.waitFor("approval", options?.(life));
    } catch (error) {
      const { code, message, retryable, stepKey, cause } = told(error as Record<string, unknown>);
      return { code, message, retryable, stepKey, cause };
    }
  };
}

export const signalCases: EngineCases = {
  "is answered, with any JSON value": async (trial) => {
    const life = await trial.open({ flow: asking() });
    for (const [index, value] of VALUES.entries()) {
      const { result } = life.start(undefined, { id: `r${index}` });
      await life.answer("approval", { value }, `r${index}`);
      same(await result, value, "the answer");
    }
  },

  "is answered by its key, or by its name where that is one of them only": async (trial) => {
    const flow = async (run: Run): Promise<unknown> => {
      const branch = (name: string, signal: string) => ({ name, run: (inner: Run) => inner.waitFor(signal) });
      return run.all([branch("a", "approval"), branch("b", "approval"), branch("c", "price")]);
    };
    const life = await trial.open({ flow });
    const { result } = life.start();
    await life.answer("price", { value: 3 });
    await life.answer("a/approval", { value: 1 });
    await life.answer("approval", { value: 2 });
    same(await result, [1, 2, 3], "the answers");
  },

  "is not answered by a name that two have, or none has": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const branch = (name: string) => ({ name, run: (inner: Run) => inner.waitFor("approval") });
      const waiting = run.all([branch("a"), branch("b")]);
      void life.hold("asks");
      return waiting;
    };
    const life = await trial.open({ flow });
    const { result } = life.start();
    await life.reached("asks");
    await life.settle();
    for (const key of ["approval", "other", "a"]) {
      await failsWith("not-waiting", () => life.engine.answer("r", key, { value: 1 }), `an answer to "${key}"`);
    }
    await life.answer("b/approval", { value: 2 });
    await life.answer("a/approval", { value: 1 });
    same(await result, [1, 2], "the answers");
  },

  "refuses what does not fit its schema, tells who answered, and waits on": async (trial) => {
    const life = await trial.open({ flow: asking(() => ({ schema: NUMBER })) });
    const { result } = life.start();
    await life.reached("asks");
    await life.settle();
    await failsWith("invalid-value", () => life.engine.answer("r", "approval", { value: "yes" }), "a text");
    await failsWith("invalid-value", () => life.engine.answer("r", "approval", { again: true }), "again");
    await failsWith("not-json", () => life.engine.answer("r", "approval", { value: () => {} }), "a function");
    await life.answer("approval", { value: 5 });
    same(await result, 5, "the answer");
  },

  "may be answered with a failure, which is the same after a death": async (trial) => {
    const seen: unknown[] = [];
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      seen.push(await asking()(run, life));
      if (life.isFirst) await life.hold("here");
      return "done";
    };
    const life = await trial.open({ flow });
    life.start();
    await life.answer("approval", { fail: "not today" });
    await life.reached("here");
    same(await (await (await trial.kill(life)).resume()).result, "done", "the result");
    const [first, second] = seen as Record<string, unknown>[];
    same([first?.["code"], first?.["stepKey"]], ["terminal", "approval"], "code and stepKey of the error");
    const message = first?.["message"];
    holds(String(message).includes("not today"), "the message", "what was answered", message);
    same(second, first, "the error after a death");
  },

  "expires at its deadline, and not before": async (trial) => {
    const life = await trial.open({ flow: asking(({ tick }) => ({ deadline: 4 * tick })) });
    const { result } = life.start();
    await life.reached("asks");
    const before = life.now();
    const { code } = (await life.timeFor(result)) as { code: unknown };
    same(code, "signal-expired", "the code of its error");
    holds(
      life.now() - before >= 3 * life.tick,
      "the time it waited",
      "about 4 ticks",
      (life.now() - before) / life.tick,
    );
    await failsWith("not-waiting", () => life.engine.answer("r", "approval", { value: 1 }), "an answer afterwards");
  },

  "is answered before its deadline": async (trial) => {
    const life = await trial.open({ flow: asking(({ tick }) => ({ deadline: 4 * tick })) });
    const { result } = life.start();
    await life.answer("approval", { value: "in time" });
    await life.pass(6);
    same(await result, "in time", "the answer");
  },

  "expires at its deadline though nobody runs it then": async (trial) => {
    const life = await trial.open({ flow: asking(({ tick }) => ({ deadline: 10 * tick })) });
    life.start();
    await life.reached("asks");
    await life.settle();
    const next = await trial.kill(life);
    await next.pass(10);
    const before = next.now();
    const { code } = (await next.timeFor((await next.resume()).result)) as { code: unknown };
    same(code, "signal-expired", "the code of its error");
    holds(next.now() - before <= 5 * life.tick, "the time that it took", "no new deadline", next.now() - before);
  },

  "is answered once: of several answers at the same time one counts": async (trial) => {
    const life = await trial.open({ flow: asking() });
    const { result } = life.start();
    await life.reached("asks");
    await life.settle();
    const answers = ["a", "b", "c"].map((value) => life.engine.answer("r", "approval", { value }));
    const outcomes = await Promise.allSettled(answers);
    const accepted = ["a", "b", "c"].filter((_, index) => outcomes[index]?.status === "fulfilled");
    same(accepted, [await result], "the answers that were accepted");
    for (const outcome of outcomes) {
      if (outcome.status === "rejected")
        await failsWith("not-waiting", () => Promise.reject(outcome.reason), "another");
    }
    await failsWith("not-waiting", () => life.engine.answer("r", "approval", { value: "d" }), "an answer afterwards");
  },

  "keeps its answer from when that was acknowledged": async (trial) => {
    for (let round = 0; round < 3; round++) {
      const life = await trial.open({ flow: asking() });
      life.start();
      await life.reached("asks");
      await life.settle();
      await life.engine.answer("r", "approval", { value: `answer ${round}` });
      const next = await trial.kill(life);
      same(await (await next.resume()).result, `answer ${round}`, "the answer, after a death right then");
    }
  },

  "waits on after a death": async (trial) => {
    const life = await trial.open({ flow: asking(() => ({ schema: NUMBER, request: { what: "a price" } })) });
    life.start();
    await life.reached("asks");
    await life.settle();
    const next = await trial.kill(life);
    const { result } = await next.resume();
    await next.reached("asks");
    await failsWith("invalid-value", () => next.engine.answer("r", "approval", { value: "yes" }), "a text");
    await next.answer("approval", { value: 5 });
    same(await result, 5, "the answer");
  },

  "is answered while nobody runs it": async (trial) => {
    const life = await trial.open({ flow: asking() });
    life.start();
    await life.reached("asks");
    await life.settle();
    const next = await trial.kill(life);
    await next.engine.answer("r", "approval", { value: "meanwhile" });
    await failsWith("not-waiting", () => next.engine.answer("r", "approval", { value: "later" }), "a second answer");
    const last = await trial.kill(next);
    same(await (await last.resume()).result, "meanwhile", "the answer");
  },

  "waits on where an answer of that time does not fit": async (trial) => {
    const life = await trial.open({ flow: asking(() => ({ schema: NUMBER })) });
    life.start();
    await life.reached("asks");
    await life.settle();
    const next = await trial.kill(life);
    // An engine may know no schema while nobody runs the code, or refuse at once.
    await next.engine.answer("r", "approval", { value: "not a number" }).catch(() => {});
    const { result } = await next.resume();
    await next.answer("approval", { value: 5 });
    same(await result, 5, "the answer that counts");
  },

  "races with a timer, and what loses is over": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const winner = await run.race([
        { name: "answer", run: (branch) => branch.waitFor("approval") },
        {
          name: "time",
          run: async (branch) => {
            await branch.sleep(3 * life.tick);
            return "too late";
          },
        },
      ]);
      await run.step("after", () => life.note(String(winner)));
      return winner;
    };
    const life = await trial.open({ flow });
    const late = life.start(undefined, { id: "late" });
    same(await life.timeFor(late.result), "too late", "the winner, unanswered");
    await failsWith("not-waiting", () => life.engine.answer("late", "approval", { value: 1 }), "an answer afterwards");
    const early = life.start(undefined, { id: "early" });
    await life.answer("answer/approval", { value: "yes" }, "early");
    same(await early.result, "yes", "the winner, answered");
  },

  "has a key of its own at each wait in a row": async (trial) => {
    const flow = async (run: Run): Promise<unknown> => [await run.waitFor("s"), await run.waitFor("s")];
    const life = await trial.open({ flow });
    const { result } = life.start();
    await life.answer("s", { value: 1 });
    await life.answer("s", { value: 2 });
    same(await result, [1, 2], "the answers");
    same((await thrownBy(life.engine.answer("r", "s", { value: 3 }), "a third"))["code"], "not-waiting", "its code");
  },
};
