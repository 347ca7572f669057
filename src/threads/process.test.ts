import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";

/*
 * What shows only from outside of a process: it ends by itself, what workers print is there, the environment is heard, and
 * where no worker can be started that is said.
 */

test("a process ends when its calls have, and what workers printed is there", async () => {
  const { code, stdout, stderr } = await node(`
    configureThreads({ threads: 2, idle: "1h" });
    await Promise.all([call("print", "first"), call("print", "second")]);
  `);
  expect(code).toBe(0);
  expect(stdout.split("\n").sort()).toEqual(["", "first", "second"]);
  expect(stderr.split("\n").sort()).toEqual(["", "first", "second"]);
});

test("long output of a worker is there too", async () => {
  const { stdout } = await node(`await call("print", "x".repeat(1_000_000));`);
  expect(stdout).toHaveLength(1_000_001);
});

test("a module that prints and then replaces how that is done gets its answer out", async () => {
  expect(await node(`await call("printAndCapture", "once"); console.log(" more");`)).toMatchObject({
    code: 0,
    stdout: "once more\n",
  });
});

test("a bundle of CommonJS can be loaded, and says what to leave outside of it when a worker is to start", async () => {
  const folder = mkdtempSync(join(tmpdir(), "aitor-threads-"));
  try {
    const outfile = join(folder, "index.cjs");
    const entryPoints = [join(import.meta.dirname, "index.ts")];
    await build({ entryPoints, outfile, bundle: true, platform: "node", format: "cjs", logLevel: "error" });
    const program = `
      const { WorkerPool } = require(${JSON.stringify(outfile)});
      new WorkerPool().run(new URL("file:///hash.ts"), []).catch(({ code, fix }) => console.log(code, fix));`;
    const told = execFileSync(process.execPath, ["--input-type=commonjs", "-e", program], { encoding: "utf8" });
    expect(told).toMatch(/^thread-unavailable .* --external:aitor/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("an error that nobody waits for keeps no process alive", async () => {
  const { code } = await node(`call("exit", 1).catch(() => {});`);
  expect(code).toBe(0);
});

test.each([
  ["as an argument", {}],
  ["from the environment", { NODE_OPTIONS: "--input-type=module" }],
])(
  "a program that is a text, as Node is told %s, has in its workers what was to be imported before it",
  async (_, env) => {
    const preload = `data:text/javascript,import { isMainThread } from "worker_threads"; if (!isMainThread) console.log("here")`;
    const { code, stdout } = await node(`await call("thread");`, env, "--import", preload);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "here\n" });
  },
);

test("AITOR_THREADS says how many workers there are", async () => {
  const program = `
    const threads = await Promise.all(Array.from({ length: 6 }, () => call("thread")));
    console.log(new Set(threads).size);
  `;
  expect((await node(program, { AITOR_THREADS: "1" })).stdout).toBe("1\n");
});

test("an AITOR_THREADS that is no count is an error of those who use threads", async () => {
  const { code, stderr } = await node(`await call("add", 1, 2);`, { AITOR_THREADS: "lots" });
  expect(code).toBe(1);
  expect(stderr).toContain("the environment variable AITOR_THREADS cannot be used");
  expect(stderr).toContain("expected: a whole number from 1 to 9999");
});

test("options win over AITOR_THREADS, whatever that says", async () => {
  const program = `configureThreads({ threads: 1 }); console.log(await call("add", 1, 2));`;
  expect(await node(program, { AITOR_THREADS: "lots" })).toMatchObject({ code: 0, stdout: "3\n" });
});

test("the shared pool starts anew after it was disposed, with the options it had", async () => {
  const { stdout } = await node(`
    configureThreads({ threads: 1 });
    const [first, again] = [await call("count"), await call("count")];
    await sharedThreads()[Symbol.asyncDispose]();
    console.log(first, again, await call("count"), (await Promise.all([call("count"), call("count")])).join());
  `);
  expect(stdout).toBe("1 2 1 2,3\n");
});

const fails = `console.log(await call("add", 1, 2).catch(({ code, cause }) => code + ": " + cause?.message));`;

test("where workers are not permitted, that is the cause", async () => {
  const { code, stdout, stderr } = await node(fails, {}, "--permission", "--allow-fs-read=*");
  expect(stdout).toMatch(/^thread-unavailable: Access to this API has been restricted/);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("where no worker can be started, each call that is caught leaves the process alive", async () => {
  const program = `
    const calls = Array.from({ length: 5 }, () => call("add", 1, 2).catch(({ code }) => code));
    console.log(new Set(await Promise.all(calls)), await call("add", 1, 2).catch(({ code }) => code));
    await new Promise((resolve) => setTimeout(resolve, 10));
    await sharedThreads()[Symbol.asyncDispose]();
    console.log("alive");`;
  const { code, stdout, stderr } = await node(program, {}, "--permission", "--allow-fs-read=*");
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: "Set(1) { 'thread-unavailable' } thread-unavailable\nalive\n",
    stderr: "",
  });
});

test("where workers die while they start, calls do not wait for ever", async () => {
  const preload = `import { isMainThread } from "node:worker_threads"; if (!isMainThread) throw new Error("no start");`;
  const { code, stdout } = await node(fails, {
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(preload)}`,
  });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "thread-unavailable: no start\n" });
});

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program that has `call`, `configureThreads` and `sharedThreads`. */
function node(program: string, env: Record<string, string> = {}, ...options: readonly string[]): Promise<Outcome> {
  const text = `
    import { configureThreads, sharedThreads } from ${JSON.stringify(new URL("./index.ts", import.meta.url).href)};
    const behaviours = new URL(${JSON.stringify(new URL("./behaviours.fixture.ts", import.meta.url).href)});
    const call = (...input) => sharedThreads().run(behaviours, input);
    ${program}`;
  const type = env["NODE_OPTIONS"]?.includes("--input-type") === true ? [] : ["--input-type=module"];
  const child = spawn(process.execPath, [...options, ...type, "--eval", text], {
    env: { ...process.env, NODE_OPTIONS: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => (stdout += part));
  child.stderr.setEncoding("utf8").on("data", (part: string) => (stderr += part));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
