// An error as the command prints it: what failed, its causes, what each says of itself, and nothing twice.
import { expect, test } from "vitest";

import { AitorError } from "../../base/index.ts";
import { EmbeddedEngine, StepError } from "../../engine/index.ts";
import { Aitorflow, isFlowError, task } from "../../flow/index.ts";
import { errorText } from "./error-text.ts";
import { style } from "../terminal/style.ts";

test("an Aitor error stands with its advice", () => {
  const error = new AitorError({ code: "x", message: "it broke", expected: "a", got: "b", fix: "c" });
  expect(text(error)).toBe("✖ it broke\n  expected: a\n  got: b\n  fix: c\n");
});

test("each cause follows, with its own advice", () => {
  const inner = new AitorError({ code: "x", message: "inner", expected: "a", got: "b", fix: "c" });
  const outer = new AitorError({ code: "y", message: "outer", fix: "d", cause: without(inner) });
  expect(text(outer)).toBe("✖ outer\n  fix: d\n  caused by: inner\n  expected: a\n  got: b\n  fix: c\n");
});

test("a cause that the message above repeats is not said again", () => {
  const cause = without(new Error("no such host"));
  const failure = { stepKey: "fetch", code: "step-failed", message: "no such host", retryable: true };
  const advice = { expected: "a result", got: "none", fix: "see the cause" };
  const step = new StepError({ ...failure, ...advice, cause: { name: "Error", message: "" } }, cause);
  expect(text(step)).toBe('✖ step "fetch" failed: no such host\n');
});

test("a flow's error names its task once, and tells how far the others came", async () => {
  const refuse = task("refuse", (): number => {
    throw new AitorError({ code: "x", message: "no", expected: "a", got: "b", fix: "c" });
  });
  const flow = new Aitorflow(
    "f",
    task("first", (n: number) => n)
      .to(refuse)
      .to(task("last", (n: number) => n)),
  );
  const error: unknown = await flow.run(1).catch((thrown: unknown) => thrown);
  expect(isFlowError(error)).toBe(true);
  expect(text(error).replace(/^ {2}at .*\n/gm, "")).toBe(
    [
      '✖ task "refuse" of flow "f" failed: no',
      "  finished: first",
      "  not started: last",
      "  expected: a",
      "  got: b",
      "  fix: c",
      "",
    ].join("\n"),
  );
});

test("a flow's error that isolates failures tells what failed, too, and what was skipped", async () => {
  const refuse = (name: string) =>
    task(name, (): number => {
      throw without(new Error(`no ${name}`));
    });
  const then = (name: string) => task(name, (n: number) => n);
  const sides = [refuse("left").to(then("after-left")), refuse("right").to(then("after-right")), then("middle")];
  const flow = new Aitorflow("f", then("first").to(sides), { failure: "isolate" });
  const error: unknown = await new EmbeddedEngine().run(flow, 1).catch((thrown: unknown) => thrown);
  expect(text(error)).toBe(
    [
      '✖ task "left" of flow "f" failed: no left',
      "  failed, too: right",
      "  skipped: after-left, after-right",
      "  finished: first, middle",
      "",
    ].join("\n"),
  );
});

test("of several errors in one, each is told", () => {
  const errors = [without(new Error("left")), without(new Error("right"))];
  expect(text(without(new AggregateError(errors, "both")))).toBe("✖ both\n  caused by: left\n  caused by: right\n");
});

test("an error without words is told by its name and code", () => {
  expect(text(without(Object.assign(new TypeError("-"), { message: "", code: "ECONNREFUSED" })))).toBe(
    "✖ TypeError ECONNREFUSED\n",
  );
});

test("what was thrown and is no error is shown", () => {
  expect(text("just a text")).toBe("✖ just a text\n");
  expect(text({ status: 404 })).toBe("✖ { status: 404 }\n");
  expect(text(undefined)).toBe("✖ undefined\n");
});

test("an error that causes itself ends", () => {
  const error = without(new Error("round"));
  error.cause = error;
  expect(text(error)).toBe("✖ round\n");
});

test("lines of a message stay lines, and none of them is obeyed", () => {
  expect(text(without(new Error("one\ntwo \x1b[31m")))).toBe("✖ one\n  two \\x1b[31m\n");
});

test("where it was thrown is one line, the stack is for --verbose", () => {
  const frames = ["at node:internal/timers:1:1", "at async f (file:///of/a/user/node_modules/x.js:2:2)"];
  const stack = ["Error: here", ...frames, "at file:///of/a/user/flow.ts:3:3"].join("\n    ");
  const error = Object.assign(new Error("here"), { stack });
  expect(text(error)).toBe("✖ here\n  at /of/a/user/flow.ts:3:3\n");
  expect(errorText(error, { verbose: true, style: style(false) })).toMatch(/\n {2}Error: here\n {6}at /);
});

function text(error: unknown): string {
  return errorText(error, { verbose: false, style: style(false) });
}

/** Without the place where it was thrown. */
function without<Thrown extends Error>(error: Thrown): Thrown {
  return Object.assign(error, { stack: "" });
}
