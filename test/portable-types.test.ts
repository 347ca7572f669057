// Floors 0 to 6 type-check without Node's types.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

test("the portable floors compile without Node's types", async () => {
  expect(await errors("tsconfig.portable.json")).toEqual([]);
});

test("a file that uses Node's modules, globals or types does not", async () => {
  const found = (await errors("test/fixtures/node-types/tsconfig.json")).join("\n");
  for (const name of ["node:path", "Buffer", "process", "NodeJS"]) expect(found).toContain(`'${name}'`);
  expect(found).not.toContain("AbortSignal");
  expect(found).not.toContain("/portable.ts");
});

function errors(project: string): Promise<string[]> {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [compiler, "--project", project, "--pretty", "false"],
      { cwd: root },
      (_, stdout, stderr) => {
        resolve(`${stdout}\n${stderr}`.split("\n").filter((line) => line.toLowerCase().includes("error")));
      },
    );
  });
}
