import { spawn } from "node:child_process";
import { join } from "node:path";

import type { Written } from "./writing-process.ts";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Sources stay compiled: a process begins in half the time. */
const CACHE = join(import.meta.dirname, "../../node_modules/.cache/node-compile");

/** A process that hangs is ended: what it was to do takes a second or two. */
const LONGEST_MS = 60_000;

export function run(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { NODE_COMPILE_CACHE: CACHE, ...process.env, ...environment };
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_MS);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
  });
}

/** @returns What it told; a text where it did not come to its end by itself. */
export async function write(
  path: string,
  deed: string,
  environment?: Readonly<Record<string, string>>,
): Promise<Written | string> {
  const file = join(import.meta.dirname, "writing-process.ts");
  const { code, stdout, stderr } = await run(process.execPath, ["--conditions=source", file, path, deed], environment);
  if (code !== 0) return `it ended with ${code ?? "a signal"}: ${stderr.slice(0, 2_000)}`;
  return JSON.parse(stdout) as Written;
}

const aitorCommand = join(import.meta.dirname, "../../bin/aitor.js");

export function aitor(...args: readonly string[]): Promise<Ended> {
  return run(process.execPath, [aitorCommand, ...args]);
}
