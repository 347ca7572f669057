// Signals and timers are tasks that only wait:
// - they stand in chains, with handles, in maps, in flows inside of flows and in choices, and are recorded under their names;
// - what comes before a signal is its request; what the schema makes of the answer is its result; what does not fit is refused;
// - a timer gives on what it is given, after its time;
// - what expired, or was answered with a failure, fails the flow as any task does;
// - what waits holds no place of the flow's concurrency, nor does a flow inside that only waits; a map's own limit holds;
// - a resumed run waits on, and is given what was answered meanwhile.
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { EmbeddedEngine, isStepError, runReport } from "../engine/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { virtualClock, type VirtualClock } from "../testing/index.ts";
import { Aitorflow } from "./aitorflow.ts";
import { isFlowError } from "./errors.ts";
import type { Input } from "./flow-builder.ts";
import { signal } from "./signal.ts";
import { task } from "./task.ts";
import { timer } from "./timer.ts";
import { when } from "./when.ts";

interface Place {
  readonly journal: Journal;
  readonly clock: VirtualClock;
  readonly engine: EmbeddedEngine;
}

function place(journal: Journal = memoryJournal()): Place {
  const clock = virtualClock();
  return { journal, clock, engine: new EmbeddedEngine({ journal, clock }) };
}

/** What a run waits for: keys with their requests. */
async function waitsOf({ journal }: Place, id = "r"): Promise<Record<string, unknown>> {
  const report = await runReport(journal.read(id));
  return Object.fromEntries((report?.waits ?? []).map(({ key, request }) => [key, request]));
}

const yes = z.boolean();
const draft = task("draft", (topic: string) => ({ text: `about ${topic}` }));
const publish = task("publish", (approved: boolean) => (approved ? "published" : "dropped"));

