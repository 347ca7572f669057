// A command in a pseudo-terminal, and the screen that somebody would see.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { Screen } from "../src/cli/terminal/screen.fixture.ts";
import type { UserFolder } from "./aitor-command.ts";

interface TerminalCommand {
  /** Of what runs in the terminal. @throws Error before it has said so. */
  readonly pid: () => number;
  readonly ended: Promise<number | null>;
  readonly lines: () => readonly string[];
  /** All that was written. */
  readonly written: () => string;
  /** Resolves once the screen shows it. */
  shows(text: RegExp | string): Promise<void>;
  /** As keys are pressed: `\r` is Enter, `\x03` Ctrl-C. */
  press(keys: string): void;
}

const ROWS = 50;

/** `script` of util-linux makes pseudo-terminals; other systems have another one, or none. */
export const hasTerminals: boolean =
  spawnSync("script", ["-qec", "true", "/dev/null"], { stdio: "ignore" }).status === 0;

/** `aitor` with these arguments, until the test is over. */
export function inTerminal(folder: UserFolder, args: readonly string[], columns = 90): TerminalCommand {
  const screen = new Screen(columns, ROWS);
  const command = [process.execPath, join(folder.path, "node_modules/aitor/bin/aitor.js"), ...args];
  const quoted = command.map((part) => `'${part.replaceAll("'", "'\\''")}'`).join(" ");
  // The pid is that of the command: the shell becomes it.
  const line = `stty cols ${columns} rows ${ROWS} -echo; echo pid=$$; exec ${quoted}`;
  const env = { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1", TERM: "xterm", SHELL: "/bin/sh" };
  const child: ChildProcess = spawn("script", ["-qec", line, "/dev/null"], { cwd: folder.path, env });
  onTestFinished(() => void child.kill("SIGKILL"));
  let written = "";
  let pid: number | undefined;
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    written += text;
    if (pid !== undefined) return screen.write(text);
    // The line may come in pieces.
    const [line, told] = /pid=(\d+)\r\n/.exec(written) ?? [];
    if (line === undefined) return;
    pid = Number(told);
    screen.write(written.replace(line, ""));
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return {
    pid() {
      // What is no pid must not be a number: 0 would be the tests' own processes.
      if (pid === undefined) throw new Error(`the command has not told its pid:\n${written}`);
      return pid;
    },
    ended,
    lines: () => screen.lines(),
    written: () => written,
    async shows(text) {
      const found = (): boolean => {
        const shown = screen.lines().join("\n");
        return typeof text === "string" ? shown.includes(text) : text.test(shown);
      };
      try {
        await vi.waitUntil(found, { timeout: 30_000, interval: 20 });
      } catch {
        throw new Error(`the screen never showed ${String(text)}:\n${screen.lines().join("\n")}`);
      }
    },
    press: (keys) => void child.stdin?.write(keys),
  };
}
