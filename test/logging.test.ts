// Logs as a process has them
// - none, on either output, where nobody asks; and LogTape is not loaded then
// - where AITOR_LOG asks, on stderr from the first run's first event on, in a program and in the command
// - AITOR_LOG_FORMAT says how; options in code win over both
// - a wrong word ends the run with an error that says what there is, and where it was not needed nothing
import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { userFolder } from "./aitor-command.ts";

const root = join(import.meta.dirname, "..");

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program that imports this package, in a process of its own. */
function program(code: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const head = 'const { Aitorflow, EmbeddedEngine, configureLogging, task } = await import("aitor");';
  const flow =
    'const flow = new Aitorflow("greet", task("hello", (name) => { if (name === "x") throw new Error("no x"); return name; }));';
  return run(["--input-type=module", "--eval", `${head}\n${flow}\n${code}`], env);
}

function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  const { AITOR_LOG, AITOR_LOG_FORMAT, ...inherited } = process.env;
  void [AITOR_LOG, AITOR_LOG_FORMAT];
  const child = spawn(process.execPath, args, { cwd: root, env: { ...inherited, NODE_OPTIONS: "", ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve({ stdout, stderr }));
  });
}

const BOTH = 'await flow.run("a"); await flow.run("x").catch(() => {});';

/** The records of JSON lines, in short. */
const records = (stderr: string): string[] =>
  stderr
    .trim()
    .split("\n")
    .map((line) => {
      const { level, logger, message } = JSON.parse(line) as Record<"level" | "logger" | "message", string>;
      return `${level} ${logger}: ${message}`;
    });

describe("a program", () => {
  test("says nothing of its own, and does not load what logs", async () => {
    const loaded = 'console.log(Symbol.for("logtape.rootLogger") in globalThis);';
    const { stdout, stderr } = await program(`${BOTH} ${loaded}`);
    expect({ stdout, stderr }).toEqual({ stdout: "false\n", stderr: "" });
    expect((await program(`${BOTH} ${loaded}`, { AITOR_LOG: "error" })).stdout).toBe("true\n");
  });

  test("tells what AITOR_LOG asks for, from the first event on, also where it exits at once", async () => {
    const code = `${BOTH} process.exit(1);`;
    const { stdout, stderr } = await program(code, { AITOR_LOG: "info", AITOR_LOG_FORMAT: "json" });
    expect(stdout).toBe("");
    expect(records(stderr)).toEqual([
      'info aitor.run: run of "greet" started',
      'info aitor.run: run of "greet" finished',
      'info aitor.run: run of "greet" started',
      'error aitor.step: step "hello" failed: no x',
      'error aitor.run: run of "greet" failed: task "hello" of flow "greet" failed: no x',
    ]);
  });

  test("is pretty by default, without colours where stderr is no terminal", async () => {
    const { stderr } = await program(BOTH, { AITOR_LOG: "error" });
    expect(stderr).toMatch(
      /^\d{4}-.*Z \[ERR\] aitor\.step: step "hello" failed: no x {2}run=\S+ runnable=greet step=hello/,
    );
    expect(stderr).toContain("\n  Error [step-failed]: no x\n    at ");
    expect(stderr).not.toContain("\x1b");
  });

  test("is silent where AITOR_LOG is off or empty", async () => {
    for (const AITOR_LOG of ["off", ""]) expect((await program(BOTH, { AITOR_LOG })).stderr).toBe("");
  });

  test("options win over the environment", async () => {
    const env = { AITOR_LOG: "debug", AITOR_LOG_FORMAT: "pretty" };
    const { stderr } = await program(`await configureLogging({ level: "error", format: "json" }); ${BOTH}`, env);
    expect(records(stderr)).toHaveLength(2);
    expect((await program(`await configureLogging({ level: "off" }); ${BOTH}`, env)).stderr).toBe("");
  });

  test("what no option says comes from the environment", async () => {
    const { stderr } = await program(`await configureLogging(); ${BOTH}`, {
      AITOR_LOG: "error",
      AITOR_LOG_FORMAT: "json",
    });
    expect(records(stderr)).toHaveLength(2);
  });

  test("a wrong word fails the run, and no one else", async () => {
    const code = 'new EmbeddedEngine(); await flow.run("a").catch((error) => console.log(error.message));';
    const { stdout, stderr } = await program(code, { AITOR_LOG: "loud" });
    expect({ stdout, stderr }).toEqual({
      stdout: [
        "the environment variable AITOR_LOG cannot be used",
        '  expected: "debug", "info", "warning", "error" or "off"',
        '  got: "loud"',
        "  fix: set AITOR_LOG to one of these, or unset it\n",
      ].join("\n"),
      stderr: "",
    });
    expect((await program('console.log("fine")', { AITOR_LOG: "loud" })).stdout).toBe("fine\n");
  });

  test("a cancel before the logs are loaded is a cancel", async () => {
    const code =
      'const run = flow.start("a"); await run.cancel("never mind"); for await (const { type } of run) console.log(type);';
    const { stdout, stderr } = await program(code, { AITOR_LOG: "info", AITOR_LOG_FORMAT: "json" });
    expect(stdout).toBe("run-started\nrun-cancelled\n");
    expect(records(stderr)[1]).toBe('warning aitor.run: run of "greet" was cancelled: never mind');
  });
});

test("the command tells its logs beside its progress, on stderr", async () => {
  using folder = userFolder();
  folder.write({
    "flow.ts": 'import { Aitorflow, task } from "aitor"; export const f = new Aitorflow("f", task("one", () => 1));',
  });
  const command = [
    join(folder.path, "node_modules/aitor/bin/aitor.js"),
    "run",
    join(folder.path, "flow.ts"),
    "--no-journal",
  ];
  const { stdout, stderr } = await run(command, { AITOR_LOG: "info", AITOR_LOG_FORMAT: "json" });
  expect(stdout).toBe("1\n");
  const told = stderr.split("\n").filter((line) => line.startsWith("{"));
  expect(records(told.join("\n"))).toEqual([
    'info aitor.run: run of "f" started',
    'info aitor.run: run of "f" finished',
  ]);
  expect((await run(command, {})).stderr).not.toContain("{");
  expect((await run(command, { AITOR_LOG: "loud" })).stderr).toContain(
    "the environment variable AITOR_LOG cannot be used",
  );
});
