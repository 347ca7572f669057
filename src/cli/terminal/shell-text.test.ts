// In a command line no argument is an option
import { expect, test } from "vitest";
import { commandLine } from "./shell-text.ts";

test.each([
  [["r 1", "go"], "aitor answer 'r 1' go --journal j.db"],
  [["-x", "go"], "aitor answer --journal j.db -- -x go"],
  [["r", "--go"], "aitor answer --journal j.db -- r --go"],
])("%j", (args, line) => expect(commandLine("aitor answer", args, " --journal j.db")).toBe(line));
