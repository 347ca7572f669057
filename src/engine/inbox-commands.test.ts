// Commands from other processes, through a journal's inbox
// - cancel, answer and send as the engine's methods do, and give their replies
// - that come again do nothing, and are given the same reply
// - an ask is one by somebody else: who asks here, too, and gives up does not take it back
// - that make no sense are refused with what was expected
// - go to the engine that the run is under way in, or that has the definition, of those on one journal
// - wait when the last engine is closed
// Engines on one journal
// - cancel, answer and note a run where it is under way, whichever of them is asked
// - do not go on with a run that is under way in another one
import { describe, expect, test } from "vitest";
import type { Runnable } from "../base/index.ts";
import type { Command, Inbox, Journal } from "../journal/index.ts";
import { virtualClock } from "../testing/index.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import type { EmbeddedEngineOptions } from "./embedded-engine-options.ts";
import { body, failureOf, history, stateOf } from "./engine.fixture.ts";
import { journals, WrappedJournal } from "./journals.fixture.ts";

/** An inbox as one in a journal: one handler at a time, and what comes without one waits. */
class FakeInbox implements Inbox {
  handle: ((command: Command) => Promise<unknown>) | undefined;
  #last = 0;

  serve(handle: (command: Command) => Promise<unknown>): () => void {
    if (this.handle !== undefined) throw new Error("it is served already");
    this.handle = handle;
    return () => {
      if (this.handle === handle) this.handle = undefined;
    };
  }

  put(type: string, data: unknown, id = `c${++this.#last}`): Promise<unknown> {
    if (this.handle === undefined) return Promise.reject(new Error("nobody serves it"));
    return this.handle({ id, type, data });
  }
}

class Reachable extends WrappedJournal {
  readonly inbox = new FakeInbox();
}

function withInbox(journal: Journal): { journal: Journal; inbox: FakeInbox } {
  const reachable = new Reachable(journal);
  return { journal: reachable, inbox: reachable.inbox };
}

const asking = body((r) => r.waitFor("go"), "asking");

function clerk(name: string, handled: string[]): Runnable<string, string> {
  return { name, version: "1", execute: (run, message) => run.step("note", () => (handled.push(message), message)) };
}

