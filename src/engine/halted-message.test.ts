// A message whose run stopped without an ending on record, since other code does not fit its record, or the journal fails
// - its asker is told why, and that it keeps its place; so is who asks for it again under its id
// - who asks behind it is told the same, from the queue, while it waits for a place, and anew; who sends is not refused
// - turns behind it do not come, and say so
// - a run that asks it is halted, too, and fails by nothing: with code that fits, both go on, and each is done once
// - when it has an ending, what waited goes on, and who asks is answered again
// - is no reason to wait for an engine that comes to rest, and is counted
import { describe, expect, test } from "vitest";
import type { EventEnvelope, Run, Runnable } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import { virtualClock } from "../testing/index.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import { failureOf, forever, stateOf } from "./engine.fixture.ts";
import { failingJournal, journals, WrappedJournal } from "./journals.fixture.ts";

const A = { name: "clerk", id: "a" };

/** A stream of it is damaged. */
class Unreadable extends WrappedJournal {
  readonly #stream: string;

  constructor(journal: Journal, stream: string) {
    super(journal);
    this.#stream = stream;
  }

  override read(stream: string, from?: number): AsyncIterable<EventEnvelope> {
    if (stream === this.#stream) throw new Error("a row is damaged");
    return super.read(stream, from);
  }
}

type Body = (run: Run, message: string) => Promise<unknown>;

function clerk(step: string, handled: string[]): Runnable<string, unknown> {
  const execute: Body = async (run, message) => {
    const did = await run.step(step, () => (handled.push(message), `${message} by ${step}`));
    if (message === "hold") await run.step("hold", forever);
    return did;
  };
  return { name: "clerk", version: step, execute };
}

/** Asks the clerk. */
const front: Runnable<string, unknown> = {
  name: "front",
  version: "1",
  execute: async (run, message) => run.ask(A, "a", message),
};

describe.each(journals)("%s", (_, open) => {
  function life(journal: Journal, step: string) {
    const clock = virtualClock();
    const handled: string[] = [];
    const engine = new EmbeddedEngine({ journal, clock, definitions: [clerk(step, handled), front] });
    return { engine, clock, handled };
  }

  /** One message was under way, and the code has changed since. */
  async function halted() {
    const journal = open();
    const first = life(journal, "old");
    const { run } = await first.engine.send(A, "hold", { id: "m" });
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const next = life(journal, "new");
    await next.engine.recover();
    await next.clock.advance("1h");
    expect(next.handled).toEqual([]);
    return { journal, run, ...next };
  }

  test("is told to who asked for it", async () => {
    const journal = open();
    const first = life(journal, "old");
    const { run } = await first.engine.send(A, "hold", { id: "m" });
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const { engine } = life(journal, "new");
    expect(await failureOf(engine.ask(A, "hold", { id: "m" }))).toMatchObject({
      code: "agent-halted",
      message: expect.stringContaining('clerk "a" stands still: '),
      data: { key: A, run },
      cause: { code: "step-mismatch" },
      fix: expect.stringContaining("this message keeps its place"),
    });
    expect(await failureOf(engine.ask(A, "hold", { id: "m" }))).toMatchObject({ code: "agent-halted" });
    expect(await stateOf(journal, run)).toBe("running");
  });

  test("is told to who waits behind it, and to who comes later; a cancel lets the key go on", async () => {
    const journal = open();
    const first = life(journal, "old");
    const { run } = await first.engine.send(A, "hold");
    await first.engine.send(A, "2", { id: "two" });
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const { engine, clock, handled } = life(journal, "new");
    const behind = failureOf(engine.ask(A, "2", { id: "two" }));
    const asked = failureOf(engine.ask(A, "3", { id: "three" }));
    expect([await behind, await asked]).toEqual([
      expect.objectContaining({ code: "agent-halted", fix: expect.stringContaining("keeps its place") }),
      expect.objectContaining({ code: "agent-halted" }),
    ]);
    const late = await failureOf(engine.ask(A, "4", { id: "four" }));
    expect(late).toMatchObject({ code: "agent-halted", fix: expect.stringContaining("nothing of this is on record") });
    expect((await engine.send(A, "5")).duplicate).toBe(false);
    expect(engine.stats().mail).toMatchObject({ halted: 1, handling: 0, suspended: 0 });
    await engine.cancel(run);
    await clock.advance(0);
    expect(handled.filter((message) => message !== "3")).toEqual(["2", "5"]);
    expect(await engine.ask(A, "2", { id: "two" })).toBe("2 by new");
    expect(await engine.ask(A, "4", { id: "four" })).toBe("4 by new");
    expect(engine.stats().mail).toMatchObject({ halted: 0 });
  });

  test("is told to who waits for a place behind it, and to turns", async () => {
    const journal = open();
    const first = life(journal, "old");
    const { run } = await first.engine.send(A, "hold");
    await first.engine.send(A, "2");
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    let stands = Promise.withResolvers<void>();
    const slow: Runnable<string, unknown> = {
      ...clerk("new", []),
      mailbox: { limit: 1 },
      execute: async (r, message) => {
        await stands.promise;
        return r.step("new", () => message);
      },
    };
    const clock = virtualClock();
    const engine = new EmbeddedEngine({ journal, clock, definitions: [slow] });
    await engine.recover();
    await clock.advance(0);
    const asked = failureOf(engine.ask(A, "3"));
    const turn = failureOf(engine.turn(A, async () => "done"));
    let sent = false;
    const send = engine.send(A, "4").then(() => (sent = true));
    await clock.advance(0);
    stands.resolve();
    expect([await asked, await turn]).toEqual([
      expect.objectContaining({ code: "agent-halted" }),
      expect.objectContaining({ code: "agent-halted" }),
    ]);
    expect(await failureOf(engine.turn(A, async () => "done"))).toMatchObject({ code: "agent-halted" });
    await clock.advance("1h");
    expect(sent).toBe(false);
    stands = Promise.withResolvers();
    stands.resolve();
    await engine.cancel(run);
    await send;
    expect(await engine.turn(A, async () => "done")).toBe("done");
  });

  test("halts who asks for it, and with code that fits both go on, once each", async () => {
    const journal = open();
    const first = life(journal, "old");
    await first.engine.send(A, "hold", { id: "m" });
    await first.clock.advance(0);
    const asker = await first.engine.send({ name: "front", id: "f" }, "question");
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const second = life(journal, "new");
    const halts: string[] = [];
    second.engine.observe((event) => void (event.type === "run-halted" && halts.push(event.run)));
    const outer = await failureOf(second.engine.ask({ name: "front", id: "f" }, "more"));
    expect(outer).toMatchObject({
      code: "agent-halted",
      data: { key: { name: "front", id: "f" } },
      cause: { code: "agent-halted", data: { key: A }, cause: { code: "step-mismatch" } },
    });
    expect(halts.toSorted()).toEqual(["clerk/a/m", asker.run]);
    // A stop in good order is no crash, however often.
    for (let nth = 0; nth < 5; nth++) {
      const again = life(journal, "new");
      await again.engine.recover();
      await again.clock.advance(0);
      await again.engine[Symbol.asyncDispose]();
    }
    const third = life(journal, "old");
    await third.engine.recover();
    await third.clock.advance(0);
    await third.engine.cancel("clerk/a/m");
    await third.clock.advance(0);
    expect(third.handled).toEqual(["question", "more"]);
    expect(await stateOf(journal, asker.run)).toBe("finished");
  });

  test("that is resumed keeps who asks waiting again, until it ends", async () => {
    const { engine, clock, run } = await halted();
    const handle = await engine.resume(clerk("old", []), run);
    handle.result.catch(() => {});
    await clock.advance(0);
    const asked = engine.ask(A, "2");
    await clock.advance(0);
    await handle.cancel();
    expect(await asked).toBe("2 by new");
  });

  test("does not keep an engine from coming to rest", async () => {
    const { engine } = await halted();
    await engine.quiesce(60_000);
    expect(engine.stats().mail).toMatchObject({ halted: 1 });
  });

  test("because its record cannot be read is told as well, and nothing behind it is begun", async () => {
    const journal = open();
    const first = life(journal, "old");
    await first.engine.send(A, "hold", { id: "m" });
    await first.engine.send(A, "2", { id: "two" });
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const damaged = new Unreadable(journal, "clerk/a/m");
    const next = life(damaged, "old");
    const halts: unknown[] = [];
    next.engine.observe((event) => void (event.type === "run-halted" && halts.push(event.data.error.message)));
    expect(await failureOf(next.engine.ask(A, "2", { id: "two" }))).toMatchObject({
      code: "agent-halted",
      data: { run: "clerk/a/m" },
      cause: { message: "a row is damaged" },
    });
    expect([next.handled, halts]).toEqual([[], ["a row is damaged"]]);
  });

  test("because the journal fails is told as well", async () => {
    for (const how of ["throws", "rejects"] as const) {
      const journal = failingJournal(open(), 3, how);
      const { engine, clock } = life(journal, "old");
      const halts: string[] = [];
      engine.observe((event) => void (event.type === "run-halted" && halts.push(event.run)));
      const told = await failureOf(engine.ask(A, "x"));
      expect(told, how).toMatchObject({ code: "agent-halted", cause: { message: "the disk is full" } });
      await clock.advance(0);
      expect(halts, how).toHaveLength(1);
    }
  });
});
