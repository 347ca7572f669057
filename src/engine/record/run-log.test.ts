// What is logged of a run
// - its start, end and failures with the run's id and name; of a step also its key and name
// - each at its level, so that "info" has no line for each step
// - of a failed step the code, the message, the chain of causes and the stack
// - never an input, a result, or what an error says of a value
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AitorError, configureLogging, type LogRecord, type Run } from "../../base/index.ts";
import { memoryJournal } from "../../journal/index.ts";
import { body, failureOf, forever, place } from "../engine.fixture.ts";
import { TerminalError } from "./errors.ts";
import { failingJournal, journals } from "../journals.fixture.ts";

let records: LogRecord[];
beforeEach(async () => {
  records = [];
  await configureLogging({ level: "debug", sink: (record) => void records.push(record) });
});
afterEach(() => configureLogging({ level: "off" }));

/** Level, who speaks, and the text. */
const lines = (): string[] =>
  records.map(({ level, category, message: [text] }) => `${level} ${category.join(".")}: ${text}`);

const SECRET = "pass-word-1234";

/** A failure with everything that an error can have. */
function refuse(): never {
  const cause = Object.assign(new TypeError("connect refused"), { code: "ECONNREFUSED" });
  throw new AitorError({
    code: "no-answer",
    message: "the server does not answer",
    expected: "an answer",
    got: SECRET,
    fix: "start the server",
    data: { token: SECRET },
    cause,
  });
}

