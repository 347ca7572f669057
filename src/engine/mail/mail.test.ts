// Messages, as an engine keeps them, beyond what the conformance suite says
// - are not gone on with out of their order, whoever resumes one
// - of a definition that comes later go on then, before those that come with it; another one of its name is refused
// - under way finish while an engine is quiesced, with what they ask of others; others are not begun; what waits from outside
//   is told when it closes
// - that are cancelled while they are begun are cancelled, not halted; who asks for one again meanwhile is told so
// - that cannot be taken back keep nobody waiting who gives up
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { EventEnvelope, Run, Runnable } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import { EmbeddedEngine } from "../embedded-engine.ts";
import { body, failureOf, forever, history, place, stateOf } from "../engine.fixture.ts";
import { journals, WrappedJournal } from "../journals.fixture.ts";
import { virtualClock } from "../../testing/index.ts";

const to = (id: string) => ({ name: "clerk", id });

interface Held {
  readonly definition: Runnable<string, string>;
  readonly handled: string[];
  readonly release: (message: string) => void;
}

function clerk(name = "clerk", more: (run: Run, message: string) => Promise<unknown> = async () => {}): Held {
  const handled: string[] = [];
  const held = new Map<string, PromiseWithResolvers<null>>();
  const gate = (message: string): PromiseWithResolvers<null> => {
    const found = held.get(message) ?? Promise.withResolvers<null>();
    held.set(message, found);
    return found;
  };
  const definition: Runnable<string, string> = {
    name,
    version: "1",
    execute: async (run, message) => {
      if (message.startsWith("hold")) await run.step("hold", () => gate(message).promise);
      if (message.startsWith("wait")) await run.waitFor("go");
      await more(run, message);
      handled.push(message);
      return message;
    },
  };
  return { definition, handled, release: (message) => gate(message).resolve(null) };
}

/** Reading takes turns of the event loop, as from a disk. */
class Slow extends WrappedJournal {
  override async *read(...call: Parameters<Journal["read"]>): AsyncGenerator<EventEnvelope> {
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    yield* super.read(...call);
  }

  override async *heads(...call: Parameters<Journal["heads"]>): ReturnType<Journal["heads"]> {
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    yield* super.heads(...call);
  }
}

/** Receipts are lost as long as it is told to, or appended and acknowledged when it is told. */
class Receiving extends WrappedJournal {
  losing = true;
  readonly received: string[] = [];
  readonly acknowledged = Promise.withResolvers<void>();

  override append(...call: Parameters<Journal["append"]>): void | Promise<void> {
    const receipt = call[0].find(({ type }) => type === "message-received");
    if (receipt === undefined) return super.append(...call);
    if (this.losing) return new Promise(() => {});
    this.received.push(receipt.stream);
    const appended = super.append(...call);
    return this.acknowledged.promise.then(() => appended);
  }
}

/** What it holds cannot be looked through as long as it fails. */
class Failing extends WrappedJournal {
  fails = false;

  override heads(...call: Parameters<Journal["heads"]>): ReturnType<Journal["heads"]> {
    if (this.fails) throw new Error("the disk is gone");
    return super.heads(...call);
  }
}

/** No cancel can be recorded. */
class Forgetful extends WrappedJournal {
  override append(...call: Parameters<Journal["append"]>): void | Promise<void> {
    if (call[0].some(({ type }) => type === "run-cancelled")) throw new Error("the disk is gone");
    return super.append(...call);
  }
}

