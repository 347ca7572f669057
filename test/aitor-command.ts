// A folder of a user's, with `aitor` installed, and the command run in it as a process of its own.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { builtPackage } from "./built-package.ts";

const root = join(import.meta.dirname, "..");

interface Outcome {
  /** `null` where a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command under way. */
interface RunningCommand {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Outcome>;
  /** Resolves once stderr holds the text. */
  readonly says: (text: string) => Promise<void>;
}

export interface UserFolderOptions {
  /** `aitor` is this clone's sources, as its own modules have it; else the package as it is published. */
  readonly sources?: boolean;
}

export interface UserFolder extends Disposable {
  readonly path: string;
  write(files: Readonly<Record<string, string>>): void;
  read(file: string): string;
  /** Harmless where it is missing. */
  remove(file: string): void;
  aitor(...args: readonly string[]): Promise<Outcome>;
  /** With a text on stdin. */
  aitorFed(stdin: string, ...args: readonly string[]): Promise<Outcome>;
  start(...args: readonly string[]): RunningCommand;
  /** What it prints, as JSON. @throws Error with what it said where it fails. */
  json<Value>(...args: readonly string[]): Promise<Value>;
  /** The option for a journal of the test's own. */
  freshJournal(): readonly ["--journal", string];
}

export function userFolder({ sources = false }: UserFolderOptions = {}): UserFolder {
  const installed = sources ? root : builtPackage();
  const path = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "aitor-command-")));
  fs.mkdirSync(join(path, "node_modules"));
  fs.symlinkSync(installed, join(path, "node_modules/aitor"), "junction");
  fs.writeFileSync(join(path, "package.json"), '{ "type": "module" }');
  const launcher = join(installed, "bin/aitor.js");
  const start = (...args: readonly string[]): RunningCommand => run(launcher, path, args);
  let journals = 0;
  return {
    path,
    start,
    write(files) {
      for (const [file, text] of Object.entries(files)) {
        fs.mkdirSync(dirname(join(path, file)), { recursive: true });
        fs.writeFileSync(join(path, file), text);
      }
    },
    read: (file) => fs.readFileSync(join(path, file), "utf8"),
    remove: (file) => fs.rmSync(join(path, file), { force: true }),
    aitor: (...args) => start(...args).ended,
    aitorFed(stdin, ...args) {
      const { child, ended } = start(...args);
      child.stdin.end(stdin);
      return ended;
    },
    async json<Value>(...args: readonly string[]) {
      const { stdout, stderr, exitCode } = await start(...args).ended;
      if (exitCode !== 0) throw new Error(stderr);
      return JSON.parse(stdout) as Value;
    },
    freshJournal: () => ["--journal", `journals/${++journals}.db`],
    [Symbol.dispose]: () => fs.rmSync(path, { recursive: true, force: true }),
  };
}

function run(launcher: string, cwd: string, args: readonly string[]): RunningCommand {
  const child = spawn(process.execPath, [launcher, ...args], { cwd, env: { ...process.env, NODE_OPTIONS: "" } });
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    for (const listener of listeners) listener();
  });
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  const says = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (stderr.includes(text)) resolve();
      };
      listeners.add(check);
      check();
      void ended.then(() => reject(new Error(`it ended and never said ${JSON.stringify(text)}:\n${stderr}`)));
    });
  return { child, ended, says };
}
