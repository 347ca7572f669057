// An argument, typed, is in a shell what it was, and can be seen on a terminal
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { typedArgument } from "./typed-argument.ts";
import { visible } from "./visible-text.ts";

test.each([
  ["8c1f2d3e", "8c1f2d3e"],
  ["react/#2/pay[2.1]", "'react/#2/pay[2.1]'"],
  ["a=b", "a=b"],
  // For zsh an argument that begins with = is the path of a program.
  ["=ls", "'=ls'"],
  ["it's", "'it'\\''s'"],
  ["o'; exit", "'o'\\''; exit'"],
  ["ä 😀", "'ä 😀'"],
  ["a/b\nc'd\\n", "$'a/b\\nc\\'d\\\\n'"],
  ["\u202eabc\u0007", "$'\\u202eabc\\u0007'"],
])("%j", (argument, text) => {
  expect(typedArgument(argument)).toBe(text);
  expect(visible(text)).toBe(text);
  const env = { ...process.env, LC_ALL: "C.UTF-8" };
  expect(execFileSync("bash", ["-c", `printf %s ${text}`], { encoding: "utf8", env })).toBe(argument);
});
