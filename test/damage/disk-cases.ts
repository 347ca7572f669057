// The disk is full, or fails: what is not recorded is not acknowledged, the process ends in good order, and what was
// acknowledged is there when the journal is opened again.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { sqliteJournal } from "aitor/sqlite";
import { random } from "../random.ts";
import { run, write } from "./processes.ts";
import { skipped, type Verdict } from "./verdict.ts";
import type { Written } from "./writing-process.ts";

/** @returns The library that makes the disk fail; a verdict where there is none. */
export async function makeShim(place: string): Promise<string | Verdict> {
  if (process.platform !== "linux") return skipped("no faults of the disk: they are made with LD_PRELOAD, on Linux");
  const library = join(place, "fault-shim.so");
  const source = join(import.meta.dirname, "fault-shim.c");
  const built = await run("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]).catch(String);
  if (typeof built === "string") return skipped(`no faults of the disk: there is no C compiler (${built})`);
  return built.code === 0 ? library : skipped(`no faults of the disk: the C compiler failed: ${built.stderr}`);
}

export const DISK_FAULTS = ["ENOSPC", "EIO", "FSYNC"] as const;
export type DiskFault = (typeof DISK_FAULTS)[number];

/** The same for the same seed, but for what the threads of the process do at the same time. */
export async function judgeDisk(library: string, place: string, fault: DiskFault, seed: number): Promise<Verdict> {
  const next = random(seed);
  const folder = join(place, "disk");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const path = join(folder, "a.db");
  const once = next() < 0.5;
  const outcome = await write(path, "append", {
    LD_PRELOAD: library,
    AITOR_FAULT: fault,
    AITOR_FAULT_AT: String(1 + Math.floor(next() * (fault === "FSYNC" ? 90 : 300))),
    AITOR_FAULT_PATH: path,
    ...(next() < 0.8 && { AITOR_FAULT_ARMED: join(folder, "armed") }),
    ...(once && { AITOR_FAULT_ONCE: "1" }),
  });
  return judgeWritten(path, outcome);
}

/** A disk of 700 KiB. */
export async function judgeFullDisk(place: string): Promise<Verdict> {
  const disk = join(place, "full");
  mkdirSync(disk);
  const mounted = await run("mount", ["-t", "tmpfs", "-o", "size=700k", "tmpfs", disk]).catch(() => undefined);
  if (mounted?.code !== 0) return skipped("no full disk of its own: this user may not mount one");
  try {
    const path = join(disk, "a.db");
    const outcome = await write(path, "append");
    await run("mount", ["-o", "remount,size=64m", disk]);
    return await judgeWritten(path, outcome);
  } finally {
    await run("umount", [disk]);
  }
}

/** Where the process never met the fault nothing is detected. */
export async function judgeWritten(path: string, outcome: Written | string): Promise<Verdict> {
  if (typeof outcome === "string") return { detected: undefined, faults: [outcome] };
  const { acknowledged, error, next, told } = outcome;
  const faults: string[] = [];
  if (next === "acknowledged") faults.push("something was acknowledged after the failure");
  if (error !== undefined && !error.startsWith("journal-")) faults.push(`it was told ${told}`);
  try {
    await using journal = sqliteJournal(path);
    let last = 0;
    for await (const { data } of journal.read("run")) {
      const { n } = data as { n: number };
      if (n !== last + 1) faults.push(`event ${n} stands behind event ${last}`);
      last = n;
    }
    if (last < acknowledged) faults.push(`${acknowledged} were acknowledged, and ${last} are there`);
    await journal.append([
      { v: 1, stream: "run", seq: 0, at: 1, run: "run", key: "", type: "went-on", data: { n: last + 1 } },
    ]);
  } catch (thrown) {
    faults.push(`it does not go on: ${String(thrown)}`);
  }
  return { detected: error, faults };
}
