// The walk has ends: so many files, so many folders deep; and what it does not reach is told.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { testFolder } from "../repo-report/test-folder.ts";
import { Sources } from "./sources.ts";
import { type FoundFile, walk, walkNotes } from "./walk.ts";

test("no more files are visited than asked for, and a note says so", async () => {
  const folder = testFolder({ "a/1": "", "a/2": "", "b/3": "", "b/4": "", "c/5": "" });
  const { seen, walked } = await visited(folder, 3);
  expect(seen).toEqual(["a/1", "a/2", "b/3"]);
  expect(walked).toMatchObject({ files: 3, stoppedAt: 3 });
  expect(walkNotes(walked)).toEqual(["there are more than 3 files; the rest was not looked at: name a folder"]);
  const all = await visited(folder, 5);
  expect(all.seen).toHaveLength(5);
  expect(walkNotes(all.walked)).toEqual([]);
});

test("folders that are too many levels deep are left out, and told", async () => {
  const folder = testFolder();
  const deep = join(folder, "d/".repeat(70));
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(deep, "bottom"), "");
  writeFileSync(join(folder, "top"), "");
  const { seen, walked } = await visited(folder);
  expect(seen).toEqual(["top"]);
  expect(walked.leftOut).toEqual({ total: 1, first: [{ path: "d/".repeat(64), why: "too many folders deep" }] });
});

test("what a visit throws counts against the file alone", async () => {
  await using sources = await Sources.open(testFolder({ a: "", b: "" }), AbortSignal.timeout(10_000));
  const visit = async ({ name }: FoundFile): Promise<void> => {
    if (name === "a") throw new Error("no");
  };
  expect(await walk(sources, ".", visit, AbortSignal.timeout(10_000))).toEqual({
    files: 1,
    leftOut: { total: 1, first: [{ path: "a", why: "no" }] },
  });
});

test("an abort ends it", async () => {
  await using sources = await Sources.open(testFolder({ a: "", b: "" }), AbortSignal.timeout(10_000));
  const controller = new AbortController();
  const visit = async (): Promise<void> => controller.abort(new Error("enough"));
  await expect(walk(sources, ".", visit, controller.signal)).rejects.toThrow("enough");
});

async function visited(folder: string, most?: number) {
  const seen: string[] = [];
  const signal = AbortSignal.timeout(10_000);
  await using sources = await Sources.open(folder, signal);
  const visit = async ({ path }: FoundFile): Promise<void> => void seen.push(path);
  const walked = await walk(sources, ".", visit, signal, most);
  return { seen: seen.sort(), walked };
}