describe.each(journals)("%s", (_, open) => {
  test("are handled in the order of their receipts, also one that is asked again after a crash", async () => {
    const asker = body((run) => run.ask({ name: "clerk" }, "a", "asked"), "asker");
    const journal = new Receiving(open());
    const first = place(journal, { definitions: [clerk().definition] });
    void first.engine.start(asker, undefined, { id: "asker" }).result.catch(() => {});
    while (!(await history(journal, "asker")).includes("step-started ask clerk[a]")) await setImmediate();

    journal.losing = false;
    const { definition, handled } = clerk();
    const next = place(journal, { definitions: [definition] });
    const { result } = await next.engine.resume(asker, "asker");
    while (journal.received.length === 0) await setImmediate();
    const sent = next.engine.send(to("a"), "sent", { id: "sent" });
    while (journal.received.length === 1) await setImmediate();
    journal.acknowledged.resolve();
    await Promise.all([result, sent]);
    await next.clock.advance(0);
    await next.engine.quiesce(1_000, { drain: true });
    expect(handled).toEqual(["asked", "sent"]);
  });

  describe("whose turn has not come", () => {
    test("are not gone on with before those that were received before them, under way or not", async () => {
      const journal = open();
      const first = place(journal, { definitions: [clerk().definition] });
      for (const id of ["wait", "2", "3"]) await first.engine.send(to("a"), id, { id });
      await first.engine.send(to("a"), "later", { id: "later", delay: "1h" });
      await first.clock.advance(0);
      const refused = { code: "not-its-turn", data: { run: "clerk/a/2", key: to("a"), before: "clerk/a/wait" } };
      await expect(first.engine.resume(clerk().definition, "clerk/a/2")).rejects.toMatchObject(refused);
      await first.engine[Symbol.asyncDispose]();

      const { definition, handled } = clerk();
      const next = place(journal, { definitions: [definition] });
      for (const id of ["2", "3", "later"]) {
        await expect(next.engine.resume(definition, `clerk/a/${id}`)).rejects.toMatchObject({ code: "not-its-turn" });
      }
      expect(handled).toEqual([]);
      const { result } = await next.engine.resume(definition, "clerk/a/wait");
      await next.engine.answer("clerk/a/wait", "go", { value: 1 });
      await result;
      await (
        await next.engine.resume(definition, "clerk/a/2")
      ).result;
      await next.engine.recover();
      await next.clock.advance(0);
      expect(handled).toEqual(["wait", "2", "3"]);
      await next.engine[Symbol.asyncDispose]();
    });
  });

  describe("a definition that comes later", () => {
    test("goes on with what the journal holds of it, before what comes with it", async () => {
      const journal = open();
      const first = place(journal, { definitions: [clerk().definition] });
      for (const message of ["hold", "2", "3"]) await first.engine.send(to("a"), message);
      await first.clock.advance(0);
      await first.engine[Symbol.asyncDispose]();
      const later = clerk();
      later.release("hold");
      const { engine, clock } = place(journal);
      expect((await engine.recover()).unknown).toHaveLength(3);
      const registering = engine.register(later.definition);
      const sent = engine.send(to("a"), "4");
      await Promise.all([registering, engine.register(later.definition), sent]);
      await clock.advance(0);
      expect(later.handled).toEqual(["hold", "2", "3", "4"]);
    });

    test("goes on with it before what is sent by a run that is recovered meanwhile", async () => {
      const journal = open();
      const asker = body((r) => r.tell({ name: "clerk" }, "a", "new"), "asker");
      const others = ["s", "t", "u"].map((name) => body(forever, name));
      const first = place(journal, { definitions: [clerk().definition] });
      for (const message of ["hold", "2"]) await first.engine.send(to("a"), message);
      for (const each of [body(forever, "asker"), ...others]) {
        first.engine.start(each, undefined, { id: each.name }).result.catch(() => {});
      }
      await first.clock.advance(0);
      await first.engine[Symbol.asyncDispose]();
      const later = clerk();
      later.release("hold");
      const { engine, clock } = place(new Slow(journal), { definitions: [asker, ...others] });
      const recovered = engine.recover();
      for (let turn = 0; turn < 8; turn++) await setImmediate();
      await engine.register(later.definition);
      await recovered;
      for (let turn = 0; turn < 40; turn++) await setImmediate();
      await clock.advance(0);
      expect(later.handled).toEqual(["hold", "2", "new"]);
    });

    test("may be asked by runs from then on", async () => {
      const { engine } = place(open());
      const run = body((r) => r.ask({ name: "clerk" }, "a", "x"));
      expect(await failureOf(engine.run(run, undefined))).toMatchObject({ code: "definition-unknown" });
      await engine.register(clerk().definition);
      expect(await engine.run(run, undefined)).toBe("x");
    });

    test("goes on after a failure of the journal, when it is asked for again", async () => {
      const journal = new Failing(open());
      const { engine } = place(journal);
      await engine.recover();
      const { definition } = clerk();
      journal.fails = true;
      expect((await failureOf(engine.register(definition))).message).toBe("the disk is gone");
      journal.fails = false;
      await engine.register(definition);
      expect(await engine.ask(to("a"), "x")).toBe("x");
    });

    test("is harmless the second time, and refused where another one has its name", async () => {
      const { engine } = place(open());
      const { definition } = clerk();
      await engine.register(definition);
      await engine.register(definition);
      expect(await failureOf(engine.register(clerk().definition))).toMatchObject({ code: "invalid-option" });
      await engine[Symbol.asyncDispose]();
      expect(await failureOf(engine.register(definition))).toMatchObject({ code: "engine-closed" });
    });
  });

  describe("an engine that is quiesced", () => {
    async function opened(...others: Runnable<string, unknown>[]) {
      const journal = open();
      const clock = virtualClock();
      const its = clerk();
      const engine = new EmbeddedEngine({ journal, clock, definitions: [its.definition, ...others] });
      await engine.recover();
      return { ...its, engine, clock, journal };
    }

    test("refuses a drain that is neither true nor false", async () => {
      const { engine } = await opened();
      await expect(engine.quiesce(0, { drain: "no" as never })).rejects.toMatchObject({ code: "invalid-option" });
    });

    test("lets what is under way finish, and begins nothing else", async () => {
      const { engine, clock, handled, release } = await opened();
      for (const message of ["hold", "2"]) await engine.send(to("a"), message);
      await clock.advance(0);
      let isQuiet = false;
      const quiet = engine.quiesce(60_000).then(() => (isQuiet = true));
      await clock.advance("1s");
      expect(isQuiet).toBe(false);
      release("hold");
      await quiet;
      await clock.advance("1h");
      expect(handled).toEqual(["hold"]);
      expect(clock.pending).toBe(0);
    });

    test("gives up when so much time has passed", async () => {
      const { engine, clock } = await opened();
      await engine.send(to("a"), "hold");
      await clock.advance(0);
      let isQuiet = false;
      void engine.quiesce(5_000).then(() => (isQuiet = true));
      await clock.advance("4s");
      expect(isQuiet).toBe(false);
      await clock.advance("1s");
      expect(isQuiet).toBe(true);
    });

    test("tells each that waits for it", async () => {
      const { engine, clock, release } = await opened();
      await engine.send(to("a"), "hold");
      await clock.advance(0);
      const quiet = Promise.all([engine.quiesce(60_000), engine.quiesce(60_000)]);
      release("hold");
      await quiet;
    });

    test("with drain handles what waits, and does not wait for what waits for an answer", async () => {
      const { engine, clock, handled, release } = await opened();
      for (const message of ["hold", "2", "3"]) await engine.send(to("a"), message);
      for (const message of ["wait", "behind"]) await engine.send(to("b"), message);
      await clock.advance(0);
      const quiet = engine.quiesce(60_000, { drain: true });
      release("hold");
      await quiet;
      expect(handled).toEqual(["hold", "2", "3"]);
    });

    test("handles messages whose reply a run waits for, and what stands before them", async () => {
      const asker = body((r) => r.ask({ name: "clerk" }, "a", "asked"), "asker") as unknown as Runnable<
        string,
        unknown
      >;
      const { engine, clock, handled, release } = await opened(asker);
      for (const message of ["hold", "before"]) await engine.send(to("a"), message);
      await clock.advance(0);
      const { run } = await engine.send({ name: "asker", id: "x" }, "go");
      await clock.advance(0);
      await engine.send(to("a"), "behind");
      const quiet = engine.quiesce(60_000);
      release("hold");
      await quiet;
      expect(handled).toEqual(["hold", "before", "asked"]);
      expect(run).toMatch(/^asker\/x\//);
    });
  });

  test("who waits from outside is told when the engine closes", async () => {
    const { engine, clock } = place(open(), { definitions: [clerk().definition] });
    const asked = failureOf(engine.ask(to("a"), "hold"));
    await clock.advance(0);
    const turn = failureOf(engine.turn(to("a"), async () => 1));
    const queued = failureOf(engine.ask(to("a"), "2"));
    await clock.advance(0);
    await engine[Symbol.asyncDispose]();
    for (const failed of [asked, turn, queued]) expect(await failed).toMatchObject({ code: "engine-closed" });
  });

  test("a turn that throws at once fails, and the next one comes", async () => {
    const { engine } = place(open(), { definitions: [clerk().definition] });
    const work = (): Promise<never> => {
      throw new RangeError("no");
    };
    expect(await failureOf(engine.turn(to("a"), work))).toBeInstanceOf(RangeError);
    expect(await engine.ask(to("a"), "x")).toBe("x");
  });

  test("one with a delay that is recorded as its engine closes leaves no timer", async () => {
    const journal = new Receiving(open());
    journal.losing = false;
    const { engine, clock } = place(journal, { definitions: [clerk().definition] });
    await engine.recover();
    const sent = engine.send(to("a"), "x", { delay: "1h" });
    await engine[Symbol.asyncDispose]();
    journal.acknowledged.resolve();
    await sent;
    expect(clock.pending).toBe(0);
  });

  test("an ask whose time is over is told so, also where its message cannot be taken back", async () => {
    const journal = new Forgetful(open());
    const { engine, clock } = place(journal, { definitions: [clerk().definition] });
    await engine.send(to("a"), "hold");
    await clock.advance(0);
    const asked = failureOf(engine.ask(to("a"), "x", { deadline: "5s" }));
    await clock.advance("5s");
    expect(await Promise.race([asked, setImmediate("nothing")])).toMatchObject({
      code: "ask-timeout",
      got: expect.stringContaining("the message stays"),
    });
    const controller = new AbortController();
    const stopped = failureOf(engine.ask(to("a"), "y", { signal: controller.signal }));
    await clock.advance(0);
    controller.abort("enough");
    expect(await Promise.race([stopped, setImmediate("nothing")])).toMatchObject({ code: "cancelled" });
  });

  test("one that is cancelled while it is begun is cancelled, not halted", async () => {
    for (let turns = 0; turns < 60; turns++) {
      const journal = open();
      const { engine, clock } = place(journal, { definitions: [clerk().definition] });
      const halts: string[] = [];
      engine.observe(({ type, run }) => void (type === "run-halted" && halts.push(run)));
      const { run } = await engine.send(to("a"), "hold", { id: "m" });
      for (let turn = 0; turn < turns; turn++) await undefined;
      await engine.cancel(run);
      await clock.advance(0);
      expect(await stateOf(journal, run)).toBe("cancelled");
      expect(halts).toEqual([]);
      expect(await engine.ask(to("a"), "next")).toBe("next");
    }
  });

  test("one that is cancelled while it is asked for again tells who asks, and nobody else", async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", listen);
    for (let turns = 0; turns < 12; turns++) {
      const { engine, clock } = place(new Slow(open()), { definitions: [clerk().definition] });
      await engine.send(to("a"), "hold");
      const { run } = await engine.send(to("a"), "x", { id: "m" });
      const asked = failureOf(engine.ask(to("a"), "x", { id: "m" }));
      for (let turn = 0; turn < turns; turn++) await setImmediate();
      await engine.cancel(run);
      for (let turn = 0; turn < 12; turn++) await setImmediate();
      await clock.advance(0);
      expect(await asked).toMatchObject({ code: "cancelled" });
    }
    process.off("unhandledRejection", listen);
    expect(unhandled).toEqual([]);
  });

  test("an ask that is taken back at any moment is cancelled, or had its reply", async () => {
    for (let turns = 0; turns < 60; turns++) {
      const journal = open();
      const its = clerk();
      const { engine, clock } = place(journal, { definitions: [its.definition] });
      await engine.recover();
      const controller = new AbortController();
      const asked = engine.ask(to("a"), "x", { signal: controller.signal }).catch((error: unknown) => error);
      for (let turn = 0; turn < turns; turn++) await undefined;
      controller.abort();
      await clock.advance(0);
      const outcome = await asked;
      if (outcome !== "x") expect(outcome).toMatchObject({ code: "cancelled" });
      const states = (await Array.fromAsync(journal.heads({ kind: "run" }))).map(({ state }) => state);
      if (states.length > 0) expect(states).toEqual([outcome === "x" ? "finished" : "cancelled"]);
    }
  });
});
