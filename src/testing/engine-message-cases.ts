import type { Run } from "../base/index.ts";
import { failsWith, holds, same } from "./conformance.ts";
import type { Life } from "./engine-life.ts";
import type { EngineCases } from "./engine-trial.ts";

const K = { name: "flow", id: "k" };
const L = { name: "flow", id: "l" };

/** Notes each message, and holds those that are to be held in this life. */
function handling(held: (life: Life, message: string) => boolean = () => false) {
  return async (run: Run, life: Life, message: string): Promise<string> => {
    life.note(message);
    if (held(life, message)) await life.hold(message);
    await run.step("s", () => {});
    life.note(`${message} done`);
    return message;
  };
}

export const messageCases: EngineCases = {
  "is handled by a run, whose key and result are known": async (trial) => {
    const life = await trial.open({ flow: async (run, _, input: unknown) => [run.id, run.key, input] });
    const receipt = await life.engine.send(K, { text: "hello" }, { id: "m" });
    same([receipt.id, receipt.duplicate], ["m", false], "the receipt");
    const { result } = await life.resume(receipt.run);
    same(await result, [receipt.run, K, { text: "hello" }], "the run's id, key and input");
    const other = await life.engine.send(K, "another");
    holds(other.id !== "" && other.run !== receipt.run, "the receipt of another", "other ids", other);
  },

  "to a key is handled when the one before it is done, in their order": async (trial) => {
    const life = await trial.open({ flow: handling((_, message) => message === "1") });
    for (const message of ["1", "2", "3", "4"]) await life.engine.send(K, message);
    await life.reached("1");
    await life.settle();
    same(trial.notes, ["1"], "what happened while the first was held");
    life.go("1");
    await life.noted("4 done");
    same(
      trial.notes,
      ["1", "2", "3", "4"].flatMap((message) => [message, `${message} done`]),
      "what happened",
    );
  },

  "to another key, or another definition, is handled meanwhile": async (trial) => {
    const life = await trial.open({ flow: handling((_, message) => message === "held"), other: handling() });
    await life.engine.send(K, "held");
    await life.reached("held");
    await life.engine.send(L, "l");
    await life.engine.send({ name: "other", id: "k" }, "other");
    await Promise.all([life.noted("l done"), life.noted("other done")]);
    life.go("held");
    await life.noted("held done");
  },

  "to each of many keys is handled in the order of its key": async (trial) => {
    const life = await trial.open({ flow: handling() });
    const sent: string[][] = [];
    for (let key = 0; key < 20; key++) {
      sent.push([0, 1, 2].map((n) => `${key}.${n}`));
      for (const message of sent[key] as string[]) await life.engine.send({ name: "flow", id: `k${key}` }, message);
    }
    for (const messages of sent) await life.noted(`${messages[2]} done`);
    const done = trial.notes.filter((note) => note.endsWith(" done"));
    for (const [key, messages] of sent.entries()) {
      const seen = done.filter((note) => note.startsWith(`${key}.`));
      same(
        seen,
        messages.map((message) => `${message} done`),
        "the messages of one key",
      );
    }
  },

  "that fails does not stop those behind it": async (trial) => {
    const life = await trial.open({
      flow: async (_, its, message: string) => {
        its.note(message);
        if (message === "bad") throw new Error("cannot");
      },
    });
    await life.engine.send(K, "bad");
    await life.engine.send(K, "good");
    await life.noted("good");
    same(trial.notes, ["bad", "good"], "what happened");
  },

  "is not handled before its delay is over, and those without one go first": async (trial) => {
    const life = await trial.open({ flow: handling() });
    await life.engine.send(K, "later", { delay: 4 * life.tick });
    await life.engine.send(K, "now");
    await life.noted("now done");
    await life.pass(2);
    same(trial.notes, ["now", "now done"], "what happened before its time");
    await life.timeFor(life.noted("later done"));
  },

  "is not handled before its delay is over, nor lost, across a death": async (trial) => {
    const life = await trial.open({ flow: handling() });
    await life.engine.send(K, "later", { delay: 6 * life.tick });
    await life.pass(1);
    const next = await trial.kill(life);
    await next.engine.recover();
    await next.pass(2);
    same(trial.notes, [], "what happened before its time");
    await next.timeFor(next.noted("later done"));
    same(trial.notes, ["later", "later done"], "what happened");
  },

  "is handled once, however often and at the same time it is sent": async (trial) => {
    const life = await trial.open({ flow: handling() });
    const sends = Array.from({ length: 50 }, () => life.engine.send(K, "m", { id: "same" }));
    const receipts = await Promise.all(sends);
    same(receipts.filter(({ duplicate }) => !duplicate).length, 1, "how many of 50 were no duplicates");
    same(new Set(receipts.map(({ run }) => run)).size, 1, "how many runs there are");
    await life.noted("m done");
    same(
      (await life.engine.send(K, "m", { id: "same" })).duplicate,
      true,
      "whether one that comes later is a duplicate",
    );
    await life.engine.send(L, "l", { id: "same" });
    await life.noted("l done");
    same(trial.notes, ["m", "m done", "l", "l done"], "what happened");
  },

  "is handled once, though it is sent again after a death": async (trial) => {
    const life = await trial.open({ flow: handling() });
    await life.engine.send(K, "m", { id: "same" });
    await life.noted("m done");
    await life.settle();
    const next = await trial.kill(life);
    same((await next.engine.send(K, "m", { id: "same" })).duplicate, true, "whether it is a duplicate");
    await next.engine.send(K, "end");
    await next.noted("end done");
    same(trial.notes, ["m", "m done", "end", "end done"], "what happened");
  },

  "is there after a death from when it was acknowledged, in order": async (trial) => {
    const life = await trial.open({ flow: handling(({ isFirst }) => isFirst) });
    const sent = ["1", "2", "3", "4", "5"];
    for (const message of sent) await life.engine.send(K, message);
    await life.engine.send(L, "l");
    const next = await trial.kill(life);
    const { messages } = await next.engine.recover();
    same(messages.length, 6, "how many messages wait");
    await Promise.all([next.noted("5 done"), next.noted("l done")]);
    const done = trial.notes.filter((note) => note.endsWith(" done") && note !== "l done");
    same(
      done,
      sent.map((message) => `${message} done`),
      "what was handled",
    );
  },

  "that was under way at a death goes on first, and what it did is not done again": async (trial) => {
    const life = await trial.open({
      flow: async (run, its, message: string) => {
        await run.step("s", () => its.note(message));
        if (its.isFirst) await its.hold("here");
        its.note(`${message} done`);
      },
    });
    await life.engine.send(K, "1");
    await life.engine.send(K, "2");
    await life.reached("here");
    const next = await trial.kill(life);
    await next.engine.recover();
    await next.engine.send(K, "3");
    await next.noted("3 done");
    same(trial.notes, ["1", "1 done", "2", "2 done", "3", "3 done"], "what happened");
  },

  "that waits for something holds its place, also after a death": async (trial) => {
    const life = await trial.open({
      flow: async (run, its, message: string) => {
        void its.hold(message);
        if (message === "asks") its.note(String(await run.waitFor("approval")));
        its.note(message);
      },
    });
    const { run } = await life.engine.send(K, "asks");
    await life.engine.send(K, "behind");
    await life.reached("asks");
    await life.settle();
    const next = await trial.kill(life);
    await next.engine.recover();
    await next.reached("asks");
    await next.settle();
    same(trial.notes, [], "what happened before an answer");
    await next.answer("approval", { value: "yes" }, run);
    await next.noted("behind");
    same(trial.notes, ["yes", "asks", "behind"], "what happened");
  },

  "is refused where nobody can handle it": async (trial) => {
    const life = await trial.open({ flow: handling() });
    await failsWith("definition-unknown", () => life.engine.send({ name: "nobody", id: "k" }, 1), "an unknown name");
    await failsWith("not-json", () => life.engine.send(K, new Date(0)), "a message that is not JSON");
    await life.engine.send(K, "good");
    await life.noted("good done");
  },
};

