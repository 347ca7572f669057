// Names of options that there are not would be passed over: they are refused, and nothing begins.
import { expect, test } from "vitest";
import type { Receiver, Run } from "../base/index.ts";
import { memoryJournal } from "../journal/index.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";

const runnable = (body: (run: Run) => Promise<unknown>) => ({ name: "n", version: "1", execute: body });

const inner = runnable(() => Promise.resolve(1));
const agent: Receiver<string> = { name: "agent" };

test.each<[string, (run: Run) => Promise<unknown>, string]>([
  ["run.step", (run) => run.step("a", () => 1, { timout: "1s" } as never), 'an option of step "a"'],
  ["run.step, with null", (run) => run.step("a", () => 1, null as never), 'an option of step "a"'],
  ["run.step, beside others", (run) => run.step("a", () => 1, { effect: "pure", retries: 2 } as never), "step"],
  [
    "retry",
    (run) => run.step("a", () => 1, { retry: { attempts: 2, delay: 0 } as never }),
    'an option of retry of step "a"',
  ],
  ["a step's name", (run) => run.step({ name: "a", keyy: "1" } as never, () => 1), 'the key of step "a"'],
  ["run.child", (run) => run.child(inner, 1, { keyy: "a" } as never), "an option of a child run"],
  ["run.scope", (run) => run.scope("a", () => Promise.resolve(), { off: inner } as never), "an option of a scope"],
  ["run.ask", (run) => run.ask(agent, "1", "hello", { dedline: "1s" } as never), "an option of an ask"],
  ["run.tell", (run) => run.tell(agent, "1", "hello", { dely: "1s" } as never), "an option of a tell"],
  ["run.tell, with null", (run) => run.tell(agent, "1", "hello", null as never), "an option of a tell"],
  ["run.waitFor", (run) => run.waitFor("a", { timeout: "1s" } as never), 'an option of signal "a"'],
])("%s", async (_, body, message) => {
  const journal = memoryJournal();
  await using engine = new EmbeddedEngine({ journal });
  const failed = engine.run(runnable(body), undefined, { id: "r" });
  await expect(failed).rejects.toMatchObject({
    code: "invalid-option",
    message: expect.stringContaining(message),
    got: expect.stringMatching(/timout|retries|delay|timeout|keyy|off|dedline|dely|null/),
  });
  const types = await Array.fromAsync(journal.read("r"), ({ type }) => type);
  expect(types).not.toContain("step-started");
  expect(types).not.toContain("signal-requested");
});

test("what a run is asked for is refused by its promise, and not at once", async () => {
  await using engine = new EmbeddedEngine();
  const refused: ((run: Run) => Promise<unknown>)[] = [
    (run) => run.step("a", () => 1, { timeout: -1 }),
    (run) => run.sleep(-1),
    (run) => run.waitFor("a", { deadline: -1 }),
    (run) => run.child(1 as never, 1),
    (run) => run.child(inner, 1, { key: "" }),
    (run) => run.scope("a", () => Promise.resolve(), { off: inner } as never),
    (run) => run.ask(agent, "", "hello"),
    (run) => run.ask(agent, "1", "hello", { key: "" }),
    (run) => run.tell(agent, "", "hello"),
    (run) => run.tell(agent, "1", "hello", { delay: -1 }),
  ];
  const asked = runnable(async (run) => {
    const results = await Promise.allSettled(refused.map((ask) => ask(run)));
    return results.map(({ status }) => status);
  });
  expect(await engine.run(asked, undefined)).toEqual(refused.map(() => "rejected"));
});

test("a name whose value is undefined is none", async () => {
  await using engine = new EmbeddedEngine();
  const body = (run: Run) => run.step("a", () => 1, { timout: undefined } as never);
  expect(await engine.run(runnable(body), undefined, { later: undefined } as never)).toBe(1);
});

test("engine.start and engine.run", async () => {
  const journal = memoryJournal();
  await using engine = new EmbeddedEngine({ journal });
  let ran = 0;
  const counted = runnable(() => Promise.resolve(++ran));
  const wrong = { ID: "r" } as never;
  const refusal = { code: "invalid-option", expected: "id, signal, origin", got: expect.stringContaining("ID") };
  expect(() => engine.start(counted, undefined, wrong)).toThrow(expect.objectContaining(refusal));
  await expect(engine.run(counted, undefined, wrong)).rejects.toMatchObject(refusal);
  await expect(engine.run(counted, undefined, null as never)).rejects.toMatchObject({ code: "invalid-option" });
  expect(ran).toBe(0);
  expect(await Array.fromAsync(journal.heads({ kind: "run" }))).toEqual([]);
});

test("engine.send, engine.ask and engine.fork", async () => {
  const journal = memoryJournal();
  await using engine = new EmbeddedEngine({ journal });
  const definition = runnable(() => Promise.resolve(1));
  await engine.register(definition);
  const key = { name: "n", id: "1" };
  const refusal = { code: "invalid-option", expected: expect.any(String), got: expect.stringMatching(/de|ass|null/) };
  await expect(engine.send(key, "hello", { dely: "1h" } as never)).rejects.toMatchObject(refusal);
  await expect(engine.ask(key, "hello", { dedline: "1h" } as never)).rejects.toMatchObject(refusal);
  await expect(engine.ask(key, "hello", null as never)).rejects.toMatchObject(refusal);
  expect(await Array.fromAsync(journal.heads({ kind: "run" }))).toEqual([]);
  await engine.run(definition, undefined, { id: "r" });
  await expect(engine.fork(definition, "r", { ass: "f" } as never)).rejects.toMatchObject(refusal);
  expect(await Array.fromAsync(journal.heads({ kind: "run" }))).toHaveLength(1);
});
