import { expect, test } from "vitest";
import type { ToolCallContext } from "../../tools/index.ts";
import { plannedRun } from "./planned-run.ts";

test("a planning tool that is called outside of a planning agent's run says what it lacks", () => {
  const context: Pick<ToolCallContext, "values"> = { values: {} };
  expect(() => plannedRun(context)).toThrow(
    expect.objectContaining({ code: "invalid-option", expected: "the values of a planning agent's run" }),
  );
});
