// What a run has called, a child or an agent that it asks, and does not ask for again
// - ends with its scope, wherever the process died between a decision and the cancel that follows from it
// - ends with its scope, too, where code that has changed does not ask for it any more; of another version, it is left
// - is taken back with a run that is cancelled while it is not under way
// - is not begun anew in a fork, where the turn is over in which it was cut off
import { describe, expect, test } from "vitest";
import type { AitorError, Run, Runnable } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import { body, place, recorded, stateOf } from "../engine.fixture.ts";
import { journals } from "../journals.fixture.ts";
import { atEachPoint, goOn, life } from "../life.fixture.ts";

const child: Runnable<void, unknown> = body((r) => r.waitFor("go"), "child");
const clerk: Runnable<string, unknown> = { name: "clerk", version: "1", execute: (run) => run.waitFor("go") };
const definitions = [child, clerk] as const;

/** A child, and a message to an agent whose id needs to be escaped, which wait both. */
const calls = (run: Run): Promise<unknown> =>
  run.all([
    { name: "child", run: (b) => b.child(child, undefined) },
    { name: "ask", run: (b) => b.ask({ name: "clerk" }, "a/1 #2", "please") },
  ]);

const groups = {
  race: (run: Run) =>
    run.race([
      { name: "calls", run: calls },
      { name: "time", run: (b) => b.sleep("1m") },
    ]),
  "all that fails": (run: Run) =>
    run
      .all([
        { name: "calls", run: calls },
        { name: "time", run: (b) => b.sleep("1m").then(() => Promise.reject(new Error("too late"))) },
      ])
      .catch(() => "failed"),
};

async function open(journal: Journal): Promise<string[]> {
  const found: string[] = [];
  for await (const { stream, state } of journal.heads({ kind: "run", ended: false })) found.push(`${stream} ${state}`);
  return found;
}

describe.each(journals)("%s", (_, make) => {
  test.each(Object.entries(groups))("ends with its scope wherever processes die: %s", async (_name, group) => {
    // What it waits for last keeps the run under way, as the one of an agent that lives for months.
    const definition = body(async (r) => {
      await r.loop("turns", 0, async (n, turn) => {
        await group(turn);
        return n === 1 ? { done: null } : { next: n + 1 };
      });
      await group(r);
      return r.waitFor("end");
    });
    const live = async (journal: Journal, point?: { append: number; when: "after" | "before" }) => {
      const one = life(journal, point, { definitions });
      await goOn(one, journal, definition);
      await one.clock.advance("4m");
      return one.journal.appends;
    };
    const appends = await live(make());
    await atEachPoint(appends, async (point) => {
      const journal = make();
      await live(journal, point);
      await live(journal);
      expect(await open(journal)).toEqual(["r suspended"]);
    });
  });

  test.each([
    ["ends with a run whose code has changed", "1", "done", 0],
    ["is left where code of another version, which stops the run, does not ask for it", "2", "step-mismatch", 3],
  ] as const)("%s", async (_, version, comes, left) => {
    const journal = make();
    const first = place(journal, { definitions });
    first.engine.start(body(calls), undefined, { id: "r/1" }).result.catch(() => {});
    await first.clock.advance(0);
    expect(await open(journal)).toHaveLength(3);
    await first.engine[Symbol.asyncDispose]();
    const second = place(journal, { definitions });
    const changed = { ...body((r) => r.step("other", () => "done")), version };
    const { result } = await second.engine.resume(changed, "r/1");
    expect(await result.catch((error: unknown) => (error as AitorError).code)).toBe(comes);
    await second.clock.advance(0);
    expect(await open(journal)).toHaveLength(left);
  });

  test("is taken back with a run that is cancelled while it is not under way", async () => {
    const journal = make();
    const first = place(journal, { definitions });
    first.engine.start(body(calls), undefined, { id: "r" }).result.catch(() => {});
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const second = place(journal, { definitions });
    await second.engine.cancel("r");
    expect(await open(journal)).toEqual([]);
  });

  test("goes on with a run that is halted", async () => {
    const journal = make();
    const first = place(journal, { definitions });
    first.engine.start(body(calls), undefined, { id: "r" }).result.catch(() => {});
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    for (const _again of [1, 2]) {
      const next = place(journal, { definitions });
      (await next.engine.resume(body(calls), "r")).result.catch(() => {});
      await next.clock.advance(0);
      await next.engine[Symbol.asyncDispose]();
    }
    expect(await open(journal)).toHaveLength(3);
  });

  test("is not begun anew in a fork behind the turn in which it was cut off", async () => {
    const journal = make();
    const { engine, clock } = place(journal, { definitions });
    const definition = body((r) =>
      r.loop("turns", 0, async (n, turn) => {
        if (n === 0) await groups.race(turn);
        else await turn.waitFor("go");
        return { next: n + 1 };
      }),
    );
    engine.start(definition, undefined, { id: "r" }).result.catch(() => {});
    await clock.advance("1m");
    (await engine.fork(definition, "r", { as: "f" })).result.catch(() => {});
    await clock.advance(0);
    expect(await open(journal)).toEqual(["r suspended", "f suspended"]);
    expect(await stateOf(journal, "f/turns/#1/calls/child/child")).toBeUndefined();
    expect((await recorded(journal, "f")).length).toBeGreaterThan(0);
  });
});
