import { failsWith, same } from "./conformance.ts";
import type { EngineCases } from "./engine-trial.ts";

const K = { name: "flow", id: "k" };

export const deadLetterCases: EngineCases = {
  "is a message that failed and whose sender was not told": async (trial) => {
    const life = await trial.open({
      flow: async (_, its, message: string) => {
        its.note(message);
        if (message.startsWith("bad")) throw new Error(`cannot ${message}`);
      },
    });
    await life.engine.ask(K, "bad, asked").catch(() => {});
    await life.engine.send(K, "good");
    const { run } = await life.engine.send(K, "bad, told");
    await life.noted("bad, told");
    await life.settle();
    for (const next of [async () => life, async () => trial.kill(life)]) {
      const each = await next();
      const letters = await Array.fromAsync(each.engine.deadLetters());
      const told = letters.map(({ run: of, to, message, why, error }) => [of, to, message, why, error.message]);
      same(told, [[run, K, "bad, told", "failed", "cannot bad, told"]], "the dead letters");
      same(await Array.fromAsync(each.engine.deadLetters("other")), [], "those of another definition");
    }
  },

  "is sent again once, as a new message at the end": async (trial) => {
    let broken = true;
    const life = await trial.open({
      flow: async (_, its, message: string) => {
        its.note(message);
        if (message === "held") await its.hold("here");
        if (message === "bad" && broken) throw new Error("cannot");
      },
    });
    const { run } = await life.engine.send(K, "bad");
    await life.noted("bad");
    await life.settle();
    broken = false;
    await life.engine.send(K, "held");
    await life.engine.send(K, "behind");
    await life.reached("here");
    const again = await life.engine.sendAgain(run);
    same([again.run === run, again.duplicate], [false, false], "whether it is the old message");
    await failsWith("not-a-dead-letter", () => life.engine.sendAgain(run), "sending it once more");
    life.go("here");
    await life.noted("bad", 2);
    same(trial.notes, ["bad", "held", "behind", "bad"], "what happened");
    same(await Array.fromAsync(life.engine.deadLetters()), [], "the dead letters");
    await failsWith("not-a-dead-letter", () => life.engine.sendAgain(again.run), "sending again what was handled");
  },
};