describe.each(journals)("%s", (_, open) => {
  test("a run that finishes, with its steps at debug", async () => {
    const { engine } = place(open());
    const handle = engine.start(
      body((r) => r.step({ name: "ask", key: "7" }, () => SECRET), "question"),
      undefined,
      { id: "r" },
    );
    await handle.result;
    expect(lines()).toEqual([
      'info aitor.run: run of "question" started',
      'debug aitor.step: step "ask[7]" started',
      'debug aitor.step: step "ask[7]" finished',
      'info aitor.run: run of "question" finished',
    ]);
    const run = { run: "r", runnable: "question" };
    const step = { ...run, step: "ask[7]", task: "ask" };
    expect(records.map(({ properties }) => properties)).toEqual([
      { ...run, version: "1" },
      step,
      { ...step, durationMs: 0 },
      { ...run, durationMs: 0 },
    ]);
  });

  test("a failed step: its code, message, causes and stack; then the run", async () => {
    const { engine, clock } = place(open());
    await clock.advance(5);
    await failureOf(
      engine.run(
        body((r) => r.step("ask", refuse)),
        undefined,
        { id: "r" },
      ),
    );
    const [failed, run] = records.slice(-2) as [LogRecord, LogRecord];
    expect(lines().slice(-2)).toEqual([
      'error aitor.step: step "ask" failed: the server does not answer',
      'error aitor.run: run of "test" failed: step "ask" failed: the server does not answer',
    ]);
    const frames = expect.stringMatching(/^ *at [^]*refuse .*run-log\.test\.ts/) as string;
    const thrown = {
      name: "AitorError",
      message: "the server does not answer",
      code: "no-answer",
      expected: "an answer",
      fix: "start the server",
      stack: frames,
      cause: { name: "TypeError", message: "connect refused", code: "ECONNREFUSED", stack: frames },
    };
    expect(failed.properties).toMatchObject({ run: "r", step: "ask", task: "ask", error: thrown });
    expect(run.properties["error"]).toMatchObject({ name: "StepError", code: "no-answer", cause: thrown });
  });

  test("a failed step whose failure is caught is a warning, with all that a failure has", async () => {
    const { engine } = place(open());
    await engine.run(
      body((r) => r.step("ask", refuse, { caught: true }).catch(() => "without it")),
      undefined,
    );
    const [failed] = records.filter(({ level }) => level === "warning");
    expect(lines().filter((line) => !line.startsWith("debug"))).toEqual([
      'info aitor.run: run of "test" started',
      'warning aitor.step: step "ask" failed: the server does not answer',
      'info aitor.run: run of "test" finished',
    ]);
    expect(failed?.properties["error"]).toMatchObject({ code: "no-answer", cause: { code: "ECONNREFUSED" } });
  });

  test("retries and a release that throws are warnings", async () => {
    const { engine, clock } = place(open());
    const flaky = body((r) =>
      r.step(
        "ask",
        (step) => {
          if (step.attempt === 1) refuse();
          step.defer(() => refuse());
          return step.attempt;
        },
        { retry: { attempts: 2, initialDelay: 0 } },
      ),
    );
    const result = engine.run(flaky, undefined);
    await clock.advance("1s");
    await result;
    expect(lines().filter((line) => line.startsWith("warning"))).toEqual([
      'warning aitor.step: step "ask" failed and is tried again: the server does not answer',
      'warning aitor.step: step "ask" could not give back what it took: the server does not answer',
    ]);
    expect(records.find(({ rawMessage }) => rawMessage.includes("tried again"))?.properties).toMatchObject({
      attempt: 1,
      delayMs: 0,
      error: { name: "AitorError", code: "no-answer", stack: expect.stringContaining("run-log.test.ts") as string },
    });
  });

  test("a run that is cancelled, with the reason, and one that was refused", async () => {
    const { engine, clock } = place(open());
    const handle = engine.start(
      body((r) => r.step("wait", forever)),
      undefined,
      { id: "r" },
    );
    await clock.advance(0);
    await failureOf(
      engine.run(
        body(async () => 1),
        undefined,
        { id: "r" },
      ),
    );
    await handle.cancel("nobody waits any more");
    expect(lines().slice(-2)).toEqual([
      'error aitor.run: run of "test" stopped without an ending: run "r" exists already',
      'warning aitor.run: run of "test" was cancelled: nobody waits any more',
    ]);
  });

  test("a run that is halted by the end of its engine, and then resumed", async () => {
    const journal = open();
    const first = place(journal);
    let wait: () => Promise<unknown> = forever;
    const definition = body((r: Run) => r.step("wait", () => wait()));
    first.engine.start(definition, undefined, { id: "r" });
    await first.clock.advance(0);
    await first.engine[Symbol.asyncDispose]();
    wait = async () => 1;
    await (
      await place(journal).engine.resume(definition, "r")
    ).result;
    expect(lines().slice(2)).toEqual([
      'warning aitor.run: run of "test" stopped without an ending: the engine is closed',
      'info aitor.run: run of "test" resumed',
      'debug aitor.step: step "wait" finished',
      'info aitor.run: run of "test" finished',
    ]);
  });

  test("no record holds an input, a result, or what an error says of a value", async () => {
    const { engine, clock } = place(open());
    const input = SECRET as never;
    await engine.run(
      body((r) => r.step("give", () => ({ password: SECRET }), { input: SECRET })),
      input,
    );
    const handle = engine.start(
      body((r) =>
        r.step("ask", (step) => (step.defer(() => refuse()), refuse()), { retry: { attempts: 2, initialDelay: 0 } }),
      ),
      input,
    );
    await clock.advance("1s");
    await failureOf(handle.result);
    await failureOf(
      engine.run(
        body((r) => r.step("odd", () => new Map([[SECRET, 1]]) as never)),
        undefined,
      ),
    );
    expect(records.length).toBeGreaterThan(10);
    expect(JSON.stringify(records)).not.toContain(SECRET);
  });
});

test.each(["throws", "rejects"] as const)("a run whose journal %s is an error", async (how) => {
  const { engine } = place(failingJournal(memoryJournal(), 2, how));
  await failureOf(
    engine.run(
      body((r) => r.step("ask", forever)),
      undefined,
    ),
  );
  const [last] = records.slice(-1);
  expect(last).toMatchObject({
    level: "error",
    rawMessage: expect.stringMatching(/^run of "test" stopped without an ending: /),
  });
});

test("at info there is nothing of steps that go well", async () => {
  await configureLogging({ level: "info", sink: (record) => void records.push(record) });
  await place(memoryJournal()).engine.run(
    body((r) => r.step("ask", () => 1)),
    undefined,
  );
  expect(lines()).toEqual(['info aitor.run: run of "test" started', 'info aitor.run: run of "test" finished']);
});

test("a message has no advice in it: that stands beside", async () => {
  await failureOf(
    place(memoryJournal()).engine.run(
      body(async () => refuse()),
      undefined,
    ),
  );
  await failureOf(
    place(memoryJournal()).engine.run(
      body(async () => {
        throw new TerminalError("no");
      }),
      undefined,
    ),
  );
  expect(lines().filter((line) => line.startsWith("error"))).toEqual([
    'error aitor.run: run of "test" failed: the server does not answer',
    'error aitor.run: run of "test" failed: no',
  ]);
});
