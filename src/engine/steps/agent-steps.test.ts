// What a run asks of agents and tells them, and what it makes for itself (run.ask, run.tell, run.now, run.uuid, step.record)
// - are steps: on record, and given again to a resumed run; the message of one that goes on is the same message
// - where the run, its scope or the step's time ends first, the message is taken back; where it is halted, both go on later
// - that time is what has passed since the step began, in whatever process, and a reply that came meanwhile counts
// - a failure is a StepError, with the code of what the handler threw
// - a uuid is made of the place where it is asked for, the time is that of the first asking
// - an event of a step's own rides along, in order, and has a type that is none of the engine's
import { describe, expect, test } from "vitest";
import { AitorError, type Run, type Runnable } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import { EmbeddedEngine } from "../embedded-engine.ts";
import type { EngineEvent, RunAbout } from "../record/events.ts";
import { body, failureOf, forever, history, place, recorded, stateOf } from "../engine.fixture.ts";
import { journals } from "../journals.fixture.ts";
import { atEachPoint, goOn, life } from "../life.fixture.ts";
import { wrapped } from "../../journal/wrapped-journal.fixture.ts";
import { crashingJournal, type CrashPoint, virtualClock } from "../../testing/index.ts";

const ref = { name: "clerk" } as const;

/** Replies with the text in capitals; holds, fails or waits where that says so. */
function clerk(handled: string[] = [], alive: () => boolean = () => true): Runnable<string, string> {
  return {
    name: "clerk",
    version: "1",
    execute: async (run, text) => {
      await run.step("note", () => void (alive() && handled.push(text)));
      if (text.startsWith("hold")) await run.step("hold", forever);
      if (text.startsWith("wait")) await run.waitFor("go");
      if (text.startsWith("bad")) {
        throw new AitorError({ code: "no-such-thing", message: "cannot", expected: "x", got: "y", fix: "z" });
      }
      return text.toUpperCase();
    },
  };
}

/** Forgets what has ended, unless what made it may still ask for it: as a journal does that keeps nothing longer than it must. @returns What it kept of that. */
async function retain(journal: Journal): Promise<Map<string, unknown>> {
  const kept = new Map<string, unknown>();
  const runs = await Array.fromAsync(journal.heads({ kind: "run" }));
  const open = new Set(runs.filter(({ ended }) => !ended).map(({ stream }) => stream));
  for (const { stream, ended, about } of runs) {
    const { parent, sender } = about as RunAbout;
    if (!ended) continue;
    if (open.has(parent ?? sender ?? "")) kept.set(stream, await recorded(journal, stream));
    else await journal.drop(stream);
  }
  return kept;
}

