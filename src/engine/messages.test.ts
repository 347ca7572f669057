// Messages to one key
// - are handled one at a time, in the order of their receipts; those to other keys side by side
// - wait while the one before them waits; one that stopped without an ending holds its place too
// - with a delay come when they are due
// - of one id are one message within the window of deduplication, also where fifty come at once, or after a restart
// - that killed their process three times and left nothing are set aside, and the next one goes on
// - are each handled, in order, wherever processes die
import { describe, expect, test } from "vitest";
import type { Run, Runnable } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import { virtualClock } from "../testing/index.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import type { EmbeddedEngineOptions } from "./embedded-engine-options.ts";
import { failureOf, forever, history, recorded, stateOf } from "./engine.fixture.ts";
import { journals } from "./journals.fixture.ts";
import { atEachPoint, life } from "./life.fixture.ts";
import { recordMessage } from "./mail/recorded-message.ts";

interface Mailroom {
  readonly engine: EmbeddedEngine;
  readonly clock: ReturnType<typeof virtualClock>;
  readonly handled: string[];
  /** Lets a message that is held go on. */
  readonly release: (message: string) => void;
}

/** Handles a message: notes it, and holds one that begins with "hold". */
function mailroom(journal: Journal, options: EmbeddedEngineOptions = {}, start = 0): Mailroom {
  const clock = virtualClock(start);
  const handled: string[] = [];
  const held = new Map<string, () => void>();
  const definition: Runnable<string, string> = {
    name: "clerk",
    version: "1",
    async execute(run, message) {
      await run.step("note", () => handled.push(`${run.key?.id}:${message}`));
      if (message.startsWith("hold")) {
        await run.step("hold", () => new Promise((resolve) => held.set(message, () => resolve(null))));
      }
      if (message.startsWith("ask")) await run.waitFor("go");
      if (message.startsWith("fail")) throw new Error(message);
      return message;
    },
  };
  const engine = new EmbeddedEngine({ journal, clock, definitions: [definition], ...options });
  return { engine, clock, handled, release: (message) => held.get(message)?.() };
}

const to = (id: string) => ({ name: "clerk", id });

