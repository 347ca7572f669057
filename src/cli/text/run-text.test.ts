// What aitor show prints of a run on record: real runs of the engine on a journal in memory, and hostile reports.
import { describe, expect, test } from "vitest";

import type { Runnable } from "../../base/index.ts";
import { EmbeddedEngine, type RunReport, runReport, type StepReport, TerminalError } from "../../engine/index.ts";
import { memoryJournal } from "../../journal/index.ts";
import { virtualClock } from "../../testing/index.ts";
import { runText, type RunTextOptions } from "./run-text.ts";
import { findStep, stepText } from "./step-text.ts";
import { style } from "../terminal/style.ts";

const options = (changes: Partial<RunTextOptions> = {}): RunTextOptions => ({
  held: true,
  awake: new Set(),
  option: "",
  charts: [],
  planning: { plan: undefined, agents: [] },
  below: [],
  all: false,
  verbose: false,
  now: 60_000,
  width: Infinity,
  style: style(false),
  ...changes,
});

async function report(body: Runnable["execute"], input?: unknown): Promise<RunReport> {
  const journal = memoryJournal();
  const clock = virtualClock();
  const engine = new EmbeddedEngine({ journal, clock });
  const handle = engine.start({ name: "order", version: "7", execute: body }, input, { id: "o-1" });
  const ended = handle.result.catch(() => {});
  await clock.advance(0);
  await Promise.race([ended, new Promise((rested) => setTimeout(rested, 20))]);
  return (await runReport(journal.read("o-1"))) as RunReport;
}

describe("a run", () => {
  test("whose output is too long to be shown in full: no sign of it is cut in two", async () => {
    for (const output of ["🚀".repeat(1_000), `x${"🚀".repeat(1_000)}`]) {
      const text = runText(await report(() => Promise.resolve(output)), options());
      expect(text).toMatch(/🚀\n… 1,\d+ signs more \(--verbose\)\n$/);
      expect(text.isWellFormed()).toBe(true);
    }
  });

  test("that finished: its head, its steps below their scopes, input, output and chart", async () => {
    const finished = await report(
      async (run) => {
        await run.step("price", () => 5);
        await run.scope("pack", async (scope) => {
          await scope.step("wrap", () => 1);
          await scope.step("label", () => 2, { effect: "once" });
        });
        return { packed: true };
      },
      { item: "lamp" },
    );
    const text = runText(finished, options({ charts: [{ scope: undefined, mermaid: "flowchart TD\n  n0" }] }));
    expect(text).toMatch(/^run o-1\ndefinition {2}order, version 7\nstate {7}finished\n/);
    expect(text).toContain(
      [
        "steps",
        "step       state     took  ended",
        "✔ price    finished  0 ms  +0 ms",
        "pack/",
        "  ✔ wrap   finished  0 ms  +0 ms",
        "  ✔ label  finished  0 ms  +0 ms  once",
        "",
      ].join("\n"),
    );
    expect(text).toContain('\ninput\n{\n  "item": "lamp"\n}\n\noutput\n{\n  "packed": true\n}\n');
    expect(text).toMatch(/\nchart\n```mermaid\nflowchart TD\n {2}n0\n```\n$/);
  });

  test("that failed: the error with its stack and its causes, and each step's error once", async () => {
    const failed = await report(async (run) => {
      const caught = run.step("caught", () => Promise.reject(new TerminalError("nobody minds")));
      await caught.catch(() => {});
      await run.step("pay", () => {
        throw new Error("no money", { cause: new RangeError("the account is empty") });
      });
    });
    const text = runText(failed, options({ verbose: true }));
    const errors = text.slice(text.indexOf("\nerrors\n"));
    expect(errors).toMatch(/✖ step "pay" failed: no money {2}\(StepError, step-failed\)\n/);
    expect(errors).toMatch(/\n {2}at .*run-text\.test\.ts:\d+:\d+/);
    expect(errors).toContain("\ncaused by: the account is empty  (RangeError)\n");
    expect(errors.match(/no money/g)?.length).toBeLessThanOrEqual(3);
    expect(errors.match(/nobody minds/g)).toHaveLength(1);
    expect(errors).toContain("✖ nobody minds  (TerminalError, terminal, step caught)\n");
  });

  test("that waits for an answer: what is asked, and the command line that answers", async () => {
    const waiting = await report((run) => run.waitFor("approval", { request: { amount: 10 }, deadline: "1h" }));
    const text = runText(waiting, options({ option: " --journal 'a b.db'", now: waiting.startedAt as number }));
    expect(text).toContain("? approval  waiting               signal; in 60 min\n");
    expect(text).toMatch(
      /\nwaits for\napproval waits for an answer, until .* \(in 60 min\)\n {2}asked: \{"amount":10\}\n {2}aitor answer o-1 approval --journal 'a b.db' --value <json> \| --fail <text>\n/,
    );
  });

  test("whose process is gone: how to go on, and what may have happened and must not happen twice", async () => {
    const running = await report((run) => run.step("charge", () => new Promise(() => {}), { effect: "once" }));
    expect(runText(running, options())).not.toContain("in doubt");
    const text = runText(running, options({ held: false }));
    expect(text).toContain("interrupted: no process holds the journal; go on with: aitor resume o-1\n");
    expect(text).toMatch(/▸ charge {2}cut off {15}once\n/);
    expect(text).toContain("charge is in doubt: it may or may not have happened\n");
    expect(text).toContain("  its idempotency key: o-1/charge\n");
    expect(text).toContain("aitor answer o-1 charge --value <json> | --again | --fail <text>\n");
  });
});