describe("a signal", () => {
  test("in a chain asks with what comes before it, and gives what the schema makes of the answer", async () => {
    const here = place();
    const length = z.string().transform((text) => text.length);
    const flow = new Aitorflow("flow", draft.to(signal("review", length)).to(task("twice", (n: number) => n * 2)));
    const { result } = flow.start("tea", { engine: here.engine, id: "r" });
    await here.clock.advance(0);
    expect(await waitsOf(here)).toEqual({ review: { text: "about tea" } });
    await expect(here.engine.answer("r", "review", { value: 5 })).rejects.toMatchObject({ code: "invalid-value" });
    expect(await waitsOf(here)).toHaveProperty("review");
    await here.engine.answer("r", "review", { value: "good" });
    expect((await result).output).toBe(8);
    expect((await result).results).toEqual({ draft: { text: "about tea" }, review: 4, twice: 8 });
  });

  test("behind several tasks asks with all that they give", async () => {
    const here = place();
    const none = task("none", (_topic: unknown) => {});
    const flow = new Aitorflow("flow", draft.to([none, task("some", () => 1)]).to(signal("ok", yes)));
    void flow.start("tea", { engine: here.engine, id: "r" }).result.catch(() => {});
    await here.clock.advance(0);
    expect(await waitsOf(here)).toEqual({ ok: [null, 1] });
  });

  test("that stands first asks with what the flow was given, or with nothing", async () => {
    for (const given of ["what now?", undefined]) {
      const here = place();
      const { result } = new Aitorflow("flow", signal("ok", yes)).start(given, { engine: here.engine, id: "r" });
      await here.clock.advance(0);
      expect(await waitsOf(here)).toEqual({ ok: given });
      await here.engine.answer("r", "ok", { value: true });
      expect((await result).output).toBe(true);
    }
  });

  test("of a definition asks with the handle it is given, after others", async () => {
    const here = place();
    const order: string[] = [];
    const flow = Aitorflow.define("flow", (f, topic: Input<string>) => {
      const drafted = f.add(draft, topic);
      const first = f.add(task("first", () => void order.push("first")));
      const alone = f.signal("alone", yes, { after: first });
      const asked = f.signal("asked", z.number(), { request: drafted, after: [first, alone] });
      return [asked, f.signal("at-once", yes)];
    });
    const { result } = flow.start("tea", { engine: here.engine, id: "r" });
    await here.clock.advance(0);
    expect(order).toEqual(["first"]);
    expect(await waitsOf(here)).toEqual({ alone: undefined, "at-once": undefined });
    await here.engine.answer("r", "alone", { value: true });
    await here.clock.advance(0);
    expect(await waitsOf(here)).toEqual({ asked: { text: "about tea" }, "at-once": undefined });
    await here.engine.answer("r", "asked", { value: 3 });
    await here.engine.answer("r", "at-once", { value: false });
    expect((await result).output).toEqual({ asked: 3, "at-once": false });
  });

  test("mapped asks once for each element", async () => {
    const here = place();
    const flow = Aitorflow.define("flow", (f, topics: Input<string[]>) => f.map(signal("ok", yes), topics));
    const { result } = flow.start(["tea", "ale"], { engine: here.engine, id: "r" });
    await here.clock.advance(0);
    expect(await waitsOf(here)).toEqual({ "ok[0]": "tea", "ok[1]": "ale" });
    await here.engine.answer("r", "ok[1]", { value: false });
    await here.engine.answer("r", "ok[0]", { value: true });
    expect((await result).output).toEqual([true, false]);
    expect((await result).tasks["ok"]).toMatchObject({ state: "done", elements: 2 });
  });

  test("mapped asks no more at a time than the map's own limit", async () => {
    const here = place();
    const flow = Aitorflow.define("flow", (f, topics: Input<string[]>) =>
      f.map(signal("ok", yes), topics, { concurrency: 2 }),
    );
    const { result } = flow.start(["a", "b", "c", "d", "e"], { engine: here.engine, id: "r" });
    const asked: string[][] = [];
    for (const key of ["ok[1]", "ok[0]", "ok[2]", "ok[4]", "ok[3]"]) {
      await here.clock.advance(0);
      asked.push(Object.keys(await waitsOf(here)));
      await here.engine.answer("r", key, { value: true });
    }
    expect(asked).toEqual([["ok[0]", "ok[1]"], ["ok[0]", "ok[2]"], ["ok[2]", "ok[3]"], ["ok[3]", "ok[4]"], ["ok[3]"]]);
    expect((await result).output).toHaveLength(5);
  });

  test("under another name is the same signal", async () => {
    const here = place();
    const again = signal("ok", yes, { deadline: "1s" }).as("again");
    const { result } = new Aitorflow("flow", draft.to([signal("ok", yes), again])).start("tea", {
      engine: here.engine,
      id: "r",
    });
    result.catch(() => {});
    await here.clock.advance(0);
    expect(Object.keys(await waitsOf(here))).toEqual(["ok", "again"]);
    await here.clock.advance("1s");
    await expect(result).rejects.toMatchObject({ task: "again", cause: { code: "signal-expired" } });
  });

  test.each([
    ["expired", undefined, "signal-expired"],
    ["was answered with a failure", { fail: "not now" }, "terminal"],
  ])("that %s fails the flow as any task does", async (_, answer, code) => {
    const here = place();
    const flow = new Aitorflow("flow", draft.to(signal("ok", yes, { deadline: "1h" })).to(publish));
    const { result } = flow.start("tea", { engine: here.engine, id: "r" });
    result.catch(() => {});
    await here.clock.advance("59m");
    if (answer !== undefined) await here.engine.answer("r", "ok", answer);
    await here.clock.advance("1m");
    const error = await result.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!isFlowError(error)) throw error;
    expect(error).toMatchObject({ code: "task-failed", task: "ok", results: { draft: { text: "about tea" } } });
    expect(isStepError(error.cause) && error.cause.code).toBe(code);
    expect(error.tasks).toMatchObject({ ok: { state: "failed" }, publish: { state: "waiting" } });
  });

  test("in an isolated flow skips what needs its answer, and no more", async () => {
    const here = place();
    const asked = signal("ok", yes, { deadline: "1s" }).to(publish);
    const flow = new Aitorflow("flow", draft.to([asked, task("log", () => "logged")]), { failure: "isolate" });
    const { result } = flow.start("tea", { engine: here.engine, id: "r" });
    await here.clock.advance("1s");
    expect(await result).toMatchObject({
      complete: false,
      results: { log: "logged" },
      failed: { ok: { code: "signal-expired" } },
      skipped: { publish: ["ok"] },
    });
  });

  test("whose schema makes what cannot be recorded fails with that", async () => {
    const here = place();
    const date = signal(
      "when",
      z.string().transform((text) => new Date(text)),
    );
    const { result } = new Aitorflow<unknown, unknown>("flow", date).start(undefined, { engine: here.engine, id: "r" });
    result.catch(() => {});
    await here.clock.advance(0);
    await here.engine.answer("r", "when", { value: "2020-01-01" });
    await expect(result).rejects.toMatchObject({ task: "when", cause: { code: "not-json" } });
  });

  test("refuses what is no name, no schema and no time", () => {
    expect(() => signal("", yes)).toThrow(expect.objectContaining({ code: "invalid-option" }));
    expect(() => signal("ok", {} as never)).toThrow(/the schema of signal "ok"/);
    expect(() => signal("ok", yes, { deadline: "soon" as never })).toThrow(/deadline of signal "ok"/);
    expect(() => Aitorflow.define("flow", (f) => f.signal("ok", yes, { after: 5 as never }))).toThrow(
      expect.objectContaining({ code: "invalid-option", got: "number 5" }),
    );
    expect(() => timer("", "1s")).toThrow(expect.objectContaining({ code: "invalid-option" }));
    expect(() => timer("pause", "soon" as never)).toThrow(/the duration of timer "pause"/);
  });
});