describe.each(journals)("%s", (_, open) => {
  test("a message is a run of its own, whose body is told the key", async () => {
    const journal = open();
    const { engine, clock, handled } = mailroom(journal);
    const receipt = await engine.send(to("a"), "hello", { id: "m1" });
    expect(receipt).toEqual({ id: "m1", run: "clerk/a/m1", duplicate: false });
    await clock.advance(0);
    expect(handled).toEqual(["a:hello"]);
    expect(await history(journal, "clerk/a/m1")).toEqual([
      "message-received",
      "run-started",
      "step-started note",
      "step-finished note",
      "run-finished",
    ]);
    expect(await stateOf(journal, "clerk/a/m1")).toBe("finished");
  });

  test("those to one key wait for each other, those to others do not", async () => {
    const { engine, clock, handled, release } = mailroom(open());
    await Promise.all([
      engine.send(to("a"), "hold 1"),
      engine.send(to("a"), "2"),
      engine.send(to("b"), "1"),
      engine.send(to("a"), "fail 3"),
      engine.send(to("a"), "4"),
    ]);
    await clock.advance(0);
    expect(handled).toEqual(["a:hold 1", "b:1"]);
    release("hold 1");
    await clock.advance(0);
    expect(handled.slice(2)).toEqual(["a:2", "a:fail 3", "a:4"]);
  });

  test("are handled in the order of their receipts also where the id of one was known long ago", async () => {
    const journal = open();
    const { engine, clock, handled } = mailroom(journal);
    await engine.send(to("a"), "first", { id: "x" });
    await clock.advance("8d");
    await Promise.all([
      engine.send(to("a"), "x again", { id: "x" }),
      engine.send(to("a"), "other"),
      engine.send(to("a"), "third"),
    ]);
    await clock.advance(0);
    const received: { at: number; message: unknown }[] = [];
    for await (const { stream } of journal.heads({ kind: "run" })) {
      for await (const { type, seq, data } of journal.read(stream)) {
        if (type === "message-received")
          received.push({ at: seq, message: `a:${(data as { message: string }).message}` });
      }
    }
    expect(handled).toEqual(received.sort((a, b) => a.at - b.at).map(({ message }) => message));
    expect(handled).toHaveLength(4);
  });

  test("one that waits for a signal holds its key's place", async () => {
    const { engine, clock, handled } = mailroom(open());
    const { run } = await engine.send(to("a"), "ask");
    await engine.send(to("a"), "2");
    await clock.advance("1h");
    expect(handled).toEqual(["a:ask"]);
    await engine.answer(run, "go", { value: 1 });
    await clock.advance(0);
    expect(handled).toEqual(["a:ask", "a:2"]);
  });

  test("one whose code does not fit its record holds its key's place until it is cancelled", async () => {
    const journal = open();
    const first = mailroom(journal);
    const { run } = await first.engine.send(to("a"), "hold 1");
    await first.engine.send(to("a"), "2");
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const clock = virtualClock();
    const handled: unknown[] = [];
    const other: Runnable<string, number> = {
      name: "clerk",
      version: "2",
      execute: (r, message) => r.step("other", () => handled.push(message)),
    };
    const engine = new EmbeddedEngine({ journal, clock, definitions: [other] });
    const halts: string[] = [];
    engine.observe((event) => void (event.type === "run-halted" && halts.push(event.run)));
    await engine.recover();
    await clock.advance("1h");
    expect(halts).toEqual([run]);
    expect(handled).toEqual([]);
    await engine.cancel(run);
    await clock.advance(0);
    expect(handled).toEqual(["2"]);
  });

  test("one that somebody resumed holds its key's place", async () => {
    const journal = open();
    const first = mailroom(journal);
    const { run } = await first.engine.send(to("a"), "hold 1");
    await first.engine.send(to("a"), "2");
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const release: (() => void)[] = [];
    const handled: string[] = [];
    const definition: Runnable<string, unknown> = {
      name: "clerk",
      version: "1",
      execute: async (r, message) => {
        await r.step("note", () => handled.push(message));
        if (message === "hold 1")
          await r.step("hold", () => new Promise<null>((resolve) => release.push(() => resolve(null))));
        return null;
      },
    };
    const second = mailroom(journal, { definitions: [definition] });
    await second.engine.resume(definition, run);
    await second.engine.recover();
    await second.clock.advance(0);
    expect(handled).toEqual([]);
    release[0]?.();
    await second.clock.advance(0);
    expect(handled).toEqual(["2"]);
  });

  test("one that is cancelled before its turn is not handled", async () => {
    const { engine, clock, handled, release } = mailroom(open());
    await engine.send(to("a"), "hold 1");
    const { run } = await engine.send(to("a"), "2");
    await engine.send(to("a"), "3");
    await clock.advance(0);
    const told: string[] = [];
    engine.observe(({ type, run: of }) => void (of === run && told.push(type)));
    await engine.cancel(run);
    await engine.cancel(run);
    release("hold 1");
    await clock.advance(0);
    expect(handled).toEqual(["a:hold 1", "a:3"]);
    expect(told).toEqual(["run-cancelled"]);
  });

  test("one that is cancelled before it is due is let go of", async () => {
    const { engine, clock, handled } = mailroom(open());
    const { run } = await engine.send(to("a"), "1", { delay: "1h" });
    await engine.send(to("a"), "2", { delay: "2h" });
    await engine.cancel(run);
    expect(engine.stats().mail.delayed).toBe(1);
    await clock.advance("3h");
    expect(handled).toEqual(["a:2"]);
  });

  test("an unknown name, a message that is not JSON and a closed engine refuse", async () => {
    const { engine } = mailroom(open());
    expect(await failureOf(engine.send({ name: "nobody", id: "a" }, 1))).toMatchObject({ code: "definition-unknown" });
    expect(await failureOf(engine.send(to("a"), new Map()))).toMatchObject({ code: "not-json" });
    expect(await failureOf(engine.send(to(""), 1))).toMatchObject({ code: "invalid-option" });
    expect(await failureOf(engine.send(to("a"), 1, { id: "" }))).toMatchObject({ code: "invalid-option" });
    await engine[Symbol.asyncDispose]();
    expect(await failureOf(engine.send(to("a"), 1))).toMatchObject({ code: "engine-closed" });
  });

  test("what an engine would refuse of a message is refused as well where it is recorded without one", async () => {
    const journal = open();
    expect(await failureOf(recordMessage(journal, to("a"), new Map()))).toMatchObject({ code: "not-json" });
    expect(await failureOf(recordMessage(journal, to(""), 1))).toMatchObject({ code: "invalid-option" });
    expect(await failureOf(recordMessage(journal, to("a"), 1, { id: "" }))).toMatchObject({ code: "invalid-option" });
  });

  describe("with a delay", () => {
    test("come when they are due, in that order", async () => {
      const { engine, clock, handled } = mailroom(open());
      await engine.send(to("a"), "late", { delay: "2h" });
      await engine.send(to("a"), "soon", { delay: "1h" });
      await engine.send(to("a"), "now");
      await clock.advance("1h");
      expect(handled).toEqual(["a:now", "a:soon"]);
      await clock.advance("1h");
      expect(handled).toEqual(["a:now", "a:soon", "a:late"]);
    });

    test("come when they are due also where they were sent again meanwhile, to be handled at once", async () => {
      const { engine, clock, handled } = mailroom(open());
      await engine.send(to("a"), "1", { id: "m", delay: "1h" });
      expect(await engine.send(to("a"), "1", { id: "m" })).toMatchObject({ duplicate: true });
      expect(await engine.send(to("a"), "1", { id: "m", delay: "1m" })).toMatchObject({ duplicate: true });
      const reply = engine.ask(to("a"), "1", { id: "m" });
      await clock.advance("59m");
      expect(handled).toEqual([]);
      await clock.advance("1m");
      expect(handled).toEqual(["a:1"]);
      expect(await reply).toBe("1");
      await engine.send(to("a"), "2");
      await clock.advance(0);
      expect(handled).toEqual(["a:1", "a:2"]);
    });

    test("come when they are due after a restart too", async () => {
      const journal = open();
      const first = mailroom(journal);
      await first.engine.send(to("a"), "late", { delay: "2h" });
      await first.engine.send(to("a"), "soon", { delay: "1h" });
      await first.engine[Symbol.asyncDispose]();
      const second = mailroom(journal, {}, 1_800_000);
      expect((await second.engine.recover()).messages).toHaveLength(2);
      await second.clock.advance("29m");
      expect(second.handled).toEqual([]);
      await second.clock.advance("1m");
      expect(second.handled).toEqual(["a:soon"]);
      await second.clock.advance("1h");
      expect(second.handled).toEqual(["a:soon", "a:late"]);
    });

    test("are put off for no longer than was said where the clock went back before a restart", async () => {
      const journal = open();
      const first = mailroom(journal, {}, 86_400_000);
      await first.engine.send(to("a"), "soon", { delay: "1h" });
      await first.engine[Symbol.asyncDispose]();
      const second = mailroom(journal);
      await second.engine.recover();
      await second.clock.advance("59m");
      expect(second.handled).toEqual([]);
      await second.clock.advance("1m");
      expect(second.handled).toEqual(["a:soon"]);
    });

    test("that came due while no process ran come in the order in which they were due", async () => {
      const journal = open();
      const first = mailroom(journal);
      await first.engine.send(to("a"), "hold 1");
      await first.engine.send(to("a"), "late", { delay: "2h" });
      await first.engine.send(to("a"), "soon", { delay: "1h" });
      await first.engine.send(to("a"), "2");
      await first.clock.advance(0);
      await first.engine[Symbol.asyncDispose]();
      const second = mailroom(journal, {}, 36_000_000);
      await second.engine.recover();
      await second.clock.advance(0);
      second.release("hold 1");
      await second.clock.advance(0);
      expect(second.handled).toEqual(["a:2", "a:soon", "a:late"]);
    });
  });

  describe("that come again", () => {
    test("fifty at once, and one after a restart, are one message", async () => {
      const journal = open();
      const { engine, clock, handled } = mailroom(journal);
      const receipts = await Promise.all(Array.from({ length: 50 }, () => engine.send(to("a"), "x", { id: "m" })));
      await clock.advance(0);
      expect(receipts.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
      expect(new Set(receipts.map(({ run }) => run)).size).toBe(1);
      expect(handled).toEqual(["a:x"]);
      await engine[Symbol.asyncDispose]();
      const second = mailroom(journal);
      expect(await second.engine.send(to("a"), "x", { id: "m" })).toMatchObject({ duplicate: true });
      await second.clock.advance(0);
      expect(second.handled).toEqual([]);
    });

    test("to another key are others", async () => {
      const { engine, clock, handled } = mailroom(open());
      await engine.send(to("a"), "x", { id: "m" });
      await engine.send(to("b"), "x", { id: "m" });
      await clock.advance(0);
      expect(handled).toEqual(["a:x", "b:x"]);
    });

    test("are not taken for a run that somebody gave such an id", async () => {
      const { engine, clock, handled } = mailroom(open());
      const other: Runnable<undefined, string> = { name: "other", version: "1", execute: async () => "another's" };
      expect(await engine.run(other, undefined, { id: "clerk/a/m" })).toBe("another's");
      expect(await engine.send(to("a"), "x", { id: "m" })).toMatchObject({ id: "m", duplicate: false });
      expect(await engine.send(to("a"), "x", { id: "m" })).toMatchObject({ id: "m", duplicate: true });
      await clock.advance(0);
      expect(handled).toEqual(["a:x"]);
    });

    test("after the window are new ones", async () => {
      const { engine, clock, handled } = mailroom(open(), { dedupe: "1h" });
      const first = await engine.send(to("a"), "x", { id: "m" });
      await clock.advance("59m");
      expect(await engine.send(to("a"), "x", { id: "m" })).toMatchObject({ duplicate: true });
      await clock.advance("1m");
      const second = await engine.send(to("a"), "x", { id: "m" });
      expect(second).toMatchObject({ id: "m", duplicate: false });
      expect(second.run).not.toBe(first.run);
      await clock.advance(0);
      expect(handled).toEqual(["a:x", "a:x"]);
    });

    test("after the window, while the first still waits, are none", async () => {
      const { engine, clock } = mailroom(open(), { dedupe: "1h" });
      await engine.send(to("a"), "ask", { id: "m" });
      await clock.advance("2h");
      expect(await engine.send(to("a"), "ask", { id: "m" })).toMatchObject({ duplicate: true });
    });

    test("are known where nothing else is retained", async () => {
      const { engine, clock } = mailroom(open(), { retain: "nothing" });
      await engine.send(to("a"), "x", { id: "m" });
      await clock.advance(0);
      expect(await engine.send(to("a"), "x", { id: "m" })).toMatchObject({ duplicate: true });
    });
  });

  describe("that kill their process", () => {
    const deadly = (alive: () => boolean, handled: string[]): Runnable<string, string> => ({
      name: "clerk",
      version: "1",
      async execute(run, message) {
        if (message === "deadly") await run.step("die", forever);
        if (message === "further") {
          await run.step({ name: "got", key: String(Math.random()) }, () => null);
          await run.step("die", forever);
        }
        return run.step("note", () => (alive() && handled.push(message), message));
      },
    });

    async function processes(journal: Journal, count: number, how: "dies" | "stops", handled: string[] = []) {
      let last = await process();
      for (let n = 1; n < count; n++) last = await process();
      return last;

      async function process() {
        const clock = virtualClock();
        const engine = new EmbeddedEngine({ journal, clock, definitions: [deadly(() => true, handled)] });
        const set: string[] = [];
        engine.observe((event) => void set.push(event.type));
        await engine.recover();
        await clock.advance("1m");
        if (how === "stops") await engine[Symbol.asyncDispose]();
        return { engine, clock };
      }
    }

    test("are set aside after three beginnings, and the next one goes on", async () => {
      const journal = open();
      const handled: string[] = [];
      const { engine, clock } = mailroom(journal, { definitions: [deadly(() => true, handled)] });
      const { run } = await engine.send(to("a"), "deadly");
      await engine.send(to("a"), "next");
      await clock.advance(0);
      await processes(journal, 2, "dies", handled);
      expect(await stateOf(journal, run)).toBe("running");
      expect(handled).toEqual([]);
      await processes(journal, 1, "dies", handled);
      expect(await stateOf(journal, run)).toBe("set-aside");
      expect((await recorded(journal, run)).at(-1)).toMatchObject({
        type: "message-set-aside",
        data: { attempts: 3, error: { code: "message-set-aside", got: expect.stringContaining("3 beginnings") } },
      });
      expect(handled).toEqual(["next"]);
    });

    test("are not set aside where their engine was closed in good order", async () => {
      const journal = open();
      const { engine, clock } = mailroom(journal, { definitions: [deadly(() => true, [])] });
      const { run } = await engine.send(to("a"), "deadly");
      await clock.advance(0);
      await engine[Symbol.asyncDispose]();
      await processes(journal, 6, "stops");
      expect(await stateOf(journal, run)).toBe("running");
    });

    test("are not set aside where they get further each time", async () => {
      const journal = open();
      const { engine, clock } = mailroom(journal, { definitions: [deadly(() => true, [])] });
      const { run } = await engine.send(to("a"), "further");
      await clock.advance(0);
      await processes(journal, 6, "dies");
      expect(await stateOf(journal, run)).toBe("running");
    });
  });

  test("a thousand keys", async () => {
    const { engine, clock, handled } = mailroom(open());
    await Promise.all(Array.from({ length: 1_000 }, (_each, n) => engine.send(to(String(n)), "x")));
    await clock.advance(0);
    expect(new Set(handled).size).toBe(1_000);
    expect(handled).toHaveLength(1_000);
  });

  test("wherever a process dies, each that was acknowledged is handled, in order", async () => {
    const messages = ["a:1", "b:1", "a:2"];
    const live = async (journal: Journal, point?: Parameters<typeof life>[1]) => {
      const handled: string[] = [];
      const definition: Runnable<string, null> = {
        name: "clerk",
        version: "1",
        execute: async (run: Run, message) => {
          await run.step("note", () => (process.alive() && handled.push(message), null));
          return null;
        },
      };
      const process = life(journal, point, { definitions: [definition] });
      const acknowledged: string[] = [];
      void process.engine.recover();
      for (const message of messages) {
        const id = message.slice(0, 1);
        void process.engine.send(to(id), message, { id: message }).then(
          () => acknowledged.push(message),
          () => {},
        );
      }
      await process.clock.advance("1m");
      return { ...process, handled, acknowledged };
    };
    const whole = await live(open());
    expect(whole.handled).toEqual(["a:1", "b:1", "a:2"]);
    await atEachPoint(whole.journal.appends, async (point) => {
      const journal = open();
      const first = await live(journal, point);
      for (const message of first.acknowledged) {
        expect(await history(journal, `clerk/${message.slice(0, 1)}/${message}`)).toContain("message-received");
      }
      const noted = new Set<string>();
      for (const message of messages) {
        const steps = await history(journal, `clerk/${message.slice(0, 1)}/${message}`);
        if (steps.includes("step-finished note")) noted.add(message);
      }
      const second = await live(journal);
      const all = [...first.handled, ...second.handled];
      for (const message of messages) {
        expect(all.filter((each) => each === message).length).toBeGreaterThanOrEqual(1);
        expect(await stateOf(journal, `clerk/${message.slice(0, 1)}/${message}`)).toBe("finished");
      }
      expect(second.handled.filter((message) => noted.has(message))).toEqual([]);
      expect(all.length).toBeLessThanOrEqual(messages.length + 2);
      const ends = messages.map((message) => `clerk/${message.slice(0, 1)}/${message}`);
      const [one, , two] = await Promise.all(ends.map(async (id) => (await recorded(journal, id)).at(-1)?.seq ?? 0));
      expect(one).toBeLessThan(two ?? 0);
      expect(second.handled.filter((message) => message.startsWith("a"))).toEqual(
        second.handled.filter((message) => message.startsWith("a")).sort(),
      );
    });
  });
});
