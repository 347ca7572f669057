// Names of options that there are not would be passed over: they are refused, and nothing begins.
import { expect, test } from "vitest";
import type { Run } from "../base/index.ts";
import { memoryJournal } from "../journal/index.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";

const runnable = (body: (run: Run) => Promise<unknown>) => ({ name: "n", version: "1", execute: body });

test.each<[string, (run: Run) => Promise<unknown>, string]>([
  ["run.step", (run) => run.step("a", () => 1, { timout: "1s" } as never), 'an option of step "a"'],
  ["run.step, beside others", (run) => run.step("a", () => 1, { effect: "pure", retries: 2 } as never), "step"],
  ["run.waitFor", (run) => run.waitFor("a", { timeout: "1s" } as never), 'an option of signal "a"'],
])("%s", async (_, body, message) => {
  const journal = memoryJournal();
  await using engine = new EmbeddedEngine({ journal });
  const failed = engine.run(runnable(body), undefined, { id: "r" });
  await expect(failed).rejects.toMatchObject({
    code: "invalid-option",
    message: expect.stringContaining(message),
    got: expect.stringMatching(/timout|retries|timeout/),
  });
  const types = await Array.fromAsync(journal.read("r"), ({ type }) => type);
  expect(types).not.toContain("step-started");
  expect(types).not.toContain("signal-requested");
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
