import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventEnvelope } from "../base/index.ts";

let folder: string | undefined;
const writers = new Set<Writer>();
let files = 0;

/** A journal's path that no other test has. A file of tests that asks for one says `afterAll(removeJournals)`. */
export function newPath(): string {
  folder ??= mkdtempSync(join(tmpdir(), "aitor-sqlite-"));
  return join(folder, `${++files}.db`);
}

/** All of this process, and who writes to them. */
export async function removeJournals(): Promise<void> {
  await Promise.all([...writers].map((writer) => writer.kill()));
  writers.clear();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
}

export function event(stream: string, n: number, data: unknown = { n }): EventEnvelope {
  return { v: 1, stream, seq: 0, at: 1_000 + n, run: stream, key: `step#${n}`, type: "happened", data };
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The numbers that events were made with. */
export function numbers(events: readonly EventEnvelope[]): number[] {
  return events.map(({ data }) => (data as { n: number }).n);
}

/** What a promise is rejected with. */
export async function failure(act: () => unknown): Promise<Error & { code?: string; fix?: string; data?: unknown }> {
  try {
    await act();
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}

/** Resolves when it has come true, however long that takes. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A process of its own that writes, killed by `removeJournals` at the latest. */
export class Writer {
  /** What it told, in order. */
  readonly told: string[] = [];
  readonly #child: ChildProcess;
  readonly #over: Promise<void>;

  /** @param deed One of `journal-process.fixture.ts`. */
  constructor(deed: string, ...args: readonly string[]) {
    const file = new URL("journal-process.fixture.ts", import.meta.url);
    this.#child = fork(file, [deed, ...args], { stdio: ["ignore", "pipe", "inherit", "ipc"], execArgv: [] });
    let rest = "";
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.told.push(...lines);
    });
    this.#over = new Promise((resolve) => this.#child.on("close", () => resolve()));
    writers.add(this);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** Resolves when it has told so much. */
  async tells(lines: number): Promise<void> {
    await until(() => this.told.length >= lines || this.#child.exitCode !== null);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  say(message: string): void {
    this.#child.send(message);
  }

  /** Resolves when it has ended and all that it told is here. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#over;
  }

  async ends(): Promise<void> {
    await this.#over;
  }
}