export const setAsideCases: EngineCases = {
  "that kills its process three times is set aside, and the next goes on": async (trial) => {
    let life = await trial.open({ flow: handling((_, message) => message === "bad") });
    const { run } = await life.engine.send(K, "bad");
    await life.engine.send(K, "good");
    for (let death = 1; death <= 3; death++) {
      await life.reached("bad");
      await life.settle();
      life = await trial.kill(life);
      await life.engine.recover();
    }
    await life.noted("good done");
    same(trial.notes, ["bad", "bad", "bad", "good", "good done"], "what happened");
    await failsWith("message-set-aside", async () => (await life.resume(run)).result, "what became of it");
    const next = await trial.kill(life);
    same((await next.engine.recover()).messages, [], "messages that wait, after another death");
  },

  "is not set aside for stops in good order": async (trial) => {
    let life = await trial.open({ flow: handling(({ number }) => number <= 4) });
    await life.engine.send(K, "m");
    for (let stop = 1; stop <= 4; stop++) {
      await life.reached("m");
      await life.settle();
      life = await trial.stop(life);
      await life.engine.recover();
    }
    await life.noted("m done");
    same(trial.notes, ["m", "m", "m", "m", "m", "m done"], "what happened");
  },

  "is not set aside while it gets further each time": async (trial) => {
    let life = await trial.open({
      flow: async (run, its) => {
        for (let n = 1; n <= 5; n++) {
          await run.step(`s${n}`, () => its.note(`s${n}`));
          if (n === its.number) await its.hold("here");
        }
        its.note("done");
      },
    });
    await life.engine.send(K, "m");
    for (let death = 1; death <= 5; death++) {
      await life.reached("here");
      life = await trial.kill(life);
      await life.engine.recover();
    }
    await life.noted("done");
    same(trial.notes, ["s1", "s2", "s3", "s4", "s5", "done"], "what happened");
  },
};