describe("a timer", () => {
  test("gives on what it is given, after its time and not before", async () => {
    const here = place();
    const flow = new Aitorflow(
      "flow",
      draft.to(timer("pause", "2h")).to(task("text", (d: { text: string }) => d.text)),
    );
    let output: string | undefined;
    void flow.run("tea", { engine: here.engine, id: "r" }).then((result) => (output = result.output));
    await here.clock.advance("119m");
    expect([output, Object.keys(await waitsOf(here))]).toEqual([undefined, ["pause"]]);
    await here.clock.advance("1m");
    expect(output).toBe("about tea");
  });

  test("of a definition, mapped, and under another name", async () => {
    const here = place();
    const flow = Aitorflow.define("flow", (f, topics: Input<string[]>) => {
      const each = f.map(timer("each", "1s").as("every"), topics);
      return f.timer("all", "1s", each);
    });
    const { result } = flow.start(["tea", "ale"], { engine: here.engine, id: "r" });
    await here.clock.advance("1s");
    expect(Object.keys(await waitsOf(here))).toEqual(["all"]);
    await here.clock.advance("1s");
    expect((await result).output).toEqual(["tea", "ale"]);
    const report = await runReport(here.journal.read("r"));
    expect(report?.steps.map(({ key, kind }) => `${kind} ${key}`)).toEqual([
      "timer every[0]",
      "timer every[1]",
      "timer all",
    ]);
  });
});

