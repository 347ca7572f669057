// 50,000 files: all are counted, people see how far it is, few files are open at a time, and the record stays small.
import { existsSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { repoReport } from "./repo-report.ts";
import { testFolder } from "./test-folder.ts";

const FILES = 50_000;

test("50,000 files", { timeout: 60_000 }, async () => {
  const folder = testFolder();
  let bytes = 0;
  for (let n = 0; n < FILES; n++) {
    const below = join(folder, `folder-${n % 40}`);
    if (n < 40) mkdirSync(below);
    const content = `${"line\n".repeat(n % 7)}${n % 1_000 === 0 ? "TODO: here\n" : ""}`;
    bytes += content.length;
    writeFileSync(join(below, `file-${n}.ts`), content);
  }

  const run = repoReport.start(folder);
  const progress = new Map<string, number>();
  let mostOpen = 0;
  for await (const event of run) {
    if (event.type === "step-progress") progress.set(event.key, event.data.done ?? 0);
    if (event.type === "step-finished") mostOpen = Math.max(mostOpen, openBelow(folder));
  }
  const { output, results } = await run.result;

  const lines = Array.from({ length: FILES }, (_, n) => (n % 7) + (n % 1_000 === 0 ? 1 : 0)).reduce((a, b) => a + b);
  expect(output.languages).toEqual([{ language: "TypeScript", files: FILES, lines, bytes }]);
  expect(output.todos.total).toBe(FILES / 1_000);
  const read = [...progress].filter(([key]) => key.startsWith("read"));
  expect(progress.get("scan")).toBe(FILES);
  expect(read.length).toBe(FILES / 200);
  expect(read.reduce((sum, [, done]) => sum + done, 0)).toBe(FILES);
  expect(mostOpen).toBeLessThanOrEqual(8);
  expect(JSON.stringify(results).length).toBeLessThan(FILES * 60);
  expect(JSON.stringify(output).length).toBeLessThan(20_000);
});

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
