// A number that is none stops `npm run test:crash`, `test:sim` and `test:soak` before they begin: exit code 2, and what was expected.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { expect, test } from "vitest";

const WHOLE = "a whole number from 1 on";

test.each([
  ["crash", "--kills", "5OO", WHOLE],
  ["crash", "--twice", "0", WHOLE],
  ["sim", "--seeds", "1e3", WHOLE],
  ["sim", "--seed", "-1", WHOLE],
  ["soak", "--minutes", "half", "a number above 0, such as 0.5"],
  ["soak", "--agents", "2.5", WHOLE],
])("test:%s refuses %s %s", (program, option, text, expected) => {
  const main = join(import.meta.dirname, program, "main.ts");
  const ended = spawnSync(process.execPath, ["--conditions=source", main, `${option}=${text}`], { encoding: "utf8" });
  expect(ended).toMatchObject({
    status: 2,
    stdout: "",
    stderr: `${option}\n  expected: ${expected}\n  got: ${text}\n`,
  });
});