describe("with a concurrency of 1", () => {
  const steps = (...names: string[]) => names.map((name) => task(name, async () => name));

  test("other tasks go on beside what waits", async () => {
    const here = place();
    const waits = [signal("ok", yes), timer("pause", "1h"), signal("ok-too", yes)] as const;
    const flow = new Aitorflow("flow", draft.to([...waits, ...steps("a", "b", "c")]), { concurrency: 1 });
    const { result } = flow.start("tea", { engine: here.engine, id: "r" });
    await here.clock.advance(0);
    const report = await runReport(here.journal.read("r"));
    expect(report?.state).toBe("suspended");
    expect(report?.steps.filter(({ state }) => state === "finished").map(({ key }) => key)).toEqual([
      "draft",
      "a",
      "b",
      "c",
    ]);
    await here.engine.answer("r", "ok", { value: true });
    await here.engine.answer("r", "ok-too", { value: true });
    await here.clock.advance("1h");
    expect((await result).output).toMatchObject({ ok: true, a: "a", c: "c" });
  });

  test("a signal is asked though the only place is taken", async () => {
    const here = place();
    let release = (): void => {};
    const slow = task("slow", () => new Promise<void>((resolve) => (release = resolve)));
    const flow = new Aitorflow("flow", draft.to([slow, signal("ok", yes)]), { concurrency: 1 });
    const { result } = flow.start("tea", { engine: here.engine, id: "r" });
    await here.clock.advance(0);
    expect(Object.keys(await waitsOf(here))).toEqual(["ok"]);
    await here.engine.answer("r", "ok", { value: true });
    release();
    expect((await result).output).toMatchObject({ ok: true });
  });

  test("a flow inside that only waits gives its place to others, and has one again to go on", async () => {
    const here = place();
    const parked: (() => void)[] = [];
    let open = 0;
    let most = 0;
    const counted = (name: string) =>
      task(name, async (..._given: unknown[]) => {
        most = Math.max(most, ++open);
        await new Promise<void>((resolve) => parked.push(resolve));
        open--;
        return name;
      });
    const letAllEnd = async (): Promise<void> => {
      do {
        parked.shift()?.();
        await here.clock.advance(0);
      } while (parked.length > 0);
    };
    const inner = (name: string) =>
      new Aitorflow(
        name,
        counted("before")
          .to([signal("ok", yes), timer("pause", "1h")])
          .to(counted("after").to(counted("too"))),
      ).asTask();
    const deep = new Aitorflow("deep", inner("deepest"), { concurrency: 1 }).asTask();
    const choice = when("choice", (_topic: unknown) => true, inner("chosen"));
    const flow = new Aitorflow(
      "flow",
      draft.to([inner("a"), inner("b"), deep, choice, counted("c"), counted("d")]).to(counted("end")),
      { concurrency: 1 },
    );
    const { result } = flow.start("tea", { engine: here.engine, id: "r" });
    await here.clock.advance(0);
    await letAllEnd();
    const keys = ["a/ok", "b/ok", "deep/deepest/ok", "choice/yes/chosen/ok"];
    expect(Object.keys(await waitsOf(here)).filter((key) => key.endsWith("ok"))).toEqual(keys);
    expect((await runReport(here.journal.read("r")))?.state).toBe("suspended");
    for (const key of keys) await here.engine.answer("r", key, { value: true });
    await here.clock.advance("1h");
    await letAllEnd();
    expect((await result).output).toBe("end");
    expect(most).toBe(1);
  });

  test("mapped flows inside give their places too", async () => {
    const here = place();
    const inner = new Aitorflow("approve", signal("ok", yes).to(publish));
    const flow = Aitorflow.define("flow", (f, topics: Input<string[]>) => f.map(inner.asTask(), topics), {
      concurrency: 2,
    });
    const topics = Array.from({ length: 50 }, (_, index) => `${index}`);
    const { result } = flow.start(topics, { engine: here.engine, id: "r" });
    await here.clock.advance(0);
    const keys = topics.map((topic) => `approve[${topic}]/ok`);
    expect(Object.keys(await waitsOf(here))).toEqual(keys);
    for (const key of keys.toReversed()) await here.engine.answer("r", key, { value: true });
    expect((await result).output).toEqual(topics.map(() => "published"));
  });

  test("a flow inside that ends with a wait gives up a place that it holds", async () => {
    const here = place();
    const ends = [
      new Aitorflow("answered", signal("ok", yes)).asTask(),
      new Aitorflow("waited", timer("pause", "1s")).asTask(),
    ] as const;
    let open = 0;
    let most = 0;
    const counted = (name: string) =>
      task(name, async () => {
        most = Math.max(most, ++open);
        for (let turn = 0; turn < 20; turn++) await undefined;
        open--;
      });
    const flow = new Aitorflow("flow", draft.to(ends).to([counted("a"), counted("b"), counted("c")]), {
      concurrency: 1,
    });
    const { result } = flow.start("tea", { engine: here.engine, id: "r" });
    await here.clock.advance("1s");
    await here.engine.answer("r", "ok", { value: true });
    await result;
    expect(most).toBe(1);
  });

  test("a flow inside that fails while it rests does no harm to the count", async () => {
    const here = place();
    const inner = (name: string) =>
      new Aitorflow(name, draft.to([signal("ok", yes, { deadline: "1s" }), signal("never", yes)])).asTask();
    const flow = new Aitorflow("flow", task("start", () => "tea").to([inner("a"), inner("b"), ...steps("c")]), {
      concurrency: 1,
      failure: "isolate",
    });
    const more = new Aitorflow("more", flow.asTask().as("flow"), { failure: "isolate" });
    const { result } = more.start(undefined, { engine: here.engine, id: "r" });
    await here.clock.advance("1s");
    expect(await result).toMatchObject({
      complete: false,
      tasks: {
        flow: { state: "failed", tasks: { a: { state: "failed" }, b: { state: "failed" }, c: { state: "done" } } },
      },
    });
  });
});

describe("a resumed run", () => {
  test("waits on, and is given what was answered while no process ran", async () => {
    const journal = memoryJournal();
    const flow = new Aitorflow(
      "flow",
      draft
        .to([signal("ok", yes), timer("pause", "1h")])
        .to(task("end", (ok: boolean, { text }: { text: string }) => [ok, text])),
    );
    const first = place(journal);
    flow.start("tea", { engine: first.engine, id: "r" }).result.catch(() => {});
    await first.clock.advance("20m");
    await first.engine[Symbol.asyncDispose]();

    await place(journal).engine.answer("r", "ok", { value: true });
    const clock = virtualClock(first.clock.now());
    const engine = new EmbeddedEngine({ journal, clock });
    const handle = await flow.resume("r", { engine });
    await clock.advance("39m");
    expect(Object.keys(await waitsOf({ journal, clock, engine }))).toEqual(["pause"]);
    await clock.advance("1m");
    expect((await handle.result).output).toEqual([true, "about tea"]);
  });
});

test("signals and timers tell versions of a flow apart", () => {
  const versions = [task("x", (n: unknown) => n), signal("x", z.unknown()), timer("x", "1s"), timer("x", "2s")].map(
    (part) => new Aitorflow<unknown, unknown>("flow", part as never).version,
  );
  expect(new Set(versions).size).toBe(3);
  expect(versions[2]).toBe(versions[3]);
});
