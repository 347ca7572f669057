import { expect, test } from "vitest";

import { typedArgument } from "./typed-argument.ts";

test("a shell takes what is typed for one argument, whatever is in it", () => {
  expect(typedArgument("notes/a b/m")).toBe("'notes/a b/m'");
  expect(typedArgument("o'; exit")).toBe("'o'\\''; exit'");
});
