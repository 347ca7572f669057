// An argument, quoted, is in a shell what it was, and can be seen on a terminal; in a command line it is no option
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { visible } from "../../base/index.ts";
import { commandLine, quoted } from "./shell-text.ts";

test.each([
  ["8c1f2d3e", "8c1f2d3e"],
  ["react/#2/pay[2.1]", "'react/#2/pay[2.1]'"],
  ["it's", "'it'\\''s'"],
  ["ä 😀", "'ä 😀'"],
  ["a/b\nc'd\\n", "$'a/b\\nc\\'d\\\\n'"],
  ["\u202eabc\u0007", "$'\\u202eabc\\u0007'"],
])("%j", (argument, text) => {
  expect(quoted(argument)).toBe(text);
  expect(visible(text)).toBe(text);
  const env = { ...process.env, LC_ALL: "C.UTF-8" };
  expect(execFileSync("bash", ["-c", `printf %s ${text}`], { encoding: "utf8", env })).toBe(argument);
});

test.each([
  [["r 1", "go"], "aitor answer 'r 1' go --journal j.db"],
  [["-x", "go"], "aitor answer --journal j.db -- -x go"],
  [["r", "--go"], "aitor answer --journal j.db -- r --go"],
])("%j", (args, line) => expect(commandLine("aitor answer", args, " --journal j.db")).toBe(line));
