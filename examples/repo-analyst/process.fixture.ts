import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The analyst as a process of its own. */
export function startAnalyst(args: readonly string[], cwd: string, environment: NodeJS.ProcessEnv = {}) {
  return startProgram(new URL("main.ts", import.meta.url), args, cwd, environment);
}

/** A survey as a process of its own. */
export function startSurvey(args: readonly string[], cwd: string, environment: NodeJS.ProcessEnv = {}) {
  return startProgram(new URL("survey/main.ts", import.meta.url), args, cwd, environment);
}

/** With no key in its environment. */
function startProgram(program: URL, args: readonly string[], cwd: string, environment: NodeJS.ProcessEnv) {
  const kept = Object.entries(process.env).filter(([name]) => !/_API_KEY$|^AITOR_/.test(name));
  const child = spawn(process.execPath, ["--conditions=source", fileURLToPath(program), ...args], {
    cwd,
    env: { ...Object.fromEntries(kept), NODE_OPTIONS: "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}
