// What goes wrong in a run is recorded and told without secrets, whoever's words it holds
// - a failure of a step or a run, and what is made of it above; live as read back
// - why a step was cut off or is in doubt; what somebody answered; how far a step is
import { beforeAll, expect, test } from "vitest";
import { Secret, stepInDoubtError } from "../base/index.ts";
import { memoryJournal } from "../journal/index.ts";
import type { EmbeddedEngineOptions } from "./embedded-engine-options.ts";
import { body, failureOf, forever, place, recorded } from "./engine.fixture.ts";
import type { EngineEvent } from "./record/events.ts";

const KEY = "sk-topsecret-99887766";
const LINES = "first-line-of-a-key\nsecond-line-of-a-key";

beforeAll(() => {
  new Secret(KEY);
  new Secret(LINES);
});

const refuse = (): never => {
  throw new Error(`401 for ${KEY}`);
};

/** The types of the events that hold `[secret]`; none holds the key. */
function redacted(events: readonly EngineEvent[]): string[] {
  for (const event of events) expect(JSON.stringify(event)).not.toMatch(/topsecret|-of-a-key/);
  return events.filter((event) => JSON.stringify(event).includes("[secret]")).map(({ type }) => type);
}

function scene(options: EmbeddedEngineOptions = {}) {
  const { engine, clock, journal } = place(memoryJournal(), options);
  const seen: EngineEvent[] = [];
  engine.observe((event) => void seen.push(event));
  return { engine, clock, journal, seen };
}

test("a step that is tried again, fails, and cannot give back what it took; and its run", async () => {
  const { engine, clock, seen, journal } = scene();
  const failing = body((r) =>
    r.step("ask", (step) => (step.defer(refuse), refuse()), { retry: { attempts: 2, initialDelay: 0 } }),
  );
  const failed = failureOf(engine.run(failing, undefined, { id: "r" }));
  await clock.advance("1s");
  const types = ["release-failed", "step-retried", "release-failed", "step-failed", "run-failed"];
  expect(redacted(seen)).toEqual(types);
  expect(redacted(await recorded(journal, "r"))).toEqual(types);
  expect(await failed).toMatchObject({
    message: expect.stringMatching(/^step "ask" failed: 401 for \[secret\]/) as string,
    got: "401 for [secret]",
    cause: { message: `401 for ${KEY}` },
  });
});

test("a run of its own error, and the parent of a child that fails", async () => {
  const { engine, seen } = scene();
  const child = body(async () => refuse());
  await failureOf(
    engine.run(
      body((r) => r.child(child, undefined)),
      undefined,
    ),
  );
  expect(redacted(seen)).toEqual(["run-failed", "step-failed", "run-failed"]);
});

test("an error that begins with the first of a secret's lines", async () => {
  const { engine, seen } = scene();
  const failing = body((r) =>
    r.step("read", () => {
      throw new Error(`bad key ${LINES}`);
    }),
  );
  await failureOf(engine.run(failing, undefined));
  expect(redacted(seen)).toEqual(["step-failed", "run-failed"]);
});

test("why a step that must run once was cut off, and a run cancelled", async () => {
  const { engine, clock, seen } = scene();
  const handle = engine.start(
    body((r) => r.step("pay", forever, { effect: "once" })),
    undefined,
  );
  await clock.advance(0);
  await handle.cancel(new Error(`aborted ${KEY}`));
  expect(redacted(seen)).toEqual(["step-abandoned", "run-cancelled"]);
});

test("what somebody answered a signal and a step in doubt, and why that is in doubt", async () => {
  const { engine, clock, seen } = scene({ inDoubt: "ask" });
  const doubt = () => Promise.reject(stepInDoubtError("pay", `no answer for ${KEY}`));
  const definition = body(async (r) => {
    const failures = [r.waitFor("approval"), r.step("pay", doubt, { effect: "once" })].map(failureOf);
    return (await Promise.all(failures)).map(({ message }) => message);
  });
  const handle = engine.start(definition, undefined, { id: "r" });
  await clock.advance(0);
  for (const key of ["approval", "pay"]) await engine.answer("r", key, { fail: `not with ${KEY}` });
  for (const message of await handle.result) expect(message).toMatch(/failed: not with \[secret\]/);
  expect(redacted(seen)).toEqual(["step-in-doubt", "signal-failed", "step-failed", "run-finished"]);
});

test("what a step says of how far it is", async () => {
  const { engine, seen } = scene();
  await engine.run(
    body((r) => r.step("load", (step) => step.progress({ done: 1, note: `with ${KEY}` }))),
    undefined,
  );
  expect(redacted(seen)).toEqual(["step-progress"]);
});
