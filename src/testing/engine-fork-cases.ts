import type { Run, Turn } from "../base/index.ts";
import { failsWith, same } from "./conformance.ts";
import type { Life } from "./engine-life.ts";
import type { EngineCases } from "./engine-trial.ts";

/** Four turns, of which the run "r" is held in the third. */
async function turns(run: Run, life: Life): Promise<unknown> {
  return run.loop("count", 1, async (n: number, turn): Promise<Turn<number, string>> => {
    await turn.step("work", () => life.note(`${run.id} ${n}`));
    if (n === 3 && run.id === "r" && life.isFirst) await life.hold("here");
    return n < 4 ? { next: n + 1 } : { done: `${run.id} is done` };
  });
}

export const forkCases: EngineCases = {
  "goes on from the last commit point, and the other run is not changed": async (trial) => {
    const life = await trial.open({ flow: turns });
    const original = life.start();
    await life.reached("here");
    const fork = await life.engine.fork(life.definition(), "r", { as: "f" });
    same(fork.id, "f", "its id");
    same(await fork.result, "f is done", "its result");
    life.go("here");
    same(await original.result, "r is done", "the result of the other");
    same(trial.notes, ["r 1", "r 2", "r 3", "f 3", "f 4", "r 4"], "the calls");
  },

  "is made of a run that is not under way, and goes on after a death itself": async (trial) => {
    const life = await trial.open({ flow: turns });
    life.start();
    await life.reached("here");
    const next = await trial.kill(life);
    const fork = await next.engine.fork(next.definition(), "r");
    same(await fork.result, `${fork.id} is done`, "its result");
    const last = await trial.kill(next);
    same(await (await last.resume(fork.id)).result, `${fork.id} is done`, "its result, after another death");
    same(await (await last.resume()).result, "r is done", "the result of the other");
  },

  "asks about a once step that the other run began": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const pay = async (): Promise<void> => {
        life.note("paid");
        await life.hold("paying");
      };
      return run.step("pay", pay, { effect: "once" });
    };
    const life = await trial.open({ flow });
    life.start();
    await life.reached("paying");
    const { id, result } = await life.engine.fork(life.definition(), "r");
    result.catch(() => {});
    await life.pass(2);
    await life.answer("pay", { value: "known" }, id);
    same(await result, "known", "its result");
    same(trial.notes, ["paid"], "the calls");
  },

  "has a run to begin with, of its definition, and an id of its own": async (trial) => {
    const life = await trial.open({ flow: async () => 1, other: async () => 2 });
    await life.start().result;
    const fork = (name: string, id: string, as = "f") => life.engine.fork(life.definition(name), id, { as });
    await failsWith("run-unknown", () => fork("flow", "nobody"), "a fork of a run that nobody started");
    await failsWith("run-mismatch", () => fork("other", "r"), "a fork by another definition");
    await failsWith("run-exists", async () => (await fork("flow", "r", "r")).result, "a fork with an id that is taken");
  },
};
