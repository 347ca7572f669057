// Recovery
// - goes on with the unfinished runs of the engine's definitions, the oldest first, a bounded number at a time
// - counts no run that waits; reports those that it has no code for, and those that got no further three times
// - leaves children to their parents, and cancels those whose parents have ended
// - reads nothing of runs that have ended
// - happens once, and when it is asked for: a run that is started recovers no other
import { describe, expect, test } from "vitest";
import type { Runnable } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import { virtualClock } from "../testing/index.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import type { EmbeddedEngineOptions } from "./embedded-engine-options.ts";
import { body, failureOf, forever, history, stateOf } from "./engine.fixture.ts";
import { journals, WrappedJournal } from "./journals.fixture.ts";
import { goOn, life } from "./life.fixture.ts";

/** Notes what is read, and can fail. */
class Watched extends WrappedJournal {
  readonly reads: string[] = [];
  readonly lookups: unknown[] = [];
  fails = false;

  override read(stream: string, from?: number): ReturnType<Journal["read"]> {
    this.reads.push(stream);
    return super.read(stream, from);
  }

  override heads(filter?: Parameters<Journal["heads"]>[0]): ReturnType<Journal["heads"]> {
    if (this.fails) throw new Error("the disk is gone");
    this.lookups.push(filter);
    return super.heads(filter);
  }
}

