// What a body begins, and does not await
// - is cut off when the body returns, told to the log by its name, and rejects with what to do about it
// - is told as an error where it must run once, and never was called
// - is no mistake where a race is lost, something has failed, or the body throws or is cancelled
// - is refused by its name once the body has returned, and told
// - never ends the process, be it cut off, refused, or failed
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Branch, Run } from "../../base/index.ts";
import { body, failureOf, forever, place } from "../engine.fixture.ts";
import { journals } from "../journals.fixture.ts";
import { unawaited } from "../unawaited.fixture.ts";

const { records, unhandled } = unawaited();

/** Level and text. */
const lines = (): string[] => records.map(({ level, message: [text] }) => `${level}: ${text}`);

const left = (what: string): string =>
  `warning: ${what} of run "r" was begun and not awaited when its body returned: it was cancelled`;

async function fail(): Promise<never> {
  throw new Error("no");
}

describe.each(journals)("%s", (_, open) => {
  /** Runs a body, and all that comes of it in the turns behind its end. */
  async function run(execute: (run: Run) => Promise<unknown>): Promise<unknown> {
    const output = await place(open()).engine.run(body(execute), undefined, { id: "r" });
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    return output;
  }

  test.each<[what: string, begin: (run: Run) => void, ...told: string[]]>([
    ["a step", (r) => void r.step("charge", forever), 'step "charge"'],
    ["a step with a key", (r) => void r.step({ name: "charge", key: "7" }, forever), 'step "charge[7]"'],
    ["steps", (r) => ["a", "b"].forEach((name) => void r.step(name, forever)), 'step "a"', 'step "b"'],
    ["a sleep", (r) => void r.sleep("1h"), 'timer "sleep"'],
    ["a signal", (r) => void r.waitFor("approval"), 'signal "approval"'],
    ["a scope", (r) => void r.scope("part", (part) => part.step("in it", forever)), 'scope "part"'],
    ["a loop", (r) => void r.loop("turns", 0, forever), 'loop "turns"'],
    ["branches", (r) => void r.all([...branches("a", forever), ...branches("b", forever)]), 'branch "a"', 'branch "b"'],
    [
      "the open one of branches",
      (r) => void r.settle([...branches("a", forever), ...branches("b", async () => 1)]),
      'branch "a"',
    ],
  ])("the log is told of %s that is open when the body returns", async (_what, begin, ...told) => {
    const output = await run(async (r) => {
      begin(r);
      for (let turn = 0; turn < 5; turn++) await setImmediate();
      return "done";
    });
    expect([output, lines(), unhandled]).toEqual(["done", told.map(left), []]);
  });

  test("what is cut off rejects with its name and what to do, and so does all that is in it", async () => {
    const failures: Promise<Error>[] = [];
    await run(async (r) => {
      failures.push(failureOf(r.step("charge", forever)));
      failures.push(failureOf(r.scope("part", (part) => part.step("in it", forever))));
      failures.push(failureOf(r.all(branches("left", forever))));
    });
    const fix = "await it, or return it";
    expect(await Promise.all(failures)).toMatchObject([
      { code: "cancelled", message: expect.stringContaining('step "charge" of run "r"'), fix },
      { code: "cancelled", message: expect.stringContaining('scope "part" of run "r"'), fix },
      { code: "cancelled", message: expect.stringContaining('branch "left" of run "r"'), fix },
    ]);
    expect(records[0]?.properties).toMatchObject({ run: "r", step: "charge", error: { fix } });
  });

  test.each<[how: string, execute: (run: Run) => Promise<unknown>]>([
    ["a race is lost", (r) => r.race([...branches("a", (a) => a.step("s", forever)), ...branches("b", async () => 1)])],
    ["a branch fails", (r) => settled(r.all([...branches("a", (a) => a.step("s", forever)), ...branches("b", fail)]))],
    ["a step beside fails", (r) => settled(Promise.all([r.step("a", forever), r.step("b", fail)]))],
    ["a scope beside fails", (r) => settled(Promise.all([r.step("a", forever), r.scope("b", fail)]))],
    ["the body of its scope throws", (r) => settled(r.scope("s", (s) => (void s.step("a", forever), fail())))],
    ["the body throws", (r) => (void r.step("a", forever), fail())],
  ])("what is left where %s is no mistake", async (_how, execute) => {
    await run(execute).catch(() => {});
    expect(lines().filter((line) => line.startsWith("warning"))).toEqual([]);
    expect(unhandled).toEqual([]);
  });

  test.each<[what: string, begin: (run: Run) => Promise<unknown>, name: string]>([
    ["a step", (r) => r.step("late", () => 1), "late"],
    ["a sleep", (r) => r.sleep("1s"), "sleep"],
    ["a child", (r) => r.child(body(fail, "invoice"), undefined), "invoice"],
    ["a scope", (r) => r.scope("part", fail), "part"],
    ["a loop", (r) => r.loop("turns", 0, fail), "turns"],
    ["branches", (r) => r.all(branches("a", fail)), "a"],
  ])("%s that begins when the body has returned is refused by its name", async (_what, begin, name) => {
    let scope: Run | undefined;
    await run(async (r) => void (scope = r));
    const late = begin(scope as Run);
    await setImmediate();
    const text = `"${name}" was begun in run "r" when its body had ended: it was refused`;
    expect([lines(), unhandled]).toEqual([[`warning: ${text}`], []]);
    expect(await failureOf(late)).toMatchObject({ code: "cancelled", message: expect.stringContaining(text) });
  });

  test.each<[what: string, begin: (run: Run) => void]>([
    ["a step", (r) => void r.step("a", fail)],
    ["a signal", (r) => void r.waitFor("a", { deadline: 0 })],
    ["a scope", (r) => void r.scope("a", fail)],
    ["a loop", (r) => void r.loop("a", 0, fail)],
    ["branches", (r) => void r.all(branches("a", fail))],
    ["a second step of one name", (r) => [1, 2].forEach(() => void r.step("a", forever))],
  ])("%s that fails before anybody awaits it does not end the process", async (_what, begin) => {
    await run(async (r) => {
      begin(r);
      for (let turn = 0; turn < 5; turn++) await setImmediate();
    });
    expect(unhandled).toEqual([]);
  });

  test("a second step of a name that is open is told of, since nobody may await it", async () => {
    await run(async (r) => {
      for (const _time of [1, 2]) void r.step("a", forever);
    });
    expect(lines()).toEqual(['warning: "a" was started while another one of that name is open', left('step "a"')]);
  });
});

test("a step that must run once, and was never called since the body returned, is told as an error", async () => {
  const calls: string[] = [];
  const [, [, later]] = journals as [unknown, [string, (typeof journals)[number][1]]];
  const { engine } = place(later());
  const output = await engine.run(
    body(async (r) => {
      void r.step("charge", () => void calls.push("charge"), { effect: "once" });
      return "paid";
    }),
    undefined,
    { id: "r" },
  );
  expect([output, calls]).toEqual(["paid", []]);
  expect(lines()).toEqual([`${left('step "charge"').replace("warning", "error")}; it never was called`]);
});

function branches(name: string, run: (branch: Run) => Promise<unknown>): Branch<unknown>[] {
  return [{ name, run }];
}

async function settled(promise: Promise<unknown>): Promise<void> {
  await promise.catch(() => {});
}
