import type { Run } from "../base/index.ts";
import type { EngineEvent, RunHandle } from "../engine/index.ts";
import { holds, same } from "./conformance.ts";
import type { Life } from "./engine-life.ts";
import type { EngineCases } from "./engine-trial.ts";

/** Each as `type key`. */
async function told(handle: RunHandle<unknown>): Promise<string[]> {
  const events: string[] = [];
  for await (const event of handle) events.push(short(event));
  return events;
}

function short({ type, key }: EngineEvent): string {
  return `${type} ${key}`.trim();
}

async function two(run: Run, life: Life): Promise<void> {
  await run.step("a", () => {});
  await life.hold("here");
  await run.step("b", () => {});
}

const WHOLE = ["run-started", "step-started a", "step-finished a", "step-started b", "step-finished b", "run-finished"];

export const eventCases: EngineCases = {
  "of a run are told in order from the first to the last, whenever one begins to listen": async (trial) => {
    const life = await trial.open({ flow: two });
    const handle = life.start();
    const early = told(handle);
    await life.reached("here");
    const late = told(handle);
    life.go("here");
    await handle.result;
    same([await early, await late, await told(handle)], [WHOLE, WHOLE, WHOLE], "the events: early, late, afterwards");
  },

  "of a run that has ended are told after a death": async (trial) => {
    const life = await trial.open({ flow: two });
    life.go("here");
    await life.start().result;
    const next = await trial.kill(life);
    same(await told(await next.resume()), WHOLE, "the events");
  },

  "of a resumed run begin with those before the death": async (trial) => {
    const life = await trial.open({ flow: two });
    life.start();
    await life.reached("here");
    const next = await trial.kill(life);
    next.go("here");
    const handle = await next.resume();
    await handle.result;
    same(await told(handle), WHOLE.toSpliced(3, 0, "run-resumed"), "the events");
  },

  "tell the results, and rise": async (trial) => {
    const life = await trial.open({ flow: async (run) => run.step("s", () => ({ n: 1 })) });
    const events: EngineEvent[] = [];
    const handle = life.start({ its: "input" });
    for await (const event of handle) events.push(event);
    const seqs = events.map(({ seq }) => seq);
    same(
      seqs,
      seqs.toSorted((x, y) => x - y),
      "their seq",
    );
    const about = (type: string): unknown => events.find((event) => event.type === type)?.data;
    const { input } = (about("run-started") ?? {}) as { input: unknown };
    const { result } = (about("step-finished") ?? {}) as { result: unknown };
    const { output } = (about("run-finished") ?? {}) as { output: unknown };
    same([input, result, output], [{ its: "input" }, { n: 1 }, { n: 1 }], "input, result and output");
    same(new Set(events.map(({ run }) => run)), new Set(["r"]), "whose they are");
  },

  "are not needed: a run goes on though nobody listens any more": async (trial) => {
    const life = await trial.open({ flow: two });
    const handle = life.start();
    for await (const _ of handle) break;
    life.go("here");
    await handle.result;
    same(await told(handle), WHOLE, "the events");
  },

  "of every run are told to those who observe, until they have enough": async (trial) => {
    const life = await trial.open({ flow: two });
    life.go("here");
    const seen: string[] = [];
    const end = life.engine.observe((event) => void seen.push(`${event.run} ${short(event)}`));
    life.engine.observe(() => {
      throw new Error("a listener that fails");
    });
    await life.start(1, { id: "r1" }).result;
    await life.start(2, { id: "r2" }).result;
    end();
    end();
    await life.start(3, { id: "r3" }).result;
    same(
      seen,
      ["r1", "r2"].flatMap((run) => WHOLE.map((event) => `${run} ${event}`)),
      "what was observed",
    );
  },

  "tell how long it is until the next attempt, which is not earlier": async (trial) => {
    const at: number[] = [];
    const flow = async (run: Run, life: Life): Promise<unknown> =>
      run.step(
        "s",
        ({ attempt }) => {
          at.push(life.now());
          if (attempt < 4) throw new Error("no");
        },
        { retry: { attempts: 4, initialDelay: 2 * life.tick, maxDelay: 3 * life.tick } },
      );
    const life = await trial.open({ flow });
    const delays: number[] = [];
    const handle = life.start();
    await life.timeFor(handle.result);
    for await (const { type, data } of handle) if (type === "step-retried") delays.push(data.delayMs);
    same(delays.length, 3, "how many attempts failed");
    for (const [index, delay] of delays.entries()) {
      const waited = (at[index + 1] as number) - (at[index] as number);
      holds(delay <= 3 * life.tick, "a delay", `at most ${3 * life.tick} ms`, delay);
      holds(waited >= Math.floor(delay), "the time until the next attempt", `at least ${delay} ms`, waited);
    }
  },

  "tell what a run waits for": async (trial) => {
    const flow = async (run: Run): Promise<unknown> => run.waitFor("approval", { request: { what: "a price" } });
    const life = await trial.open({ flow });
    const handle = life.start();
    for await (const { type, key, data } of handle) {
      if (type !== "signal-awaited") continue;
      same([key, data.request], ["approval", { what: "a price" }], "the key, and what is asked");
      break;
    }
    await life.answer("approval", { value: 1 });
    same(await handle.result, 1, "the answer");
  },
};
