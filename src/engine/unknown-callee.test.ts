// A run that goes on and has asked an agent whose definition the engine does not have yet
// - is halted, and fails by nothing, as is who asks it; the message that it sent is left as it is
// - goes on when that definition comes, and so does who was halted by it: a message, a run of its own, or a parent
// - fails where that message is not on record
// - has told one what is on record, whose definition is nobody's concern but that message's
import { describe, expect, test } from "vitest";
import type { Run, Runnable } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import { crashingJournal, virtualClock } from "../testing/index.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import { failureOf, history, stateOf } from "./engine.fixture.ts";
import { journals } from "./journals.fixture.ts";

/** The runs of messages to a name that have not ended. */
async function messagesOf(journal: Journal, name: string): Promise<string[]> {
  const unfinished = await Array.fromAsync(journal.heads({ kind: "run", ended: false }));
  return unfinished.map(({ stream }) => stream).filter((stream) => stream.startsWith(`${name}/`));
}

const A = { name: "front", id: "a" };

function named(name: string, execute: (run: Run) => Promise<unknown>): Runnable<unknown, unknown> {
  return { name, version: "1", execute };
}

describe.each(journals)("%s", (_, open) => {
  let paid = 0;
  const clerk = named("clerk", async (run) => {
    await run.waitFor("person");
    return run.step("pay", () => ++paid, { effect: "once" });
  });
  const front = named("front", (run) => run.ask(clerk, "c", 1));
  const desk = named("desk", (run) => run.ask(front, "a", 1));
  const child = named("child", (run) => run.ask(clerk, "c", 1));
  const parent = named("parent", (run) => run.child(child, 1));

  function life(journal: Journal, ...definitions: readonly Runnable<never, unknown>[]) {
    const clock = virtualClock();
    return { engine: new EmbeddedEngine({ journal, clock, definitions }), clock };
  }

  const askers = {
    "a message": { of: [front], start: (engine: EmbeddedEngine) => engine.send(A, 1, { id: "m" }), run: "front/a/m" },
    "a message of somebody who asks it": {
      of: [front, desk],
      start: (engine: EmbeddedEngine) => engine.send({ name: "desk", id: "d" }, 1, { id: "m" }),
      run: "desk/d/m",
    },
    "a run": { of: [front], start: (engine: EmbeddedEngine) => engine.start(front, 1, { id: "r" }).result, run: "r" },
    "a parent": {
      of: [parent],
      start: (engine: EmbeddedEngine) => engine.start(parent, 1, { id: "r" }).result,
      run: "r",
    },
  };

  test.each(Object.entries(askers))("%s is halted, and goes on when the definition comes", async (_what, asker) => {
    paid = 0;
    const journal = open();
    const first = life(journal, clerk, ...asker.of);
    asker.start(first.engine).catch(() => {});
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();

    const { engine, clock } = life(journal, ...asker.of);
    const halts: string[] = [];
    engine.observe((event) => void (event.type === "run-halted" && halts.push(event.run)));
    await engine.recover();
    await clock.advance("1h");
    expect(halts).toContain(asker.run);
    const [asked] = await messagesOf(journal, "clerk");

    await engine.register(clerk);
    await clock.advance(0);
    await engine.answer(asked as string, "person", { value: null });
    await clock.advance(0);
    expect([await stateOf(journal, asker.run), paid]).toEqual(["finished", 1]);
  });

  test("who asks it is told why, and is answered when it has gone on", async () => {
    const journal = open();
    const first = life(journal, clerk, front);
    void first.engine.ask(A, 1, { id: "m" }).catch(() => {});
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    const { engine, clock } = life(journal, front);
    expect(await failureOf(engine.ask(A, 1, { id: "m" }))).toMatchObject({
      code: "agent-halted",
      message: expect.stringContaining('the engine has no definition "clerk"'),
    });
    await engine.register(clerk);
    const asked = engine.ask(A, 1, { id: "m" });
    await clock.advance(0);
    const [run] = await messagesOf(journal, "clerk");
    await engine.answer(run as string, "person", { value: null });
    expect(await asked).toBeGreaterThan(0);
  });

  test("fails where its message was not recorded before its process died", async () => {
    const journal = open();
    const crashing = crashingJournal(journal, { append: 2, when: "after" });
    const first = life(crashing, clerk, front);
    void first.engine.send(A, 1, { id: "m" });
    await crashing.crashed;
    expect(await history(journal, "front/a/m")).toContain("step-started ask clerk[c]");
    expect(await messagesOf(journal, "clerk")).toEqual([]);
    const { engine } = life(journal, front);
    expect(await failureOf(engine.ask(A, 1, { id: "m" }))).toMatchObject({ code: "definition-unknown" });
  });

  const teller = named("front", (run) => run.tell(clerk, "c", 1));
  test.each([
    ["goes on where it told one what is on record, which is handled when the definition comes", 3, "finished"],
    ["fails where what it told one is not on record", 2, "failed"],
  ] as const)("%s", async (_what, append, state) => {
    paid = 0;
    const journal = open();
    const crashing = crashingJournal(journal, { append, when: "after" });
    const first = life(crashing, clerk, teller);
    void first.engine.send(A, 1, { id: "m" });
    await crashing.crashed;
    expect(await history(journal, "front/a/m")).toContain("step-started tell clerk[c]");
    expect(await history(journal, "front/a/m")).not.toContain("step-finished tell clerk[c]");
    const messages = await messagesOf(journal, "clerk");
    expect(messages).toHaveLength(append - 2);

    const { engine, clock } = life(journal, teller);
    await engine.recover();
    await clock.advance(0);
    expect(await stateOf(journal, "front/a/m")).toBe(state);
    await engine.register(clerk);
    await clock.advance(0);
    for (const message of messages) await engine.answer(message, "person", { value: null });
    await clock.advance(0);
    expect(paid).toBe(append - 2);
  });
});