describe.each(journals)("%s", (_, open) => {
  async function served(options: EmbeddedEngineOptions = {}) {
    const { journal, inbox } = withInbox(open());
    const clock = virtualClock();
    const engine = new EmbeddedEngine({ journal, clock, ...options });
    const handle = engine.start(asking, undefined, { id: "r" });
    handle.result.catch(() => {});
    await clock.advance(0);
    return { journal, inbox, clock, engine, handle };
  }

  test.each(["before", "after"])(
    "what was asked %s somebody asked it here stays when that one gives up",
    async (when) => {
      const { inbox, clock, engine } = await served({ definitions: [asking] });
      const to = { name: "asking", id: "a" };
      const outside = () => inbox.put("send", { key: to, message: 1, options: { id: "m" }, asked: true });
      if (when === "before") await outside();
      const failed = failureOf(engine.ask(to, 1, { id: "m", deadline: "5s" }));
      await clock.advance(0);
      if (when === "after") await outside();
      await clock.advance("5s");
      expect(await failed).toMatchObject({ code: "ask-timeout", got: expect.stringContaining("the message stays") });
      const reply = engine.ask(to, 1, { id: "m" });
      await clock.advance(0);
      await engine.answer("asking/a/m", "go", { value: "reply" });
      await clock.advance(0);
      expect(await reply).toBe("reply");
    },
  );

  test("are not served before the engine is used", () => {
    const { journal, inbox } = withInbox(open());
    const engine = new EmbeddedEngine({ journal });
    expect(engine).toBeDefined();
    expect(inbox.handle).toBeUndefined();
  });

  test("cancel", async () => {
    const { inbox, handle, journal } = await served();
    expect(await inbox.put("cancel", { run: "r", reason: "enough" })).toBeNull();
    expect(await failureOf(handle.result)).toMatchObject({ code: "cancelled", cause: "enough" });
    expect(await stateOf(journal, "r")).toBe("cancelled");
    expect(await inbox.put("cancel", { run: "r" })).toBeNull();
  });

  test("answer, and an answer that comes again is known", async () => {
    const { inbox, handle, journal } = await served();
    expect(await inbox.put("answer", { run: "r", key: "go", answer: { value: 5 } }, "c")).toBeNull();
    expect(await handle.result).toBe(5);
    expect(await inbox.put("answer", { run: "r", key: "go", answer: { value: 5 } }, "c")).toBeNull();
    expect(await failureOf(inbox.put("answer", { run: "r", key: "go", answer: { value: 5 } }, "other"))).toMatchObject({
      code: "not-waiting",
    });
    expect((await history(journal, "r")).filter((line) => line === "signal-received go")).toHaveLength(1);
  });

  test("an answer that comes again while the run goes on is known", async () => {
    const { journal, inbox } = withInbox(open());
    const clock = virtualClock();
    const engine = new EmbeddedEngine({ journal, clock });
    const two = body(async (r) => [await r.waitFor("go"), await r.waitFor("go")]);
    engine.start(two, undefined, { id: "r" }).result.catch(() => {});
    await clock.advance(0);
    await inbox.put("answer", { run: "r", key: "go", answer: { value: 1 } }, "c");
    await clock.advance(0);
    expect(await inbox.put("answer", { run: "r", key: "go", answer: { value: 1 } }, "c")).toBeNull();
    expect(await stateOf(journal, "r")).toBe("suspended");
  });

  test("send, and a message that comes again gets the same receipt", async () => {
    const handled: string[] = [];
    const { inbox, clock } = await served({ definitions: [clerk("clerk", handled)] });
    const send = { key: { name: "clerk", id: "a" }, message: "hello" };
    const receipt = { id: "c", run: "clerk/a/c", duplicate: false };
    expect(await inbox.put("send", send, "c")).toEqual(receipt);
    await clock.advance(0);
    expect(await inbox.put("send", send, "c")).toEqual(receipt);
    expect(await inbox.put("send", { ...send, options: { id: "c" } }, "d")).toEqual({ ...receipt, duplicate: true });
    await clock.advance(0);
    expect(handled).toEqual(["hello"]);
  });

  const bad: Readonly<Record<string, [type: string, data: unknown]>> = {
    "of another type": ["drop", { run: "r" }],
    "without data": ["cancel", null],
    "without a run": ["cancel", { reason: "enough" }],
    "with a run that is none": ["answer", { run: 5, key: "go", answer: { value: 1 } }],
    "without an answer": ["answer", { run: "r", key: "go" }],
    "with an answer that is none": ["answer", { run: "r", key: "go", answer: { again: "yes" } }],
    "without a key": ["send", { message: 1 }],
    "with a key that is none": ["send", { key: "clerk", message: 1 }],
    "with options that are none": ["send", { key: { name: "clerk", id: "a" }, message: 1, options: { delay: "soon" } }],
  };
  test.each(Object.entries(bad))("%s are refused", async (_name, [type, data]) => {
    const { inbox, journal } = await served({ definitions: [clerk("clerk", [])] });
    const error = await failureOf(inbox.put(type, data));
    expect((error as { code?: string }).code).toMatch(/^invalid-/);
    expect(error).toMatchObject({ expected: expect.any(String), got: expect.any(String), fix: expect.any(String) });
    expect(await stateOf(journal, "r")).toBe("suspended");
  });

  test("go to the engine that can do it", async () => {
    const { journal, inbox } = withInbox(open());
    const clock = virtualClock();
    const handled: string[][] = [[], []];
    const [one, two] = handled.map(
      (each, n) => new EmbeddedEngine({ journal, clock, definitions: [clerk(`clerk ${n}`, each)] }),
    ) as [EmbeddedEngine, EmbeddedEngine];
    await one.recover();
    const handle = two.start(asking, undefined, { id: "r" });
    await clock.advance(0);
    await inbox.put("send", { key: { name: "clerk 1", id: "a" }, message: "x" });
    await inbox.put("answer", { run: "r", key: "go", answer: { value: 1 } });
    expect(await handle.result).toBe(1);
    await clock.advance(0);
    expect(handled).toEqual([[], ["x"]]);

    await one[Symbol.asyncDispose]();
    await inbox.put("send", { key: { name: "clerk 1", id: "a" }, message: "y" });
    await clock.advance(0);
    expect(handled[1]).toEqual(["x", "y"]);
    await two[Symbol.asyncDispose]();
    expect(inbox.handle).toBeUndefined();
  });

  test("that an inbox hands over before it is said to be served are carried out", async () => {
    const { journal, inbox } = withInbox(open());
    const waiting = Promise.withResolvers<unknown>();
    const serve = inbox.serve.bind(inbox);
    inbox.serve = (handle) => {
      const stop = serve(handle);
      waiting.resolve(inbox.put("send", { key: { name: "clerk", id: "a" }, message: "x" }, "c"));
      return stop;
    };
    const engine = new EmbeddedEngine({ journal, definitions: [clerk("clerk", [])] });
    await engine.recover();
    expect(await waiting.promise).toEqual({ id: "c", run: "clerk/a/c", duplicate: false });
    await engine[Symbol.asyncDispose]();
    expect(inbox.handle).toBeUndefined();
  });

  test("that are carried out when the last engine is closed are refused as it refuses others", async () => {
    const { inbox, engine, handle } = await served();
    const carryOut = inbox.handle;
    await engine[Symbol.asyncDispose]();
    await failureOf(handle.result);
    const late = carryOut?.({ id: "c", type: "cancel", data: { run: "r" } }) ?? Promise.resolve();
    expect(await failureOf(late)).toMatchObject({ code: "engine-closed", fix: expect.any(String) });
  });

  describe("of two engines on one journal", () => {
    async function beside(options: EmbeddedEngineOptions = {}) {
      const first = await served(options);
      const { journal, clock } = first;
      return { ...first, other: new EmbeddedEngine({ journal, clock, ...options }) };
    }

    test("the one that is asked has the other answer, note and cancel what is under way there", async () => {
      const { other, handle, clock, engine, journal } = await beside();
      await other.note("r", "remark-made", { text: "soon" });
      await other.answer("r", "go", { value: 1 });
      expect(await handle.result).toBe(1);
      expect(await history(journal, "r")).toContain("remark-made");

      const second = engine.start(asking, undefined, { id: "s" });
      second.result.catch(() => {});
      await clock.advance(0);
      await other.cancel("s", "the other one's wish");
      expect(await failureOf(second.result)).toMatchObject({ code: "cancelled", cause: "the other one's wish" });
    });

    test("one that is closed again leaves alone what came after it", async () => {
      const { other, engine, journal, clock, inbox } = await beside();
      await engine[Symbol.asyncDispose]();
      other.start(asking, undefined, { id: "s" }).result.catch(() => {});
      await clock.advance(0);
      await engine[Symbol.asyncDispose]();
      const third = new EmbeddedEngine({ journal, clock });
      expect(await failureOf(third.resume(asking, "s"))).toMatchObject({ code: "run-taken" });
      await other[Symbol.asyncDispose]();
      await third[Symbol.asyncDispose]();
      expect(inbox.handle).toBeUndefined();
    });

    test("one does not go on with what is under way in the other, before that is closed", async () => {
      const { other, handle, engine, clock, journal } = await beside({ definitions: [asking] });
      expect(await failureOf(other.resume(asking, "r"))).toMatchObject({ code: "run-taken" });
      expect(await other.recover()).toMatchObject({ runs: [], unknown: [] });
      await engine[Symbol.asyncDispose]();
      expect(await failureOf(handle.result)).toMatchObject({ code: "engine-closed" });
      const resumed = await other.resume(asking, "r");
      await clock.advance(0);
      await other.answer("r", "go", { value: 2 });
      expect(await resumed.result).toBe(2);
      expect((await history(journal, "r")).filter((event) => event.startsWith("run-resumed"))).toHaveLength(1);
    });
  });
});
