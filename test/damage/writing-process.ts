// node writing-process.ts <journal> <deed>: a process of its own that writes a journal, and tells in a line of JSON how that went.
import { accessSync, existsSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";

import type { EventEnvelope } from "aitor";
import { sqliteJournal } from "aitor/sqlite";

/** What such a process tells at its end. */
export interface Written {
  /** Appends that were acknowledged: those of the events 1, 2, 3 … */
  readonly acknowledged: number;
  /** The codes of the first error, and of the call after it. */
  readonly error?: string;
  readonly next?: string;
  /** The text of the first one. */
  readonly told?: string;
  /** Why it did nothing. */
  readonly skipped?: string;
}

const [, , path = "", deed = ""] = process.argv;
const EVENTS = 150;

const event = (n: number): EventEnvelope => ({
  v: 1,
  stream: "run",
  seq: 0,
  at: n,
  run: "run",
  key: `step#${n}`,
  type: "happened",
  data: { n, text: "x".repeat(3_900) },
});

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? String(error);

async function append(until: number, between: (n: number) => void): Promise<Written> {
  let acknowledged = 0;
  const journal = sqliteJournal(path);
  try {
    await journal.ready();
    const armed = process.env["AITOR_FAULT_ARMED"];
    if (armed !== undefined) writeFileSync(armed, "");
    for (let n = 1; n <= until; n++) {
      between(n);
      await journal.append([event(n)]);
      acknowledged = n;
    }
    return { acknowledged };
  } catch (error) {
    const next: unknown = await Promise.resolve(journal.append([event(0)])).catch((thrown: unknown) => thrown);
    return {
      acknowledged,
      error: codeOf(error),
      next: next === undefined ? "acknowledged" : codeOf(next),
      told: String(error),
    };
  } finally {
    await journal.close();
  }
}

const deeds: Readonly<Record<string, () => Promise<Written>>> = {
  append: () => append(EVENTS, () => {}),
  /** The file is deleted while it is open. */
  deleted: () => append(40, (n) => n === 20 && rmSync(path)),
  /** Another one is put in its place. */
  replaced: () => append(40, (n) => n === 20 && existsSync(`${path}.other`) && renameSync(`${path}.other`, path)),
  /** By a user who may only read it. */
  readOnly: async () => {
    if (process.getuid?.() === 0) process.setuid?.(65_534);
    try {
      accessSync(import.meta.filename);
    } catch {
      return { acknowledged: 0, skipped: "no read-only file: another user than root may not read this folder" };
    }
    return append(1, () => {});
  },
};

const written = await deeds[deed]?.();
writeSync(1, `${JSON.stringify(written)}\n`);