describe.each(journals)("%s", (_, open) => {
  /** Runs that were cut off in a step. */
  async function cutOff(journal: Journal, definition: Runnable<void, unknown>, ids: readonly string[]): Promise<void> {
    const clock = virtualClock();
    const engine = new EmbeddedEngine({ journal, clock, inDoubt: "ask" });
    for (const id of ids) engine.start(definition, undefined, { id }).result.catch(() => {});
    await clock.advance(0);
  }

  function engineOn(journal: Journal, options: EmbeddedEngineOptions) {
    const clock = virtualClock();
    return { clock, engine: new EmbeddedEngine({ journal, clock, inDoubt: "ask", ...options }) };
  }

  const hold = body((r) => r.step("hold", forever));

  test("goes on with the oldest first, and with as many as there are places", async () => {
    const journal = open();
    await cutOff(journal, hold, ["c", "a", "b"]);
    const begun: string[] = [];
    const release: (() => void)[] = [];
    const definition = body((r) =>
      r.step("hold", () => {
        begun.push(r.id);
        return new Promise<null>((resolve) => release.push(() => resolve(null)));
      }),
    );
    const { engine, clock } = engineOn(journal, { definitions: [definition], recovering: 2 });
    expect(await engine.recover()).toEqual({ runs: ["c", "a", "b"], messages: [], unknown: [], stuck: [] });
    await clock.advance(0);
    expect(begun).toEqual(["c", "a"]);
    release[0]?.();
    await clock.advance(0);
    expect(begun).toEqual(["c", "a", "b"]);
  });

  test("runs that wait take no place, also where they had waited before", async () => {
    const journal = open();
    const ask = body(async (r) => [await r.waitFor("first"), await r.step("hold", forever)]);
    await cutOff(journal, ask, ["a", "b", "c"]);
    const begun: string[] = [];
    const definition = body(async (r) => [
      await r.waitFor("first"),
      await r.step("hold", () => (begun.push(r.id), forever())),
    ]);
    const first = engineOn(journal, { definitions: [definition], recovering: 1 });
    await first.engine.recover();
    await first.clock.advance(0);
    for (const id of ["a", "b", "c"]) expect(await stateOf(journal, id)).toBe("suspended");
    for (const id of ["a", "b", "c"]) await first.engine.answer(id, "first", { value: 1 });
    await first.clock.advance(0);
    expect(begun).toEqual(["a", "b", "c"]);
    // Now they are in a step, with a wait in their past.
    const second = engineOn(journal, { definitions: [definition], recovering: 1 });
    begun.length = 0;
    await second.engine.recover();
    await second.clock.advance(0);
    expect(begun).toEqual(["a"]);
  });

  test("a parent takes no place while its child waits", async () => {
    const journal = open();
    const child = body((r) => r.waitFor("go"), "child");
    await cutOff(
      journal,
      body((r) => r.child(child, undefined), "parent"),
      ["p"],
    );
    await cutOff(journal, hold, ["r"]);
    const definition = body((r) => r.step("hold", () => 1));
    const parent = body((r) => r.child(child, undefined), "parent");
    const { engine, clock } = engineOn(journal, { definitions: [definition, parent], recovering: 1 });
    await engine.recover();
    await clock.advance(0);
    expect(await stateOf(journal, "r")).toBe("finished");
    expect(await stateOf(journal, "p")).toBe("suspended");
    expect(await stateOf(journal, "p/child")).toBe("suspended");
  });

  test("closing the engine begins nothing that waits for a place", async () => {
    const journal = open();
    await cutOff(journal, hold, ["a", "b"]);
    const begun: string[] = [];
    const definition = body((r) => r.step("hold", () => (begun.push(r.id), forever())));
    const { engine, clock } = engineOn(journal, { definitions: [definition], recovering: 1 });
    await engine.recover();
    await clock.advance(0);
    await engine[Symbol.asyncDispose]();
    await clock.advance("1h");
    expect(begun).toEqual(["a"]);
    expect(engine.stats().runs.active).toBe(0);
  });

  test("reports runs that it has no definition of, and leaves them", async () => {
    const journal = open();
    await cutOff(journal, hold, ["a"]);
    const { engine, clock } = engineOn(journal, { definitions: [body(forever, "other")] });
    const before = await history(journal, "a");
    expect(await engine.recover()).toMatchObject({ runs: [], unknown: [{ id: "a", name: "test" }] });
    await clock.advance("1h");
    expect(await history(journal, "a")).toEqual(before);
  });

  test("reports runs that got no further three times; they can be resumed or cancelled", async () => {
    const journal = open();
    await cutOff(journal, hold, ["a"]);
    for (let n = 0; n < 2; n++) {
      const { engine, clock } = engineOn(journal, { definitions: [hold] });
      expect(await engine.recover()).toMatchObject({ runs: ["a"], stuck: [] });
      await clock.advance(0);
    }
    const { engine } = engineOn(journal, { definitions: [hold] });
    expect(await engine.recover()).toMatchObject({ runs: [], stuck: ["a"] });
    const handle = await engine.resume(
      body((r) => r.step("hold", () => 1)),
      "a",
    );
    expect(await handle.result).toBe(1);
  });

  test("leaves children to their parents", async () => {
    const journal = open();
    let calls = 0;
    const child = body((r) => r.step("hold", () => (calls++, forever())), "child");
    const parent = body((r) => r.child(child, undefined), "parent");
    await cutOff(journal, parent, ["p"]);
    const { engine, clock } = engineOn(journal, { definitions: [child, parent] });
    expect(await engine.recover()).toMatchObject({ runs: ["p"] });
    await clock.advance(0);
    expect(calls).toBe(2);
  });

  test("cancels children whose parents have ended, and theirs", async () => {
    const journal = open();
    const inner = body((r) => r.step("hold", forever), "inner");
    const child = body((r) => r.child(inner, undefined), "child");
    await cutOff(
      journal,
      body((r) => r.child(child, undefined), "parent"),
      ["p"],
    );
    // The parent alone was ended, as by a process that died before it came to the children.
    const crashing = life(journal, { append: 1, when: "after" });
    void crashing.engine.cancel("p");
    await crashing.clock.advance(0);
    expect(await stateOf(journal, "p")).toBe("cancelled");
    expect(await stateOf(journal, "p/child")).toBe("running");
    const { engine } = engineOn(journal, {});
    await engine.recover();
    expect(await stateOf(journal, "p/child")).toBe("cancelled");
    expect(await stateOf(journal, "p/child/inner")).toBe("cancelled");
  });

  test("reads nothing of what has ended", async () => {
    const journal = open();
    const before = engineOn(journal, {});
    for (let n = 0; n < 100; n++) {
      await before.engine.run(
        body((r) => r.step("s", () => n)),
        undefined,
        { id: `done ${n}` },
      );
    }
    await cutOff(journal, hold, ["a"]);
    const watched = new Watched(journal);
    const { engine, clock } = engineOn(watched, { definitions: [hold] });
    await engine.recover();
    await clock.advance(0);
    expect(new Set(watched.reads)).toEqual(new Set(["a"]));
    expect(watched.lookups).toEqual([{ kind: "run", ended: false }]);
  });

  test("asked for twice happens once, and says the same", async () => {
    const journal = open();
    await cutOff(journal, hold, ["a"]);
    let calls = 0;
    const { engine, clock } = engineOn(journal, {
      definitions: [body((r) => r.step("hold", () => (calls++, forever())))],
    });
    const [one, two] = await Promise.all([engine.recover(), engine.recover()]);
    expect(two).toBe(one);
    await clock.advance(0);
    expect(await engine.recover()).toBe(one);
    expect(calls).toBe(1);
  });

  test("that failed can be asked for again", async () => {
    const journal = open();
    const failing = new Watched(journal);
    failing.fails = true;
    const { engine } = engineOn(failing, {});
    await failureOf(engine.recover());
    failing.fails = false;
    expect(await engine.recover()).toMatchObject({ runs: [] });
  });

  test("is not what starting a run does", async () => {
    const journal = open();
    await cutOff(journal, hold, ["a"]);
    const { engine, clock } = engineOn(journal, { definitions: [hold] });
    const before = await history(journal, "a");
    await engine.run(
      body((r) => r.step("s", () => 1)),
      undefined,
    );
    await clock.advance(0);
    expect(await history(journal, "a")).toEqual(before);
  });

  test("by two engines at the same time: one goes on, the other is told", async () => {
    const journal = open();
    await cutOff(journal, hold, ["a"]);
    const both = [engineOn(journal, {}), engineOn(journal, {})];
    const handles = await Promise.all(
      both.map(({ engine }) =>
        engine.resume(
          body((r) => r.step("hold", () => 1)),
          "a",
        ),
      ),
    );
    const results = await Promise.allSettled(handles.map(({ result }) => result));
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(results.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "run-taken" } });
  });

  test("goes on with a run that is resumed already", async () => {
    const journal = open();
    await cutOff(journal, hold, ["a"]);
    let calls = 0;
    const definition = body((r) => r.step("hold", () => (calls++, forever())));
    const process = engineOn(journal, { definitions: [definition] });
    await process.engine.resume(definition, "a");
    expect(await process.engine.recover()).toMatchObject({ runs: [] });
    await process.clock.advance(0);
    expect(calls).toBe(1);
  });

  test("in one process after the other finishes what the first began", async () => {
    const journal = open();
    const definition = body(async (r) => [await r.step("a", () => 1), await r.step("b", () => 2)]);
    const first = life(journal, { append: 3, when: "after" });
    await goOn(first, journal, definition);
    await first.clock.advance(0);
    const { engine, clock } = engineOn(journal, { definitions: [definition] });
    await engine.recover();
    await clock.advance(0);
    expect(await stateOf(journal, "r")).toBe("finished");
  });

  test("gives the body what the object that began the run carries, as the first execution did", async () => {
    const journal = open();
    const seen: unknown[] = [];
    const carrying = (carries: unknown) => ({
      ...body((r) => {
        seen.push(r.carried);
        return r.step("hold", forever);
      }),
      carries,
    });
    await cutOff(journal, carrying({ kept: 1 }), ["a"]);
    const { engine, clock } = engineOn(journal, { definitions: [carrying({ kept: 2 })] });
    await engine.recover();
    await clock.advance(0);
    expect(seen).toEqual([{ kept: 1 }, { kept: 1 }]);
  });
});
