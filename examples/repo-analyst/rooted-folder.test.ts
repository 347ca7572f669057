// Nothing leads out of the folder: no path that a model writes, no link, no second name of a file, and nobody who puts a link
// in a folder's place while it is read.
import { linkSync, mkdirSync, renameSync, symlinkSync, unlinkSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";
import { expect, test } from "vitest";

import { makeFifo, testFolder } from "../repo-report/test-folder.ts";
import { analystId, folderOf } from "./folder-of.ts";
import { pathParts } from "./path-parts.ts";
import { count } from "./tools/count.ts";
import { list } from "./tools/list.ts";
import { read } from "./tools/read.ts";
import { search } from "./tools/search.ts";

/** What is outside; the search for its first word does not name the rest. */
const SECRET = "outside 7d1f";

test.each([
  "/etc/passwd",
  "..",
  "../x",
  "a/../../x",
  "a/..",
  "~/x",
  "\\x",
  "C:\\x",
  "c:/x",
  "a\0b",
  `${"a/".repeat(3_000)}b`,
])("%j is no path within a folder", (path) => {
  expect(() => pathParts(path)).toThrow(/cannot be looked at\n {2}expected: a path within the folder/);
});

test("whatever a path is, its parts lead down", () => {
  const part = fc.constantFrom("a", "..", ".", "", "...", "~", "\\", "a b", "\n", "__proto__");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      let leads: string[];
      try {
        leads = pathParts(parts.join("/"));
      } catch {
        return;
      }
      expect(leads).not.toContain("..");
      expect(leads.every((name) => name !== "" && !name.includes("/"))).toBe(true);
    }),
  );
});

test("links, second names and what is no file are not followed, opened or waited for", async () => {
  const { folder, outside } = beside();
  symlinkSync(join(outside, "secret.txt"), join(folder, "file-link"));
  symlinkSync(outside, join(folder, "folder-link"));
  symlinkSync("secret.txt", join(outside, "chain"));
  symlinkSync(join(outside, "chain"), join(folder, "chain-link"));
  linkSync(join(outside, "secret.txt"), join(folder, "second-name"));
  makeFifo(join(folder, "fifo"));
  for (const [path, why] of [
    ["file-link", "symbolic link"],
    ["folder-link/secret.txt", "symbolic link"],
    ["chain-link", "symbolic link"],
    ["second-name", "hard link"],
    ["fifo", "not a file"],
  ] as const) {
    expect(await read.call({ path }, at(folder))).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining(why) as string },
    });
  }
  expect(await list.call({ path: "folder-link" }, at(folder))).toMatchObject({ ok: false });
  expect(await search.call({ texts: [SECRET] }, at(folder))).toMatchObject({ ok: true, value: { total: 0 } });
  expect(await count.call({}, at(folder))).toMatchObject({
    ok: true,
    value: { files: 1, leftOut: { total: 5 } },
  });
});

test("the folder itself may be named by a link", async () => {
  const { folder } = beside();
  const link = `${folder}-link`;
  symlinkSync(folder, link);
  expect(await read.call({ path: "inside/a.txt" }, at(link))).toMatchObject({ ok: true, value: { text: "inside" } });
  unlinkSync(link);
});

test("what a folder is replaced by while it is read is never read", { timeout: 120_000 }, async () => {
  const { folder, outside } = beside();
  let over = false;
  const replacing = (async () => {
    while (!over) {
      renameSync(join(folder, "inside"), join(folder, "kept"));
      symlinkSync(outside, join(folder, "inside"));
      await new Promise((resolve) => setImmediate(resolve));
      unlinkSync(join(folder, "inside"));
      renameSync(join(folder, "kept"), join(folder, "inside"));
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const seen = new Map<string, number>();
  try {
    for (let n = 0; n < 150; n++) {
      const results = await Promise.all([
        read.call({ path: "inside/secret.txt" }, at(folder)),
        read.call({ path: "inside/a.txt" }, at(folder)),
        search.call({ texts: ["outside"] }, at(folder)),
      ]);
      expect(JSON.stringify(results)).not.toContain("7d1f");
      for (const { ok } of results) seen.set(String(ok), (seen.get(String(ok)) ?? 0) + 1);
    }
  } finally {
    over = true;
    await replacing;
  }
  expect(seen.get("true")).toBeGreaterThan(0);
  expect(seen.get("false")).toBeGreaterThan(0);
});

test("an analyst's id is its folder, with or without what tells several apart", () => {
  const { folder } = beside();
  expect(folderOf(folder)).toBe(folder);
  expect(folderOf(`${folder}#second`)).toBe(folder);
  expect(folderOf(`${folder}-ab12`)).toBe(folder);
  expect(folderOf(`${folder}-ab12-cd34`)).toBe(folder);
  const own = join(folder, "c#-ab12");
  mkdirSync(own);
  expect(folderOf(analystId(own))).toBe(own);
  expect(folderOf("default")).toBe(process.cwd());
  const above = `${folder}#survey`.replaceAll(/[%/#]/g, encodeURIComponent);
  expect(folderOf(`repo-surveyor/${above}/survey/react/#3/plan_work[3.1]/structure[focus]`)).toBe(folder);
});

/** A folder, and what is beside it. */
function beside() {
  const parent = testFolder({ "own/inside/a.txt": "inside", "out/secret.txt": SECRET });
  return { folder: join(parent, "own"), outside: join(parent, "out") };
}

function at(folder: string) {
  return { agent: { name: "repo-analyst", id: folder } };
}
