import type { Run } from "../base/index.ts";
import { failsWith, holds, same } from "./conformance.ts";
import type { Life } from "./engine-life.ts";
import { VALUES } from "./engine-run-cases.ts";
import { type EngineCases, thrownBy, told } from "./engine-trial.ts";

export const stepCases: EngineCases = {
  "that finished does not run again, wherever the process dies": async (trial) => {
    for (let place = 0; place < 8; place++) {
      trial.notes.length = 0;
      // An even place is in a step, an odd one after it.
      const flow = async (run: Run, life: Life): Promise<unknown> => {
        const at = async (here: number): Promise<void> =>
          life.isFirst && here === place ? life.hold("here") : undefined;
        const results: unknown[] = [];
        for (let n = 0; n < 4; n++) {
          const made = await run.step(`s${n}`, async () => {
            life.note(`s${n}`);
            await at(2 * n);
            return { n, in: life.number };
          });
          results.push(made);
          await at(2 * n + 1);
        }
        return results;
      };
      const life = await trial.open({ flow });
      life.start();
      await life.reached("here");
      const next = await trial.kill(life);
      const results = await (await next.resume()).result;
      const finished = Math.ceil(place / 2);
      const steps = [0, 1, 2, 3];
      same(
        results,
        steps.map((n) => ({ n, in: n < finished ? 1 : 2 })),
        `the results, dying at place ${place}`,
      );
      const [again, all] = [place % 2 === 0 ? [`s${finished}`] : [], steps.map((n) => `s${n}`)];
      same(
        trial.notes,
        [...all.slice(0, finished), ...again, ...all.slice(finished)],
        `the calls, dying at place ${place}`,
      );
    }
  },

  "that finished does not run again, however often the process dies": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const results: unknown[] = [];
      for (let n = 1; n <= 5; n++) {
        results.push(
          await run.step(`s${n}`, () => {
            life.note(`s${n}`);
            return life.number;
          }),
        );
        if (life.number === n) await life.hold("here");
      }
      return results;
    };
    let life = await trial.open({ flow });
    life.start();
    for (let n = 1; n <= 5; n++) {
      await life.reached("here");
      life = await trial.kill(life);
      const { result } = await life.resume();
      if (n === 5) same(await result, [1, 2, 3, 4, 5], "the results");
    }
    same(trial.notes, ["s1", "s2", "s3", "s4", "s5"], "the calls");
  },

  "gives what its function gave, a JSON value or nothing, and so after a death": async (trial) => {
    const values = [...VALUES, undefined];
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      for (const [index, value] of values.entries()) {
        const found = await run.step(`s${index}`, () => (life.isFirst ? value : "called again"));
        same(found, value, `the result of a step, in life ${life.number}`);
      }
      if (life.isFirst) await life.hold("here");
      return "done";
    };
    const life = await trial.open({ flow });
    const { result } = life.start();
    await Promise.race([life.reached("here"), result]);
    same(await (await (await trial.kill(life)).resume()).result, "done", "the result");
  },

  "fails with a result that is not JSON": async (trial) => {
    const flow = async (run: Run): Promise<unknown> => {
      const codes: unknown[] = [];
      for (const value of [new Date(0), { list: [new Set()] }, Infinity]) {
        codes.push(
          (
            await thrownBy(
              run.step("s", () => value),
              "such a step",
            )
          )["code"],
        );
      }
      return codes;
    };
    const life = await trial.open({ flow });
    same(await life.start().result, ["not-json", "not-json", "not-json"], "what it throws");
  },

  "that failed throws the same error after a death, and is not called again": async (trial) => {
    const thrown = Object.assign(new Error("no such page"), { code: "gone", data: { status: 410 }, retryable: false });
    const errors: unknown[] = [];
    const flow = async (run: Run, life: Life): Promise<string> => {
      for (const [index, error] of [thrown, new Error("plain")].entries()) {
        const failing = run.step(`s${index}`, () => {
          life.note(`s${index}`);
          throw error;
        });
        errors.push(told(await thrownBy(failing, "a step that failed")));
      }
      if (life.isFirst) await life.hold("here");
      return "caught";
    };
    const life = await trial.open({ flow });
    life.start();
    await life.reached("here");
    const next = await trial.kill(life);
    same(await (await next.resume()).result, "caught", "the result");
    const [first, second, ...again] = errors as Record<string, unknown>[];
    same(again, [first, second], "the errors after the death");
    same(trial.notes, ["s0", "s1"], "the calls");
    same([second?.["code"], second?.["retryable"]], ["step-failed", true], "code and retryable of a plain error");
    const { message, stepKey, cause } = first ?? {};
    holds(String(message).includes("no such page"), "the message", "what was thrown", message);
    same([stepKey, cause], ["s0", "no such page"], "stepKey, and the message of the cause");
  },

  "keeps the code, the data and retryable of what was thrown": async (trial) => {
    const thrown = Object.assign(new Error("no such page"), {
      aitor: true,
      code: "gone",
      data: { status: 410 },
      retryable: false,
    });
    const flow = async (run: Run): Promise<unknown> => {
      const { retryable, stepKey } = told(
        await thrownBy(
          run.step("s", () => Promise.reject(thrown)),
          "a step",
        ),
      );
      return { retryable, stepKey };
    };
    same(await (await trial.open({ flow })).start().result, { retryable: false, stepKey: "s" }, "what it threw");
  },

  "has a key of its own at each call in a row, and so after a death": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const results: unknown[] = [];
      for (let n = 0; n < 3; n++) {
        results.push(
          await run.step("s", ({ key }) => {
            life.note(key);
            return `${n} of ${life.number}`;
          }),
        );
        if (n === 1 && life.isFirst) await life.hold("here");
      }
      return results;
    };
    const life = await trial.open({ flow });
    life.start();
    await life.reached("here");
    const next = await trial.kill(life);
    same(await (await next.resume()).result, ["0 of 1", "1 of 1", "2 of 2"], "the results");
    same(new Set(trial.notes).size, 3, "how many keys there are");
  },

  "is ambiguous beside an open one of its name, unless both have keys": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const first = run.step("s", () => life.hold("here"));
      await failsWith("ambiguous-step", () => run.step("s", () => life.note("called")), "a second one");
      life.go("here");
      await first;
      const keys = ["a", "b", "c"];
      return Promise.all(keys.map((key) => run.step({ name: "keyed", key }, async () => key)));
    };
    const life = await trial.open({ flow });
    same(await life.start().result, ["a", "b", "c"], "the results of those with keys");
    same(trial.notes, [], "what the second one did");
  },

  "may be open beside those of other names, and each is recorded by itself": async (trial) => {
    const flow = async (run: Run, life: Life): Promise<unknown> => {
      const step = (name: string): Promise<string> =>
        run.step(name, async () => {
          life.note(name);
          if (life.isFirst && name !== "b") await life.hold(name);
          return `${name} of ${life.number}`;
        });
      const [a, b, c] = [step("a"), step("b"), step("c")];
      await b;
      if (life.isFirst) await life.hold("here");
      return Promise.all([a, b, c]);
    };
    const life = await trial.open({ flow });
    life.start();
    await Promise.all([life.reached("c"), life.reached("here")]);
    const next = await trial.kill(life);
    same(await (await next.resume()).result, ["a of 2", "b of 1", "c of 2"], "the results");
    same(trial.notes.toSorted(), ["a", "a", "b", "c", "c"], "the calls");
  },
};
