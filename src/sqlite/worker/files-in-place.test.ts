// Whether a journal's file and its log are those that were opened
// - is told when one is removed, replaced, or moved with its folder, however often they were found in place before
// - is not in question where other files come and go beside them
import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { FilesInPlace } from "./files-in-place.ts";

const root = mkdtempSync(join(tmpdir(), "aitor-in-place-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A folder that nothing was changed in for an hour, and what was found in it. */
function settled(): {
  readonly folder: string;
  readonly path: string;
  readonly log: string;
  readonly files: FilesInPlace;
} {
  const folder = mkdtempSync(join(root, "folder-"));
  const path = join(folder, "a.db");
  const log = `${path}-wal`;
  for (const file of [path, log]) writeFileSync(file, "");
  const then = new Date(Date.now() - 3_600_000);
  utimesSync(folder, then, then);
  const files = new FilesInPlace(path);
  expect([files.missing(), files.missing()]).toEqual([undefined, undefined]);
  return { folder, path, log, files };
}

test.each<[string, (place: ReturnType<typeof settled>) => void, "path" | "log"]>([
  ["a removed file", ({ path }) => rmSync(path), "path"],
  ["a removed log", ({ log }) => rmSync(log), "log"],
  ["a file that another one took the place of", ({ folder, path }) => moved(folder, path), "path"],
  ["a log that another one took the place of", ({ folder, log }) => moved(folder, log), "log"],
  ["a folder that was moved", ({ folder }) => renameSync(folder, `${folder}-away`), "path"],
  [
    "a folder that another one took the place of",
    ({ folder, path, log }) => {
      renameSync(folder, `${folder}-away`);
      mkdirSync(folder);
      for (const file of [path, log]) writeFileSync(file, "");
    },
    "path",
  ],
])("%s is told", (_, change, which) => {
  const place = settled();
  change(place);
  expect(place.files.missing()).toBe(place[which]);
});

test("other files may come and go", () => {
  const { folder, log, files } = settled();
  const other = join(folder, "other");
  writeFileSync(other, "");
  expect([files.missing(), files.missing()]).toEqual([undefined, undefined]);
  rmSync(other);
  expect(files.missing()).toBe(undefined);
  rmSync(log); // at once: the folder was changed in the same moment
  expect(files.missing()).toBe(log);
});

function moved(folder: string, file: string): void {
  const other = join(folder, "other");
  writeFileSync(other, "");
  renameSync(other, file);
}
