// What a run waits for, as of the time at which it is told.
import { expect, test } from "vitest";
import { waitLines } from "./wait-text.ts";

test("the time that is left for an answer counts from then, whatever is asked", () => {
  const now = Date.UTC(2026, 0, 1);
  const wait = { run: "r", key: "k", kind: "signal", deadline: now + 60_000, option: "" } as const;
  const approval = { tool: "pay", args: {}, hash: "h", reason: "it is money" };
  for (const request of [undefined, approval]) {
    expect(waitLines({ ...wait, request }, now).join("\n")).toMatch(/until .* \(in 60 s\)/);
  }
});

test("of a request that is too long to be shown in full no sign is cut in two", () => {
  const wait = { run: "r", key: "k", kind: "signal", option: "" } as const;
  for (const request of ["🚀".repeat(2_000), `x${"🚀".repeat(2_000)}`]) {
    expect(
      waitLines({ ...wait, request }, 0)
        .join("\n")
        .isWellFormed(),
    ).toBe(true);
  }
});
