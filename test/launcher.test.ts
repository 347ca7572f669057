// bin/aitor.js runs under any Node: it starts the command, finds a newer Node in a clone, or says what is wrong.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const nodeNamed = (version: string): string =>
  `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`;
const oldNode = nodeNamed("20.1.0");
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

test.each(["20.1.0", "24.10.9"])("a Node that is too old gets a clear sentence: %s", (version) => {
  const { status, stdout, stderr } = launch("--import", nodeNamed(version));
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/^aitor needs Node 24\.11 or newer; this is Node [\d.]+ .*\n.*install/is);
  expect(stderr).toContain(`Node ${version} `);
});

test.each(["24.11.0", "25.0.0"])("a Node that is new enough starts the command: %s", (version) => {
  expect(launch("--import", nodeNamed(version))).toMatchObject({ status: 2, stderr: "" });
});

test("the oldest Node is the one that the package names, and that tests run on", () => {
  const read = (path: string) => fs.readFileSync(join(import.meta.dirname, path), "utf8");
  const { engines } = JSON.parse(read("../package.json"));
  const { dependencies } = JSON.parse(read("oldest-node/package.json"));
  expect(engines).toEqual({ node: `>=${dependencies.node.replace(/\.0$/, "")}` });
  for (const path of ["../bin/aitor.js", "../scripts/setup/installation.mjs"])
    expect(read(path)).toContain(`OLDEST_NODE = "${engines.node.slice(2)}"`);
});

test("an old Node hands over to the one in node_modules", () => {
  fs.symlinkSync(process.execPath, join(folder, "node_modules/node/bin/node"));
  expect(launch("--import", oldNode)).toMatchObject({ status: 2, stdout: "graph module.ts\n", stderr: "" });
});

test("one in node_modules that does not start is told", () => {
  fs.writeFileSync(join(folder, "node_modules/node/bin/node"), "", { mode: 0o644 });
  const { status, stderr } = launch("--import", oldNode);
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^aitor needs Node 24\.11 .* The one in node_modules does not start: .*EACCES\.\nInstall .*\n$/,
  );
});

test("a missing build is named", () => {
  fs.rmSync(join(folder, "dist"), { recursive: true });
  expect(launch()).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("dist/cli/main.js is missing") as string,
  });
});

test("what was compiled is kept in the user's cache", () => {
  const cache = join(folder, "cache");
  expect(launchWith({ XDG_CACHE_HOME: cache })).toMatchObject({ status: 2, stderr: "" });
  expect(fs.readdirSync(join(cache, "aitor"), { recursive: true }).length).toBeGreaterThan(1);
  expect(launchWith({ XDG_CACHE_HOME: cache })).toMatchObject({ status: 2, stdout: "graph module.ts\n", stderr: "" });
});

test.skipIf(process.getuid === undefined)(
  "in a folder that others can write to, or that is another's, nothing is kept",
  () => {
    const cache = join(folder, "cache");
    const own = join(cache, "aitor");
    fs.mkdirSync(own, { recursive: true });
    const kept = (): number => {
      expect(launchWith({ XDG_CACHE_HOME: cache })).toMatchObject({
        status: 2,
        stdout: "graph module.ts\n",
        stderr: "",
      });
      return fs.readdirSync(own).length;
    };
    for (const mode of [0o777, 0o775, 0o707]) {
      fs.chmodSync(own, mode);
      expect(kept()).toBe(0);
    }
    fs.chmodSync(own, 0o755);
    // Only root can give it to somebody else.
    if (process.getuid?.() === 0) {
      fs.chownSync(own, 65_534, 65_534);
      expect(kept()).toBe(0);
      fs.chownSync(own, 0, 0);
    }
    expect(kept()).toBeGreaterThan(0);
  },
);

test("without a place to keep it, the command starts all the same and says nothing", () => {
  const file = join(folder, "package.json");
  const places: NodeJS.ProcessEnv[] = [{ XDG_CACHE_HOME: file }, { HOME: file, XDG_CACHE_HOME: "" }, { HOME: "/proc" }];
  for (const place of places) {
    expect(launchWith(place)).toMatchObject({ status: 2, stdout: "graph module.ts\n", stderr: "" });
  }
});

interface Launched {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** As in a user's environment, in which Node keeps nothing by itself. */
function launchWith(variables: NodeJS.ProcessEnv, ...nodeOptions: string[]): Launched {
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  const args = [...nodeOptions, join(folder, "bin/aitor.js"), "graph", "module.ts"];
  const options = { encoding: "utf8", env: { ...env, NODE_OPTIONS: "", ...variables } } as const;
  return spawnSync(process.execPath, args, options);
}

function launch(...nodeOptions: string[]): Launched {
  return launchWith({ XDG_CACHE_HOME: join(folder, "cache") }, ...nodeOptions);
}
