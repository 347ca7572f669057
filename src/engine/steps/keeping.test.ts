// Who keeps a state along with a run (run.keep)
// - is asked at each commit point, and what it gives is recorded in the same append, right before it; nobody sees one alone
// - is told, in a resumed run, what it goes on behind, and what steps give that are on record
// - is told of each event of the run; that the run was halted; and nothing once the run has ended
// - is one for each run; what it throws halts the run, and nothing is recorded by halves
import { describe, expect, test } from "vitest";
import type { CommitPoint, EventEnvelope, Keeper, KeptRun, Run } from "../../base/index.ts";
import { failingJournal, journals } from "../journals.fixture.ts";
import type { Journal } from "../../journal/index.ts";
import { body, failureOf, history, place, recorded } from "../engine.fixture.ts";
import { atEachPoint, goOn, life } from "../life.fixture.ts";

/** Notes all that it is told, and keeps a text at each commit point. */
class Noting implements Keeper {
  readonly notes: string[] = [];
  readonly changes: EventEnvelope[] = [];

  commit({ type, ...rest }: CommitPoint) {
    this.notes.push(`commit ${type}${"loop" in rest ? ` ${rest.loop}` : ""}`);
    const event = { v: 1 as const, stream: "kept", seq: 0, at: 0, run: "r", key: "", type: "kept", data: { type } };
    this.changes.push(event);
    return { events: [event], heads: [{ stream: "kept", kind: "state", state: "kept" }] };
  }

  committed({ type }: CommitPoint): void {
    this.notes.push(`committed ${type}`);
    expect(this.changes.at(-1)?.seq).toBeGreaterThan(0);
  }

  resumedBehind(): void {
    this.notes.push("resumed behind");
  }

  replayed(key: string): void {
    this.notes.push(`replayed ${key}`);
  }

  recorded({ type, key }: EventEnvelope): void {
    if (type !== "step-started") this.notes.push(`recorded ${type} ${key}`.trim());
  }

  halted(): void {
    this.notes.push("halted");
  }
}

const turns = async (r: Run, hold = (n: number): unknown => n): Promise<number> =>
  r.loop("l", 0, async (n, turn) => {
    await turn.step("s", () => hold(n));
    return n === 2 ? { done: n } : { next: n + 1 };
  });

