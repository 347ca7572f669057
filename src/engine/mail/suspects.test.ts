// Whose message kills its process
// - one that only waited for another agent's reply when its process died is not counted as the reason, nor who waits for its child
// - nor is one whose models had failed, and were to be asked again; one that dies of an answer is
// - one whose child gets further each time gets further
// - of those that would be set aside next time one is begun at a time, so that the one that kills is told from the others
// - one that always waited for others is set aside all the same, much later, and a run is not recovered any more
import { expect, test } from "vitest";
import type { AgentRef, Runnable } from "../../base/index.ts";
import { memoryJournal } from "../../journal/index.ts";
import { forever, recorded, stateOf } from "../engine.fixture.ts";
import { life } from "../life.fixture.ts";

const CLERK: AgentRef<string> = { name: "clerk" };
const to = (id: string) => ({ name: "clerk", id });

/** Says who began, and dies, as far as its journal is concerned, where `dies` says so. */
function clerk(began: string[], dies: (message: string) => boolean, die: () => void): Runnable<string, string> {
  return {
    name: "clerk",
    version: "1",
    async execute(run, message) {
      began.push(message);
      if (message.startsWith("ask ")) await run.ask(CLERK, message.slice(4), "poison");
      if (dies(message)) die();
      if (dies(message) || message === "slow") await run.step("work", forever);
      return message;
    },
  };
}

test("who waits for a reply is not set aside for what kills the other", async () => {
  const journal = memoryJournal();
  for (let crash = 0; crash < 3; crash++) {
    const began: string[] = [];
    // A life ends with its test: nothing of it goes on.
    const { engine, clock } = life(journal, undefined, {
      definitions: [
        clerk(
          began,
          (message) => message === "poison",
          () => {},
        ),
      ],
    });
    if (crash === 0) await engine.send(to("asker"), "ask victim", { id: "m" });
    else await engine.recover();
    await clock.advance(0);
    expect(began).toContain("poison");
  }
  const began: string[] = [];
  const { engine, clock } = life(journal, undefined, {
    definitions: [
      clerk(
        began,
        () => false,
        () => {},
      ),
    ],
  });
  await engine.recover();
  await clock.advance(0);
  expect(began).not.toContain("poison");
  expect(await stateOf(journal, "clerk/asker/m")).toBe("failed"); // it was told that its message was set aside
});

test("at the last chance they are begun one at a time", async () => {
  const journal = memoryJournal();
  const ids = ["a", "b", "c"];
  const begun: string[][] = [];
  for (let crash = 0; crash < 3; crash++) {
    const began: string[] = [];
    const { engine, clock } = life(journal, undefined, {
      definitions: [
        clerk(
          began,
          (message) => message === "poison",
          () => {},
        ),
      ],
    });
    if (crash > 0) await engine.recover();
    else for (const id of ids) await engine.send(to(id), id === "b" ? "poison" : "slow", { id: "m" });
    await clock.advance(0);
    begun.push(began);
  }
  // Twice side by side; then the first alone, which its process, this time, lets finish or not.
  expect(begun).toEqual([["slow", "poison", "slow"], ["slow", "poison", "slow"], ["slow"]]);
});

/** A message whose child packs so many parcels; what is on record of an earlier life is not packed again. */
function sender(packed: string[], last: number): Runnable<string, string> {
  const pack: Runnable<string, string> = {
    name: "pack",
    version: "1",
    async execute(run, message) {
      for (let n = 1; n <= 5; n++) {
        await run.step(`pack ${n}`, async () => {
          packed.push(`${message} ${n}`);
          if (n > last) await forever();
          return n;
        });
      }
      return "packed";
    },
  };
  return { name: "clerk", version: "1", execute: (run, message) => run.child(pack, message, { key: "all" }) };
}

/** Several lives of one process after the other, of which each dies in the step after `last`. */
async function lives(lasts: readonly number[]): Promise<{ state: string | undefined; packed: string[] }> {
  const journal = memoryJournal();
  const packed: string[] = [];
  for (const [nth, last] of lasts.entries()) {
    const { engine, clock } = life(journal, undefined, { definitions: [sender(packed, last)] });
    if (nth === 0) await engine.send(to("a"), "parcel", { id: "m" });
    else await engine.recover();
    await clock.advance(0);
  }
  return { state: await stateOf(journal, "clerk/a/m"), packed };
}

test("who waits for a child that gets further each time is not set aside", async () => {
  const { state, packed } = await lives([0, 1, 2, 3, 5]);
  expect(state).toBe("finished");
  expect(packed.slice(-2)).toEqual(["parcel 4", "parcel 5"]);
});

test("who waits for a child that kills each time is", async () => {
  expect(await lives([1, 1, 1, 1, 5])).toEqual({
    state: "set-aside",
    packed: ["parcel 1", "parcel 2", "parcel 2", "parcel 2", "parcel 2"], // the first time it had got further
  });
});

