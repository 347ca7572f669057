import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

/*
 * Every example of one file runs with plain Node, without flags and without a build, and prints exactly what the comment
 * at its end says.
 */

const folder = join(import.meta.dirname, "..", "examples");
const examples = readdirSync(folder).filter((name) => name.endsWith(".ts"));
const environment = { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1" };

test("there are examples", () => {
  expect(examples.length).toBeGreaterThan(0);
});

test.each(examples)("node examples/%s prints what it says", async (name) => {
  const file = join(folder, name);
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env: environment });
  const said = /\/\* prints:\n([\s\S]*?) ?\*\/\n$/.exec(readFileSync(file, "utf8"))?.[1];
  expect(said, `${name} ends with /* prints: … */`).toBeDefined();
  expect(stdout).toBe(said);
});