describe.each(journals)("%s", (_, open) => {
  function started(execute: (run: Run) => Promise<unknown>, handled: string[] = []) {
    const journal = open();
    const clock = virtualClock();
    const definition = body(execute);
    const engine = new EmbeddedEngine({ journal, clock, definitions: [clerk(handled), definition] });
    return { engine, clock, journal, handled, handle: engine.start(definition, undefined, { id: "r" }) };
  }

  test("an ask gives the reply, and is a step whose message has its id", async () => {
    const { handle, journal } = started((r) => r.ask(ref, "a", "hello"));
    expect(await handle.result).toBe("HELLO");
    expect(await history(journal, "r")).toEqual([
      "run-started",
      "step-started ask clerk[a]",
      "step-finished ask clerk[a]",
      "run-finished",
    ]);
    const heads = await Array.fromAsync(journal.heads({ kind: "run" }));
    expect(heads.map(({ stream }) => stream).filter((id) => id.startsWith("clerk/a/"))).toHaveLength(1);
  });

  test("several at a time, of one agent with keys", async () => {
    const { handle } = started(async (r) => {
      const other = r.ask(ref, "b", "2");
      const again = await failureOf(Promise.resolve(r.ask(ref, "b", "3")));
      const keyed = [1, 2].map((n) => r.ask(ref, "a", `x${n}`, { key: `k${n}` }));
      return [(again as { code?: string }).code, ...(await Promise.all(keyed)), await other];
    });
    expect(await handle.result).toEqual(["ambiguous-step", "X1", "X2", "2"]);
  });

  test("a failure is a StepError with the handler's code", async () => {
    const { handle } = started((r) => r.ask(ref, "a", "bad"));
    expect(await failureOf(handle.result)).toMatchObject({
      name: "StepError",
      code: "no-such-thing",
      stepKey: "ask clerk[a]",
    });
  });

  test.each([
    ["an unknown name", (r: Run) => r.ask({ name: "nobody" }, "a", 1), "definition-unknown"],
    ["an empty id", (r: Run) => r.ask(ref, "", 1), "invalid-option"],
    ["a message that is not JSON", (r: Run) => r.tell(ref, "a", new Map()), "not-json"],
    ["a delay that is none", (r: Run) => r.tell(ref, "a", "x", { delay: -1 }), "invalid-duration"],
    ["a deadline that is none", (r: Run) => r.ask(ref, "a", "x", { deadline: -1 }), "invalid-duration"],
  ])("%s is refused", async (_what, call, code) => {
    const { handle } = started(async (r) => call(r));
    expect(await failureOf(handle.result)).toMatchObject({ code });
  });

  test("a time that is none is named as it was given, and nothing of it is on record", async () => {
    for (const call of [
      (r: Run) => r.tell(ref, "a", "x", { delay: -1 }),
      (r: Run) => r.ask(ref, "a", "x", { deadline: -1 }),
    ]) {
      const { handle, journal } = started(async (r) => call(r));
      const { message } = await failureOf(handle.result);
      expect(message).toMatch(/^the (delay of a tell|deadline of an ask) is not a duration/);
      expect((await history(journal, handle.id)).filter((line) => line.startsWith("step"))).toEqual([]);
    }
  });

  test("an ask whose time is over takes its message back", async () => {
    const { handle, clock, journal } = started((r) => r.ask(ref, "a", "hold", { deadline: "5s" }));
    const failed = failureOf(handle.result);
    await clock.advance("5s");
    expect(await failed).toMatchObject({ code: "step-timeout" });
    await clock.advance(0);
    const [head] = (await Array.fromAsync(journal.heads({ kind: "run" }))).filter(({ stream }) => stream !== "r");
    expect(head).toMatchObject({ state: "cancelled" });
  });

  test("the time of an ask goes on while no process runs, and over any number of them", async () => {
    const journal = open();
    const asks = (of: EmbeddedEngine) => of.resume(definition, "r").then(({ result }) => result);
    const definition = body((r) => r.ask(ref, "a", "wait", { deadline: "1h" }));
    const first = virtualClock(1_000_000_000);
    const engine = new EmbeddedEngine({ journal, clock: first, definitions: [clerk(), definition] });
    engine.start(definition, undefined, { id: "r" }).result.catch(() => {});
    await first.advance("25m");
    await engine[Symbol.asyncDispose]();
    const second = virtualClock(first.now() + 1_200_000);
    const next = new EmbeddedEngine({ journal, clock: second, definitions: [clerk(), definition] });
    asks(next).catch(() => {});
    await second.advance("10m");
    expect(await stateOf(journal, "r")).toBe("suspended");
    await next[Symbol.asyncDispose]();
    // A clock that was set back makes it no longer than it said.
    const third = virtualClock(second.now() - 86_400_000);
    const last = new EmbeddedEngine({ journal, clock: third, definitions: [clerk(), definition] });
    asks(last).catch(() => {});
    await third.advance("1m");
    await last[Symbol.asyncDispose]();
    const fourth = virtualClock(second.now());
    const failed = failureOf(asks(new EmbeddedEngine({ journal, clock: fourth, definitions: [clerk(), definition] })));
    await fourth.advance("4m");
    expect(await stateOf(journal, "r")).toBe("suspended");
    await fourth.advance("1m");
    expect(await failed).toMatchObject({ code: "step-timeout" });
    await fourth.advance(0);
    const heads = await Array.fromAsync(journal.heads({ kind: "run" }));
    expect(heads.map(({ state }) => state)).toEqual(["failed", "cancelled"]);
  });

  test.each([
    ["its asker comes first", ["test"]],
    ["who handles it comes first", ["payer"]],
    ["both come at once", ["test", "payer"]],
  ])("a message whose time is over when a process comes begins nothing, where %s", async (_, first) => {
    const journal = open();
    const paid: string[] = [];
    const payer: Runnable<string, unknown> = {
      name: "payer",
      version: "1",
      execute: async (run) => {
        await run.waitFor("person");
        return run.step("pay", () => void paid.push("paid"), { effect: "once" });
      },
    };
    const definitions = [body((r) => r.ask(payer, "a", "x", { deadline: "1h" })), payer];
    const clock = virtualClock(1_000_000);
    const engine = new EmbeddedEngine({ journal, clock, definitions });
    engine.start(definitions[0] as Runnable, undefined, { id: "r" }).result.catch(() => {});
    await clock.advance("1m");
    await engine[Symbol.asyncDispose]();

    const later = virtualClock(clock.now() + 3_600_000);
    const runs = await Array.fromAsync(journal.heads({ kind: "run" }));
    const asked = runs.map(({ stream }) => stream).find((stream) => stream !== "r") as string;
    await new EmbeddedEngine({ journal, clock: later }).answer(asked, "person", { value: true });
    const there = definitions.filter(({ name }) => first.includes(name));
    const next = new EmbeddedEngine({ journal, clock: later, definitions: there });
    await next.recover();
    await later.advance(0);
    for (const each of definitions) await next.register(each);
    await later.advance(0);
    expect([await stateOf(journal, "r"), await stateOf(journal, asked), paid]).toEqual(["failed", "cancelled", []]);
    expect((await recorded(journal, "r")).at(-1)?.data).toMatchObject({ error: { code: "step-timeout" } });
  });

  test("a reply that is on record counts, though its time is over when the run goes on", async () => {
    const definition = body((r) => r.ask(ref, "a", "x", { deadline: "1h" }));
    const definitions = [clerk(), definition];
    const whole = crashingJournal(open());
    await new EmbeddedEngine({ journal: whole, definitions }).run(definition, undefined, { id: "r" });
    const found: string[] = [];
    for (let append = 2; append <= whole.appends; append++) {
      const journal = open();
      const doomed = crashingJournal(journal, { append, when: "after" });
      const clock = virtualClock(1_000_000);
      void new EmbeddedEngine({ journal: doomed, clock, definitions }).run(definition, undefined, { id: "r" });
      await doomed.crashed;
      const heads = await Array.fromAsync(journal.heads({ kind: "run" }));
      if (!heads.some(({ stream }) => stream === "r")) continue;
      const isReplied = heads.some(({ stream, state }) => stream !== "r" && state === "finished");
      const begun = await recorded(journal, "r");
      const later = virtualClock(clock.now() + 7_200_000);
      const reading = Promise.withResolvers<void>();
      const slow = wrapped(journal, {
        async *read(stream, from) {
          if (stream !== "r") await reading.promise;
          yield* journal.read(stream, from);
        },
      });
      const { result } = await new EmbeddedEngine({ journal: slow, clock: later, definitions }).resume(definition, "r");
      const outcome = result.catch((error: unknown) => (error as { code: string }).code);
      await later.advance(1);
      reading.resolve();
      await later.advance(1);
      const isBegun = begun.some(({ type }) => type === "step-started");
      const expected = isReplied || !isBegun ? "X" : expect.stringMatching(/^X$|^step-timeout$/);
      expect(await outcome, `append ${append}`).toEqual(expected);
      if (isReplied) found.push(String(append));
    }
    expect(found.length).toBeGreaterThan(0);
  });

  test("an ask whose scope ends takes its message back, and so does a cancelled run's", async () => {
    const { handle, clock, engine, journal, handled } = started(async (r) => {
      await r.race([
        { name: "ask", run: (b) => b.ask(ref, "a", "hold 1") },
        { name: "quick", run: (b) => b.sleep("1s") },
      ]);
      return r.ask(ref, "a", "hold 2");
    });
    handle.result.catch(() => {});
    await clock.advance("1s");
    expect(handled).toEqual(["hold 1", "hold 2"]);
    await engine.cancel("r");
    await clock.advance(0);
    const states = await Array.fromAsync(journal.heads({ kind: "run" }));
    expect(states.map(({ state }) => state)).toEqual(["cancelled", "cancelled", "cancelled"]);
  });

  test("a run that waits for an answer rests also where what it had asked others is taken back last", async () => {
    const { clock, journal } = started((r) =>
      r.all([
        { name: "answer", run: (b) => b.waitFor("go") },
        {
          name: "race",
          run: (b) =>
            b.race([
              { name: "ask", run: (c) => c.ask(ref, "a", "hold") },
              { name: "quick", run: (c) => c.sleep("1s") },
            ]),
        },
      ]),
    );
    await clock.advance("1s");
    expect(await stateOf(journal, "r")).toBe("suspended");
  });

  test("who asks one that waits for an answer rests with it", async () => {
    const { handle, clock, journal, engine } = started((r) => r.ask(ref, "a", "wait"));
    await clock.advance(0);
    expect(await stateOf(journal, "r")).toBe("suspended");
    const [waiting] = (await Array.fromAsync(journal.heads({ state: "suspended" }))).filter(
      ({ stream }) => stream !== "r",
    );
    await engine.answer(waiting!.stream, "go", { value: 1 });
    expect(await handle.result).toBe("WAIT");
  });

  test("a tell gives the message's id when it is durable, and is one message after a restart", async () => {
    const journal = open();
    const handled: string[] = [];
    const execute = (hold: boolean) => async (r: Run) => {
      const id = await r.tell(ref, "a", "x");
      await r.step("hold", () => (hold ? forever() : 1));
      return id;
    };
    const first = place(journal, { definitions: [clerk(handled)] });
    first.engine.start(body(execute(true)), undefined, { id: "r" }).result.catch(() => {});
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const { engine } = place(journal, { definitions: [clerk(handled)] });
    const id = await (await engine.resume(body(execute(false)), "r")).result;
    expect(handled).toEqual(["x"]);
    const [head] = (await Array.fromAsync(journal.heads({ kind: "run" }))).filter(({ stream }) => stream !== "r");
    expect(head?.stream).toMatch(/^clerk\/a\//);
    expect(id).toEqual(expect.any(String));
  });

  test("a run that tells waits its turn behind what the journal holds for that key", async () => {
    const journal = open();
    const first = place(journal, { definitions: [clerk()] });
    await first.engine.send({ name: "clerk", id: "a" }, "hold", { id: "1" });
    await first.engine.send({ name: "clerk", id: "a" }, "2", { id: "2" });
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const handled: string[] = [];
    const free: Runnable<string, null> = {
      name: "clerk",
      version: "1",
      execute: async (r, text) => {
        await r.step("note", () => null);
        if (text.startsWith("hold")) await r.step("hold", () => null);
        handled.push(text);
        return null;
      },
    };
    // Nobody has asked this engine to recover.
    const { engine, clock } = place(journal, { definitions: [free] });
    await engine.run(
      body((r) => r.tell(ref, "a", "3")),
      undefined,
    );
    await clock.advance(0);
    expect(handled).toEqual(["hold", "2", "3"]);
  });

  test("a message of a run is one message after a restart, however much later that is", async () => {
    const definition = body(async (r) => [await r.ask(ref, "a", "hello"), typeof (await r.tell(ref, "b", "bye"))]);
    const live = async (journal: Journal, start: number, point?: CrashPoint) => {
      const crashing = crashingJournal(journal, point);
      const clock = virtualClock(start);
      const engine = new EmbeddedEngine({ journal: crashing, clock, definitions: [clerk()], dedupe: "7d" });
      const became = await goOn({ engine, clock, journal: crashing, alive: () => true }, journal, definition);
      await clock.advance(0);
      return { ...became, appends: crashing.appends };
    };
    const { appends } = await live(open(), 0);
    await atEachPoint(appends, async (point) => {
      const journal = open();
      await live(journal, 0, point);
      const ended = await retain(journal);
      expect(await live(journal, 30 * 86_400_000)).toMatchObject({ output: ["HELLO", "string"] });
      // The run, and one for each of its messages.
      expect(await Array.fromAsync(journal.heads({ kind: "run" }))).toHaveLength(3);
      for (const [stream, events] of ended) expect(await recorded(journal, stream)).toEqual(events);
    });
  });

  test("wherever a process dies, each message of a run is handled once, and each reply is the same", async () => {
    const execute = async (r: Run): Promise<unknown> => [
      await r.ask(ref, "a", "1"),
      typeof (await r.tell(ref, "a", "2")),
      await Promise.all([r.ask(ref, "a", "3", { key: "x" }), r.ask(ref, "b", "4")]),
    ];
    const live = async (journal: Journal, point?: Parameters<typeof life>[1]) => {
      const handled: string[] = [];
      const process = life(journal, point, { definitions: [clerk(handled, () => process.alive())] });
      void process.engine.recover();
      const became = await goOn(process, journal, body(execute));
      await process.clock.advance("1m");
      return { ...process, handled, became };
    };
    const whole = await live(open());
    const expected = { output: ["1", "string", ["3", "4"]] };
    expect(whole.became).toEqual(expected);
    await atEachPoint(whole.journal.appends, async (point) => {
      const journal = open();
      const first = await live(journal, point);
      const noted = new Set<string>();
      for (const { stream } of await Array.fromAsync(journal.heads({ kind: "run" }))) {
        const steps = await history(journal, stream);
        const [received] = await recorded(journal, stream);
        if (steps.includes("step-finished note"))
          noted.add(((received as EngineEvent).data as { message: string }).message);
      }
      const second = await live(journal);
      expect(second.became).toEqual(expected);
      expect(second.handled.filter((text) => noted.has(text))).toEqual([]);
      const all = await Array.fromAsync(journal.heads({ kind: "run" }));
      expect(all.filter(({ stream }) => stream !== "r")).toHaveLength(4);
      expect(all.every(({ ended }) => ended)).toBe(true);
      expect(first.handled.length + second.handled.length).toBeLessThanOrEqual(4 + 2);
    });
  });

  test("the time is that of the first asking, also after a restart", async () => {
    const journal = open();
    const execute = (hold: boolean) => async (r: Run) => {
      const at = await r.now();
      await r.step("hold", () => (hold ? forever() : 1));
      return [at, await r.now()];
    };
    const first = place(journal);
    await first.clock.advance("1h");
    first.engine.start(body(execute(true)), undefined, { id: "r" }).result.catch(() => {});
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const { engine, clock } = place(journal);
    await clock.advance("5h");
    expect(await (await engine.resume(body(execute(false)), "r")).result).toEqual([3_600_000, 18_000_000]);
  });

  test("uuids are those of their place: others in each scope and run, the same again in a resumed one", async () => {
    const journal = open();
    const execute = (hold: boolean) => async (r: Run) => {
      const all = [r.uuid(), r.uuid()];
      await r.loop("l", 0, async (n, turn) => {
        all.push(turn.uuid());
        await turn.step("s", () => n);
        return n === 1 ? { done: n } : { next: n + 1 };
      });
      await r.all([
        { name: "left", run: async (b) => void all.push(b.uuid()) },
        { name: "right", run: async (b) => void all.push(b.uuid()) },
      ]);
      await r.step("hold", () => (hold ? new Promise<number>((resolve) => holds.push(() => resolve(1))) : 1));
      return [...all, r.uuid()];
    };
    const holds: (() => void)[] = [];
    const { engine, clock } = place(journal);
    const whole = engine.start(body(execute(true)), undefined, { id: "r" });
    await clock.advance(0);
    holds[0]?.();
    const uuids = await whole.result;
    expect(new Set(uuids).size).toBe(7);
    for (const uuid of uuids) expect(uuid).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    const other = await engine.run(body(execute(false)), undefined, { id: "other" });
    expect(other.filter((uuid) => uuids.includes(uuid))).toEqual([]);
    const again = await engine.run(
      body(async (r) => [r.uuid(), r.uuid()]),
      undefined,
      { id: "again" },
    );
    const journal2 = open();
    const second = await place(journal2).engine.run(
      body(async (r) => [r.uuid(), r.uuid()]),
      undefined,
      { id: "again" },
    );
    expect(second).toEqual(again);
  });

  describe("an event of a step's own", () => {
    test("is on record before its step's end, in order, and told to observers", async () => {
      const { engine, journal } = place(open());
      const seen: string[] = [];
      engine.observe(({ type }) => void seen.push(type));
      await engine.run(
        body((r) =>
          r.step("call", async (step) => {
            step.record("model-called", { tokens: 7 });
            await undefined;
            step.record("model-answered", "yes");
            return 1;
          }),
        ),
        undefined,
        { id: "r" },
      );
      const events = await recorded(journal, "r");
      expect(events.map(({ type, key }) => `${type} ${key}`.trim())).toEqual([
        "run-started",
        "step-started call",
        "model-called call",
        "model-answered call",
        "step-finished call",
        "run-finished",
      ]);
      expect(events[2]).toMatchObject({ data: { tokens: 7 }, run: "r" });
      expect(seen).toEqual(expect.arrayContaining(["model-called", "model-answered"]));
    });

    test("of a step that failed, or is tried again, is on record as well", async () => {
      const { engine, journal, clock } = place(open());
      const failed = engine.run(
        body((r) =>
          r.step(
            "call",
            (step) => {
              step.record("model-called", step.attempt);
              throw new Error("no");
            },
            { retry: 2 },
          ),
        ),
        undefined,
        { id: "r" },
      );
      failed.catch(() => {});
      await clock.advance("1h");
      await failureOf(failed);
      const own = (await recorded(journal, "r")).filter(({ type }) => (type as string) === "model-called");
      expect(own.map(({ data }) => data)).toEqual([1, 2]);
    });

    test.each([
      ["the engine's own", "step-finished"],
      ["in capitals", "Model-Called"],
      ["of one word", "called"],
      ["empty", ""],
      ["no text", 7],
    ])("whose type is %s is refused", async (_what, type) => {
      const { engine, journal } = place(open());
      const failed = engine.run(
        body((r) => r.step("s", (step) => step.record(type as string, 1))),
        undefined,
        { id: "r" },
      );
      expect(await failureOf(failed)).toMatchObject({ code: "invalid-value" });
      expect((await history(journal, "r")).at(-2)).toBe("step-failed s");
    });

    test("that is no JSON is refused", async () => {
      const { engine } = place(open());
      const failed = engine.run(
        body((r) => r.step("s", (step) => step.record("thing-seen", new Map()))),
        undefined,
      );
      expect(await failureOf(failed)).toMatchObject({ code: "not-json" });
    });

    test("is recorded again where the step runs again after a crash, and not where it does not", async () => {
      const live = async (journal: Journal, point?: Parameters<typeof life>[1]) => {
        const process = life(journal, point);
        const definition = body(async (r) => {
          for (const n of [1, 2]) await r.step("s", async (step) => (step.record("thing-seen", n), n));
          return "done";
        });
        const became = await goOn(process, journal, definition);
        await process.clock.advance(0);
        return { ...process, became };
      };
      const whole = await live(open());
      await atEachPoint(whole.journal.appends, async (point) => {
        const journal = open();
        await live(journal, point);
        const finished = (await history(journal, "r")).filter((text) => text.startsWith("step-finished")).length;
        const before = (await recorded(journal, "r")).filter(({ type }) => (type as string) === "thing-seen").length;
        expect((await live(journal)).became).toEqual({ output: "done" });
        const after = (await recorded(journal, "r")).filter(({ type }) => (type as string) === "thing-seen").length;
        expect(after - before).toBe(2 - finished);
      });
    });
  });
});