describe.each(journals)("%s", (_, open) => {
  test("it is asked at each commit point, and told when that is durable", async () => {
    const { engine, journal } = place(open());
    const keeper = new Noting();
    const definition = body(async (r) => {
      r.keep(keeper);
      await r.step("before", () => 1);
      await turns(r);
      return "done";
    });
    await engine.run(definition, undefined, { id: "r" });
    expect(keeper.notes).toEqual([
      "recorded step-finished before",
      "recorded step-finished l/#1/s",
      "commit turn-finished l",
      "recorded turn-finished l",
      "committed turn-finished",
      "recorded step-finished l/#2/s",
      "commit turn-finished l",
      "recorded turn-finished l",
      "committed turn-finished",
      "recorded step-finished l/#3/s",
      "commit loop-finished l",
      "recorded loop-finished l",
      "committed loop-finished",
      "commit run-finished",
      "recorded run-finished",
      "committed run-finished",
    ]);
    const points = (await recorded(journal, "r")).filter(({ type }) => /^(turn|loop|run)-finished$/.test(type));
    const kept = await recorded(journal, "kept");
    expect(kept.map(({ seq }) => seq + 1)).toEqual(points.map(({ seq }) => seq));
  });

  test.each(["run-failed", "run-cancelled"] as const)("%s is a commit point too", async (type) => {
    const { engine, journal, clock } = place(open());
    const keeper = new Noting();
    const definition = body(async (r) => {
      r.keep(keeper);
      if (type === "run-failed") throw new Error("no");
      return r.sleep("1h");
    });
    const handle = engine.start(definition, undefined, { id: "r" });
    handle.result.catch(() => {});
    await clock.advance(0);
    await handle.cancel();
    expect(keeper.notes.slice(-3)).toEqual([`commit ${type}`, `recorded ${type}`, `committed ${type}`]);
    expect((await recorded(journal, "kept")).at(-1)).toMatchObject({ data: { type } });
  });

  test("in a resumed run it is told what that goes on behind, and what steps give from the record", async () => {
    const journal = open();
    const first = place(journal);
    const definition = (keeper: Keeper, hold: (n: number) => unknown) =>
      body(async (r) => {
        r.keep(keeper);
        await r.step("before", () => 1);
        return turns(r, hold);
      });
    const never = (n: number): unknown => (n === 2 ? new Promise(() => {}) : n);
    first.engine.start(definition(new Noting(), never), undefined, { id: "r" }).result.catch(() => {});
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const keeper = new Noting();
    const { engine, clock } = place(journal);
    await (
      await engine.resume(
        definition(keeper, (n) => n),
        "r",
      )
    ).result;
    await clock.advance(0);
    expect(keeper.notes.slice(0, 4)).toEqual([
      "replayed before",
      "resumed behind",
      "recorded step-finished l/#3/s",
      "commit loop-finished l",
    ]);
  });

  test("a decision between branches that is on record is told in a resumed run", async () => {
    const journal = open();
    const racing = (keeper: Keeper, last: () => unknown) =>
      body(async (r) => {
        r.keep(keeper);
        await r.race([
          { name: "quick", run: (b) => b.step("q", () => 1) },
          { name: "slow", run: (b) => b.sleep("1h") },
        ]);
        return r.step("last", last);
      });
    const first = place(journal);
    const handle = first.engine.start(
      racing(new Noting(), () => new Promise(() => {})),
      undefined,
      { id: "r" },
    );
    handle.result.catch(() => {});
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const keeper = new Noting();
    await (
      await place(journal).engine.resume(
        racing(keeper, () => 1),
        "r",
      )
    ).result;
    expect(keeper.notes.slice(0, 2)).toEqual(["replayed quick/q", "resumed behind"]);
  });

  test("it is told that the run was halted, and keeps nothing then", async () => {
    const { engine, journal, clock } = place(open());
    const keeper = new Noting();
    const handle = engine.start(
      body(async (r) => (r.keep(keeper), r.step("s", () => new Promise(() => {})))),
      undefined,
      {
        id: "r",
      },
    );
    handle.result.catch(() => {});
    await clock.advance(0);
    await engine[Symbol.asyncDispose]();
    expect(keeper.notes.at(-1)).toBe("halted");
    expect(keeper.notes.join()).not.toContain("commit");
    expect(await recorded(journal, "kept")).toEqual([]);
  });

  test("it is one for each run, and none once the run has ended", async () => {
    const { engine, clock } = place(open());
    const codes: unknown[] = [];
    let late: (() => KeptRun) | undefined;
    await engine.run(
      body(async (r) => {
        r.keep(new Noting());
        late = () => r.keep(new Noting());
        try {
          r.keep(new Noting());
        } catch (error) {
          codes.push((error as { code: string }).code);
        }
      }),
      undefined,
    );
    await clock.advance(0);
    expect(codes).toEqual(["invalid-value"]);
    expect(() => late?.()).toThrow();
    let tooLate: (() => KeptRun) | undefined;
    await engine.run(
      body(async (r) => void (tooLate = () => r.keep(new Noting()))),
      undefined,
    );
    expect(() => tooLate?.()).toThrow();
  });

  test("a run is alone where nothing is open in it but turns of loops, and not once it has ended", async () => {
    const { engine } = place(open());
    const alone: Record<string, boolean> = {};
    let kept: KeptRun | undefined;
    await engine.run(
      body(async (r) => {
        const k = r.keep(new Noting());
        kept = k;
        const note = (where: string): void => void (alone[where] = k.alone);
        note("body");
        await r.step("step", () => note("step"));
        const open = r.step("open", async () => 1);
        note("beside");
        await open;
        await r.scope("scope", async () => note("scope"));
        await r.all([{ name: "branch", run: async () => note("branch") }]);
        await r.loop("l", 0, async (_n, turn) => {
          note("turn");
          await turn.loop("inner", 0, async () => (note("inner turn"), { done: 1 }));
          await turn.step("in a turn", () => note("step of a turn"));
          return { done: 1 };
        });
        note("after");
      }),
      undefined,
    );
    expect(alone).toEqual({
      body: true,
      step: false,
      beside: false,
      scope: false,
      branch: false,
      turn: true,
      "inner turn": true,
      "step of a turn": false,
      after: true,
    });
    expect(kept?.alone).toBe(false);
  });

  const methods = ["commit", "committed", "recorded", "resumedBehind", "replayed"] as const;
  test.each(methods)("what it throws in %s halts the run, which can be resumed", async (method) => {
    const journal = open();
    const first = place(journal);
    const definition = (keeper: Keeper, hold = false) =>
      body(async (r) => {
        r.keep(keeper);
        await r.step("before", () => 1);
        await r.loop("l", 0, async (n) => (n === 1 ? { done: n } : { next: n + 1 }));
        await r.step("after", () => (hold ? new Promise<number>(() => {}) : 1));
        return "done";
      });
    first.engine.start(definition(new Noting(), true), undefined, { id: "r" }).result.catch(() => {});
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const keeper = new Noting();
    let thrown = 0;
    const throwing = new Proxy(keeper, {
      get: (target, name) =>
        name === method
          ? () => {
              thrown++;
              throw new Error("the keeper cannot");
            }
          : (Reflect.get(target, name) as () => void).bind(target),
    });
    const second = place(journal);
    const outcome = await (
      await second.engine.resume(definition(throwing), "r")
    ).result.catch((error: unknown) => (error as Error).message);
    expect(thrown).toBeGreaterThan(0);
    // Of an ending that is on record nothing can be taken back.
    expect(outcome).toBe(method === "committed" ? "done" : "the keeper cannot");
    const last = place(journal);
    expect(await (await last.engine.resume(definition(new Noting()), "r")).result).toBe("done");
    expect((await history(journal, "r")).filter((text) => text === "run-finished")).toHaveLength(1);
  });

  test.each(["throws", "rejects"] as const)("where the journal fails (%s), nothing is committed", async (how) => {
    const inner = open();
    const counted = life(inner, undefined);
    const keeping = (keeper: Keeper) => body(async (r) => (r.keep(keeper), turns(r)));
    await goOn(counted, inner, keeping(new Noting()));
    await counted.clock.advance(0);
    for (let nth = 2; nth <= counted.journal.appends; nth++) {
      const journal = open();
      const keeper = new Noting();
      const { engine, clock } = place(failingJournal(journal, nth, how));
      const failed = failureOf(engine.run(keeping(keeper), undefined, { id: "r" }));
      await clock.advance(0);
      expect((await failed).message).toMatch(/disk/);
      expect(keeper.notes.at(-1)).toBe("halted");
      const kept = (await recorded(journal, "kept")).length;
      expect(keeper.notes.filter((note) => note.startsWith("committed")).length).toBe(kept);
    }
  });

  test("wherever a process dies, what is kept is on record with its commit point, or neither is", async () => {
    const live = async (journal: Journal, point?: { append: number; when: "before" | "after" }) => {
      const process = life(journal, point);
      await goOn(
        process,
        journal,
        body(async (r) => (r.keep(new Noting()), turns(r))),
      );
      await process.clock.advance(0);
      return process;
    };
    const whole = await live(open());
    await atEachPoint(whole.journal.appends, async (point) => {
      const journal = open();
      await live(journal, point);
      await live(journal);
      const points = (await recorded(journal, "r")).filter(({ type }) => /^(turn|loop|run)-finished$/.test(type));
      const kept = await recorded(journal, "kept");
      expect(points).toHaveLength(4);
      expect(kept.map(({ seq }) => seq + 1)).toEqual(points.map(({ seq }) => seq));
    });
  });
});
