// A program of the test as a process of its own. Programs are bundled first, as the published package is: hundreds of processes
// begin in half the time.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";

import { MODULES } from "../../scripts/bundle.ts";

const PROGRAMS = {
  agent: "test/crash/agent/process.ts",
  flow: "test/crash/flow/process.ts",
  load: "test/crash/load/process.ts",
  stopped: "test/crash/stopped/process.ts",
  duplicates: "test/crash/duplicates/process.ts",
  cancel: "test/crash/cancel/process.ts",
  timers: "test/crash/timers/process.ts",
};

export type ProgramName = keyof typeof PROGRAMS;

/** Of this test, while it runs. */
const running = new Set<ChildProcessWithoutNullStreams>();
let bundled: Promise<string> | undefined;
let bundles: string | undefined;

process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
  if (bundles !== undefined) rmSync(bundles, { recursive: true, force: true });
});

/** Starts it; it ends with this process. @param plan What it is told to do, a JSON value. */
export async function startProgram(name: ProgramName, plan: unknown): Promise<ChildProcessWithoutNullStreams> {
  const folder = await (bundled ??= bundle());
  const child = spawn(process.execPath, [join(folder, "programs", `${name}.js`), JSON.stringify(plan)], {
    env: { ...process.env, NODE_OPTIONS: "", NODE_COMPILE_CACHE: join(folder, "compiled") },
    stdio: "pipe",
  });
  running.add(child);
  child.on("close", () => running.delete(child));
  child.stdin.on("error", () => {}); // it may be dead
  return child;
}

async function bundle(): Promise<string> {
  const root = join(import.meta.dirname, "../..");
  const cache = join(root, "node_modules/.cache"); // in here packages are found
  mkdirSync(cache, { recursive: true });
  const folder = (bundles = mkdtempSync(join(cache, "crash-")));
  await build({
    absWorkingDir: root,
    entryPoints: [
      ...Object.entries(PROGRAMS).map(([name, path]) => ({ in: path, out: `programs/${name}` })),
      { in: "src/sqlite/journal-worker.ts", out: "sqlite/journal-worker" },
    ],
    outdir: folder,
    ...MODULES,
    conditions: ["source"],
    external: ["@ai-sdk/*", "cockatiel"],
    logLevel: "error",
  });
  return folder;
}