describe("many steps", () => {
  test("that are alike and finished share a line; the others keep theirs", async () => {
    const many = await report(async (run) => {
      for (let n = 0; n < 12_000; n++) {
        const step = run.step({ name: "score", key: String(n) }, () => {
          if (n === 7_777) throw new Error("no score");
        });
        await step.catch(() => {});
      }
    });
    const text = runText(many, options());
    expect(text).toContain("✔ score        finished  0 ms  +0 ms  11,999 times\n");
    expect(text).toContain("✖ score[7777]  failed    0 ms  +0 ms  no score\n");
    expect(text.split("\n").length).toBeLessThan(30);
    expect(runText(many, options({ all: true })).split("\n").length).toBeGreaterThan(12_000);
  });

  test("that are not alike are capped, those without a good end first", async () => {
    const many = await report(async (run) => {
      for (let n = 0; n < 200; n++) {
        const step = run.step(`step ${n}`, () => {
          if (n === 150) throw new Error("no");
        });
        await step.catch(() => {});
      }
    });
    const text = runText(many, options());
    expect(text).toContain("✖ step 150");
    expect(text).toContain("… 150 more (--all)\n");
  });
});

describe("one step", () => {
  test("in full: hash of its input, attempts, result", async () => {
    const { steps } = await report((run) => run.step("big", () => "x".repeat(5_000), { input: { a: 1 } }));
    const text = stepText(findStep(steps, "big"), { now: 0, style: style(false) });
    expect(text).toMatch(/^step big\nkind {6}step\nstate {5}finished\neffect {4}idempotent\nattempts {2}1\n/);
    expect(text).toMatch(/\ninput {5}hash [\da-f]{32}\n/);
    expect(text).toContain(`\nresult\n"${"x".repeat(5_000)}"\n`);
  });

  test("in full: its error with its stack, and those of the attempts before", async () => {
    const { steps } = await report((run) =>
      run.step("pay", ({ attempt }) => Promise.reject(new Error(`no money ${attempt}`)), {
        retry: { attempts: 2, initialDelay: 0 },
      }),
    );
    const text = stepText(findStep(steps, "pay"), { now: 0, style: style(false) });
    expect(text).toMatch(/\nerror\n✖ no money 2 {2}\(Error, step-failed, step pay\)\n {2}at .*run-text\.test\.ts/);
    expect(text).toMatch(/\nattempts that failed\nattempt 1, .*\n {2}✖ no money 1/);
  });

  test("in full: that it was cut off, where its process is gone", async () => {
    const { steps } = await report((run) => run.step("charge", () => new Promise(() => {})));
    const step = findStep(steps, "charge");
    expect(stepText(step, { now: 0, style: style(false) })).toContain("\nstate     running\n");
    expect(stepText(step, { now: 0, style: style(false), interrupted: true })).toContain("\nstate     cut off\n");
  });

  test("is found by its key, or by its name where only one has it", async () => {
    const { steps } = await report(async (run) => {
      for (const scope of ["a", "b"]) await run.scope(scope, (inner) => inner.step("same", () => 1));
      await run.step("a/b", () => 2);
    });
    expect(findStep(steps, "a/same").key).toBe("a/same");
    expect(findStep(steps, "a/b").key).toBe("a%2Fb");
    expect(() => findStep(steps, "same")).toThrow(/stands for several steps[^]*there are a\/same, b\/same/);
    expect(() => findStep(steps, "gone")).toThrow(/no step "gone"[^]*there are a\/same, b\/same, a%2Fb/);
  });
});

test("nothing on record can make a terminal obey", () => {
  const evil = "\x1b[2J\n\u202e\u0007";
  const failure = {
    stepKey: evil,
    code: evil,
    message: evil,
    retryable: false,
    expected: evil,
    got: evil,
    fix: evil,
    cause: { name: evil, message: evil, stack: `Error\n    at ${evil}`, cause: { name: evil, message: evil } },
  };
  const step: StepReport = {
    key: evil,
    name: evil,
    kind: "child",
    state: "failed",
    effect: "once",
    startedAt: 0,
    attempts: 2,
    retries: [{ attempt: 1, at: 0, delayMs: 1, error: failure }],
    error: failure,
    child: evil,
    request: evil,
    result: evil,
    why: evil,
    releaseErrors: [{ name: evil, message: evil }],
  };
  const run: RunReport = {
    id: evil,
    name: evil,
    version: evil,
    state: "suspended",
    key: { name: evil, id: evil },
    parent: evil,
    origin: { module: evil, export: evil },
    input: evil,
    output: evil,
    error: { name: evil, message: evil, code: evil, expected: evil, stack: evil },
    resumes: 1,
    outlines: [],
    steps: [step],
    loops: [{ key: evil, name: evil, turns: 1, finished: false }],
    decisions: [{ key: evil, branch: evil, at: 0 }],
    waits: [
      { key: evil, name: evil, kind: "signal", since: 0, request: evil },
      { key: evil, name: evil, kind: "step", since: 0, why: evil },
    ],
  };
  for (const verbose of [false, true]) {
    const charts = [{ scope: evil, mermaid: "flowchart TD" }];
    const texts = [
      runText(run, options({ verbose, option: "", charts })),
      stepText(step, { now: 0, style: style(false) }),
    ];
    for (const text of texts) expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  }
});
