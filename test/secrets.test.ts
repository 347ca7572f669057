// What looks like a key is found, wherever in a text it stands, and what is none is not.
import { expect, test } from "vitest";
import { secretsIn } from "../scripts/secrets.ts";

// In pieces, so that this file has none.
const letters = "Ab1".repeat(20);
test.each([
  ["sk", "-", letters.slice(0, 48)],
  ["sk-proj", "-", letters],
  ["sk-ant", "-", `api03-${letters}`],
  ["AIza", "", letters.slice(0, 35)],
  ["gsk", "_", letters.slice(0, 40)],
  ["AKIA", "", "ABCDEFGHIJKLMNOP"],
  ["ghp", "_", letters.slice(0, 36)],
  ["xoxb", "-", "1234567890-abcdefghijkl"],
  ["npm", "_", letters.slice(0, 36)],
  ["-----BEGIN RSA PRIVATE", " ", "KEY-----"],
  ["eyJ", letters, `.eyJ${letters}.${letters}`],
])("%s… is found", (start, between, rest) => {
  expect(secretsIn(`one\nkey = "${start}${between}${rest}";\n`)).toMatchObject([{ line: 2 }]);
});

test.each(["sk-short", "task-list-of-the-agents-that-are-running", "sk-bench-${number}", "a1b2c3d4e5f6".repeat(6)])(
  "%s is none",
  (text) => {
    expect(secretsIn(text)).toEqual([]);
  },
);
