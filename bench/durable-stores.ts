import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { EmbeddedEngine, type Run, type Runnable, type StepOptions } from "../src/index.ts";
import { sqliteJournal } from "../src/sqlite/index.ts";

/** What one step gives: about 300 bytes as JSON. */
export const PAYLOAD: { readonly text: string; readonly n: number } = { text: "x".repeat(270), n: 1 };

/** Where the work is done: a store of its own, on the disk that this repository lies on. */
export interface Store extends AsyncDisposable {
  /** So many steps, one after the other. */
  steps(count: number): Promise<void>;
  /** Bytes of its files, with nothing left in the write-ahead log. */
  size(): Promise<number>;
}

export interface Contender {
  readonly name: string;
  open(): Promise<Store>;
}

/** The least that can be done: each step one row of its own, committed and on the disk before the next begins. */
export function plain(name: string, synchronous: "FULL" | "OFF"): Contender {
  return {
    name,
    async open() {
      const folder = newFolder("durable-");
      const file = join(folder, "plain.db");
      const db = new DatabaseSync(file);
      db.exec(
        `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; CREATE TABLE rows (id INTEGER PRIMARY KEY, data TEXT)`,
      );
      const insert = db.prepare("INSERT INTO rows (data) VALUES (?)");
      const data = JSON.stringify(PAYLOAD);
      return {
        async steps(count) {
          for (let n = 0; n < count; n++) insert.run(data);
        },
        async size() {
          db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
          return statSync(file).size;
        },
        async [Symbol.asyncDispose]() {
          db.close();
          rmSync(folder, { recursive: true });
        },
      };
    },
  };
}

/** A run of so many steps on an engine of its own, whose journal is on the disk. */
export function aitor(name: string, options: StepOptions): Contender {
  return {
    name,
    async open() {
      const folder = newFolder("durable-");
      const file = join(folder, "aitor.db");
      const journal = sqliteJournal(file);
      await journal.ready();
      const engine = new EmbeddedEngine({ journal });
      return {
        steps: (count) => engine.run(sequence(options), count),
        async size() {
          await journal.compact();
          return statSync(file).size;
        },
        async [Symbol.asyncDispose]() {
          await engine[Symbol.asyncDispose]();
          await journal.close();
          rmSync(folder, { recursive: true });
        },
      };
    },
  };
}

/** A run of steps one after the other, each of which gives the payload. */
export function sequence(options: StepOptions = {}): Runnable<number, void> {
  return {
    name: "sequence",
    version: "1",
    async execute(run: Run, count) {
      for (let n = 0; n < count; n++) await run.step("step", () => PAYLOAD, options);
    },
  };
}

/** Bytes that this process has handed to the system to write; nothing where the system does not tell. */
export function bytesWritten(): number | undefined {
  try {
    return Number(/^wchar: (\d+)/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
  } catch {
    return undefined;
  }
}

/** An empty folder on the disk that this repository lies on. */
export function newFolder(prefix: string): string {
  const parent = join(import.meta.dirname, ".data");
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, prefix));
}
