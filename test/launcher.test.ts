// bin/aitor.js runs under any Node: it starts the command, finds a newer Node in a clone, or says what is wrong.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const oldNode =
  "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})";
let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "aitor-launcher-"));
  for (const path of ["bin", "dist/cli", "node_modules/node/bin"])
    fs.mkdirSync(join(folder, path), { recursive: true });
  fs.copyFileSync(join(import.meta.dirname, "../bin/aitor.js"), join(folder, "bin/aitor.js"));
  fs.writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const command = "export const main = async (args) => { console.log(args.join(' ')); return args.length; };";
  fs.writeFileSync(join(folder, "dist/cli/main.js"), command);
});

afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

test("arguments and exit code pass through", () => {
  expect(launch()).toMatchObject({ status: 2, stdout: "graph module.ts\n", stderr: "" });
});

test("a Node that is too old gets a clear sentence", () => {
  const { status, stdout, stderr } = launch("--import", oldNode);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/^aitor needs Node 24 or newer; this is Node 20\.1\.0 .*\n.*install/is);
});

test("an old Node hands over to the one in node_modules", () => {
  fs.symlinkSync(process.execPath, join(folder, "node_modules/node/bin/node"));
  expect(launch("--import", oldNode)).toMatchObject({ status: 2, stdout: "graph module.ts\n", stderr: "" });
});

test("a missing build is named", () => {
  fs.rmSync(join(folder, "dist"), { recursive: true });
  expect(launch()).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("dist/cli/main.js is missing") as string,
  });
});

function launch(...nodeOptions: string[]): { status: number | null; stdout: string; stderr: string } {
  const args = [...nodeOptions, join(folder, "bin/aitor.js"), "graph", "module.ts"];
  return spawnSync(process.execPath, args, { encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" } });
}
