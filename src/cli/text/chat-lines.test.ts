// Amounts of money as people read them.
import { expect, test } from "vitest";
import { dollarsText } from "./chat-lines.ts";

test.each([
  [0, "$0.00"],
  [12.3, "$12.30"],
  [0.0123, "$0.01"],
  [0.00123, "$0.0012"],
  [0.002, "$0.002"],
  [0.00999, "$0.01"],
  [5e-7, "$0.0000005"],
  [1.234e-9, "$0.0000000012"],
])("%f dollars are %s: of less than a cent, the first two digits", (dollars, text) => {
  expect(dollarsText(dollars)).toBe(text);
});
