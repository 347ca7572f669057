// 50,000 files: all are counted, people see how far it is, few files are open at a time, and the record stays small. What is
// remembered of them takes little room, and a second report adds to it what changed.
import { existsSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { AitorHost } from "aitor";
import type { MemoryPatch } from "aitor/agent";
import { sqliteJournal } from "aitor/sqlite";
import { expect, test } from "vitest";

import { repoReport } from "./repo-report.ts";
import { readFolder } from "./read-folder.ts";
import { testFolder } from "./test-folder.ts";

const FILES = 50_000;

test("50,000 files", { timeout: 60_000 }, async () => {
  const folder = manyFiles();

  const run = readFolder.start(folder);
  const progress = new Map<string, number>();
  let mostOpen = 0;
  for await (const event of run) {
    if (event.type === "step-progress") progress.set(event.key, event.data.done ?? 0);
    if (event.type === "step-finished") mostOpen = Math.max(mostOpen, openBelow(folder));
  }
  const { output, results } = await run.result;

  const bytes = Array.from({ length: FILES }, (_, n) => contentOf(n).length).reduce((a, b) => a + b);
  const lines = Array.from({ length: FILES }, (_, n) => (n % 7) + (n % 1_000 === 0 ? 1 : 0)).reduce((a, b) => a + b);
  expect(output.languages).toEqual([{ language: "TypeScript", files: FILES, lines, bytes }]);
  expect(output.todos.total).toBe(FILES / 1_000);
  const read = [...progress].filter(([key]) => key.startsWith("read"));
  expect(progress.get("scan")).toBe(FILES);
  expect(read.length).toBe(FILES / 200);
  expect(read.reduce((sum, [, done]) => sum + done, 0)).toBe(FILES);
  expect(mostOpen).toBeLessThanOrEqual(8);
  expect(JSON.stringify(results).length).toBeLessThan(FILES * 60);
});

test("50,000 files, twice", { timeout: 120_000 }, async () => {
  const folder = manyFiles();
  const out = join(testFolder(), "report.md");
  await using journal = sqliteJournal(join(testFolder(), "journal.db"));
  await using host = new AitorHost({ journal, agents: [repoReport] });
  const agent = await host.open(repoReport, folder);
  const changes: MemoryPatch[][] = [];
  host.observe((event) => {
    if (event.type === "memory-changed") changes.push([...event.patches]);
  });
  await agent.ask({ out });
  for (const n of [7, 8, 9]) writeFileSync(join(folder, `folder-${n}/file-${n}.ts`), "changed\n");
  const second = await agent.ask({ out }, { id: "second" });

  expect(second.since?.changed.first.map(({ path }) => path)).toEqual([7, 8, 9].map((n) => `folder-${n}/file-${n}.ts`));
  expect(JSON.stringify(second).length).toBeLessThan(20_000);
  const [first = [], then = []] = changes;
  expect(JSON.stringify(first).length).toBeLessThan(FILES * 36);
  expect(JSON.stringify(then).length).toBeLessThan(2_000);
  let bytes = 0;
  for await (const event of journal.read(`repo-report/${folder.replaceAll("/", "%2F")}/second`)) {
    bytes += JSON.stringify(event.data).length;
  }
  expect(bytes).toBeGreaterThan(FILES * 20);
  expect(bytes).toBeLessThan(FILES * 60);
});

/** Most have a few lines, all a name that is one of a kind. */
function manyFiles(): string {
  const folder = testFolder();
  for (let n = 0; n < FILES; n++) {
    const below = join(folder, `folder-${n % 40}`);
    if (n < 40) mkdirSync(below);
    writeFileSync(join(below, `file-${n}.ts`), contentOf(n));
  }
  return folder;
}

function contentOf(n: number): string {
  return `${"line\n".repeat(n % 7)}${n % 1_000 === 0 ? "TODO: here\n" : ""}`;
}

/** How many files of the folder this process has open; 0 where the system does not tell. */
function openBelow(folder: string): number {
  if (!existsSync("/proc/self/fd")) return 0;
  return readdirSync("/proc/self/fd").filter((fd) => target(`/proc/self/fd/${fd}`).startsWith(folder)).length;
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return ""; // closed in the meantime
  }
}