test("who waits for a child that waits for a reply alone is not set aside for what kills the other", async () => {
  const journal = memoryJournal();
  const asking: Runnable<string, string> = {
    name: "asking",
    version: "1",
    execute: (run, message) => run.ask<string, string>({ name: "clerk" }, "other", message),
  };
  const boss = (began: string[]): Runnable<string, string> => ({
    name: "clerk",
    version: "1",
    async execute(run, message) {
      began.push(message);
      if (message === "poison") return await run.step("work", forever);
      return await run.child(asking, "poison");
    },
  });
  for (let crash = 0; crash < 4; crash++) {
    const { engine, clock } = life(journal, undefined, { definitions: [boss([])] });
    if (crash === 0) await engine.send(to("asker"), "ask", { id: "m" });
    else await engine.recover();
    await clock.advance(0);
  }
  const states: string[] = [];
  for await (const { stream, state } of journal.heads({ kind: "run" })) states.push(`${stream}: ${state}`);
  expect(states).toContain("clerk/asker/m: failed"); // it was told
});

test("who waits for a reply is not set aside for a step of its own that lost a race before", async () => {
  const journal = memoryJournal();
  let lives = 0;
  const slow: Runnable<string, string> = {
    name: "clerk",
    version: "1",
    async execute(run, message) {
      if (message === "ask") {
        await run.race([
          { name: "slow", run: (branch) => branch.scope("in", (inner) => inner.step("look", forever)) },
          { name: "fast", run: async () => undefined },
        ]);
        await run.ask(CLERK, "worker", "work");
      }
      for (let n = 1; n <= lives; n++) await run.step(`part ${n}`, async () => (n === lives ? await forever() : n));
      return "done";
    },
  };
  for (lives = 1; lives <= 6; lives++) {
    const { engine, clock } = life(journal, undefined, { definitions: [slow] });
    if (lives === 1) await engine.send(to("asker"), "ask", { id: "m" });
    else await engine.recover();
    await clock.advance(0);
  }
  expect(await stateOf(journal, "clerk/asker/m")).toBe("running");
});

test("who always waited for others is set aside much later, and the error says that it waited", async () => {
  const journal = memoryJournal();
  const key = "clerk/asker/m";
  let lives = 0;
  const slow: Runnable<string, string> = {
    name: "clerk",
    version: "1",
    async execute(run, message) {
      if (message === "ask") await run.ask(CLERK, "worker", "work");
      const last = lives + 1;
      for (let n = 0; n <= last; n++) await run.step(`part ${n}`, async () => (n === last ? await forever() : n));
      return "done";
    },
  };
  for (; lives === 0 || (await stateOf(journal, key)) === "running"; lives++) {
    const { engine, clock } = life(journal, undefined, { definitions: [slow], attempts: 1 });
    if (lives === 0) await engine.send(to("asker"), "ask", { id: "m" });
    else await engine.recover();
    await clock.advance(0);
  }
  expect((await recorded(journal, key)).at(-1)).toMatchObject({
    type: "message-set-aside",
    data: {
      attempts: 10,
      error: {
        got: "10 beginnings, in none of which it got further before its process died; in 10 of them it waited for others, or for models that failed",
        data: { attempts: 10, crashes: 0 },
      },
    },
  });
});

/** Records calls of a model as they ended, and dies, as far as its journal is concerned; without calls it is over. */
function caller(outcomes: readonly string[]): Runnable<string, string> {
  return {
    name: "clerk",
    version: "1",
    execute: (run, message) =>
      run.step("call", async (step) => {
        for (const outcome of outcomes) step.record("model-called", { model: "m", outcome, usage: {} });
        return outcomes.length === 0 ? message : forever();
      }),
  };
}

/** What became of a message by such lives, and of a run that is nobody's message. */
async function callers(
  lasting: readonly (readonly string[])[],
): Promise<Record<"message" | "run", string | undefined>> {
  const journal = memoryJournal();
  for (const [nth, outcomes] of lasting.entries()) {
    const definition = caller(outcomes);
    const { engine, clock } = life(journal, undefined, { definitions: [definition] });
    if (nth === 0) {
      await engine.send(to("a"), "said", { id: "m" });
      engine.start(definition, "said", { id: "r" }).result.catch(() => {});
    } else await engine.recover();
    await clock.advance(0);
  }
  return { message: await stateOf(journal, "clerk/a/m"), run: await stateOf(journal, "r") };
}

const times = (count: number, outcomes: readonly string[]): (readonly string[])[] =>
  Array.from({ length: count }, () => outcomes);

test("a message whose models fail whenever its process dies is not set aside for that", async () => {
  const lasting = [...times(7, ["failed"]), [], []];
  expect(await callers(lasting)).toEqual({ message: "finished", run: "finished" });
});

test("one that kills its process once a model has answered is", async () => {
  for (const outcomes of [["failed", "answered"], ["answered"]]) {
    expect(await callers([...times(3, outcomes), []])).toEqual({ message: "set-aside", run: "running" });
  }
});

test("one whose models always fail is set aside much later, so that no process dies for ever", async () => {
  expect(await callers([...times(29, ["failed"]), [], []])).toEqual({ message: "finished", run: "finished" });
  expect(await callers([...times(30, ["failed"]), [], []])).toEqual({ message: "set-aside", run: "running" });
});
