// A second report says what changed since the first: counted here again from two walks over the folder, with whole files in
// memory, and compared with what the agent replies, with what the Markdown and the summary say, and with what it remembers.
import { hash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { WriteStream } from "node:tty";

import { AitorHost, memoryJournal } from "aitor";
import { virtualClock } from "aitor/testing";
import fc from "fast-check";
import { marked } from "marked";
import { beforeEach, expect, onTestFinished, test } from "vitest";

import { visible } from "./escape.ts";
import { foundFiles } from "./found-files.ts";
import { repoReport } from "./repo-report.ts";
import type { Report } from "./report.ts";
import { isUnchanged, type Since } from "./since.ts";
import { summary } from "./summary.ts";
import { addFiles, HOSTILE_NAMES, makeFifo, testFolder } from "./test-folder.ts";
import { commit, git } from "./test-git.ts";

let out: string;
beforeEach(() => {
  out = join(testFolder(), "report.md");
});

test("the first report says that it is the first", async () => {
  const report = await reporter(testFolder({ "a.ts": "x\n" })).report();
  expect(report).not.toHaveProperty("since");
  expect(readFileSync(out, "utf8")).toContain("## Since the last report\n\nThis is the first report on this folder.\n");
  expect(summary("x", report, plain)).toContain("Since the last report\n  This is the first report on this folder");
});

test("where nothing changed it says so, with the date of the last report", async () => {
  const { report } = reporter(testFolder({ "a.ts": "x\n", "sub/b.bin": "\0" }));
  const first = await report();
  const second = await report();
  expect(second.at).toBe(first.at + 60_000);
  expect(second.since).toEqual({ ...NOTHING, last: first.at });
  expect(readFileSync(out, "utf8")).toContain(
    "Nothing has changed since the last report, of 1970-01-01 00:01:00 UTC.\n",
  );
  expect(readFileSync(out, "utf8")).toContain("Made on 1970-01-01 00:02:00 UTC.");
  expect(summary("x", second, plain)).toContain(
    "Since the last report, made on 1970-01-01 00:01:00 UTC\n  Nothing has",
  );
});

test("files added, removed, changed and moved, with their figures before and after", async () => {
  const folder = testFolder({
    "same.ts": "same\n",
    "gone.ts": "gone\ngone\n",
    "src/old.ts": "moved\n",
    "src/edited.ts": "one\n",
    "data.bin": "\0one",
  });
  const { report } = reporter(folder);
  await report();
  rmSync(join(folder, "gone.ts"));
  mkdirSync(join(folder, "lib"));
  renameSync(join(folder, "src/old.ts"), join(folder, "lib/new.ts"));
  addFiles(folder, { "src/edited.ts": "one\ntwo\n", "data.bin": "\0two", "src/new.py": "TODO: write it\n" });
  const { since } = await report();
  expect(since).toMatchObject({
    added: { total: 1, first: [{ path: "src/new.py", lines: 1, bytes: 15 }] },
    removed: { total: 1, first: [{ path: "gone.ts", lines: 2, bytes: 10 }] },
    changed: {
      total: 2,
      first: [
        { path: "data.bin", before: { lines: 0, bytes: 4 }, after: { lines: 0, bytes: 4 } },
        { path: "src/edited.ts", before: { lines: 1, bytes: 4 }, after: { lines: 2, bytes: 8 } },
      ],
    },
    moved: { total: 1, first: [{ from: "src/old.ts", path: "lib/new.ts", lines: 1, bytes: 6 }] },
  });
  expect(since?.figures).toEqual([
    { figure: "bytes", before: 29, after: 38 },
    { figure: "TypeScript: files", before: 4, after: 3 },
    { figure: "TypeScript: lines", before: 5, after: 4 },
    { figure: "TypeScript: bytes", before: 25, after: 19 },
    { figure: "Python: files", before: 0, after: 1 },
    { figure: "Python: lines", before: 0, after: 1 },
    { figure: "Python: bytes", before: 0, after: 15 },
    { figure: "notes to come back to", before: 0, after: 1 },
  ]);
  const text = readFileSync(out, "utf8");
  expect(text).toContain("1 file added, 1 removed, 2 changed, 1 moved.\n");
  expect(text).toContain("| TypeScript: bytes | 25 | 19 | −6 |\n");
  expect(text).toContain("### Changed\n\n2 files:\n");
  expect(text).toContain("| `src/edited.ts` | 1 | 2 | 4 | 8 |\n");
  expect(text).toContain("| `src/old.ts` | `lib/new.ts` | 1 | 6 |\n");
});

test("commits and dependencies that came and went; where git is silent nothing is said of commits", async () => {
  const folder = testFolder({ "package.json": '{ "dependencies": { "one": "1", "two": "1" } }' });
  const { report } = reporter(folder);
  await report();
  git(folder, ["init", "--quiet"]);
  commit(folder, "first", "2024-01-01");
  writeFileSync(join(folder, "package.json"), '{ "dependencies": { "one": "1" } }');
  expect(figuresOf(await report())).toEqual({ bytes: [46, 34], "JSON: bytes": [46, 34], dependencies: [2, 1] });
  commit(folder, "first", "2024-01-02");
  commit(folder, "first", "2024-01-03");
  expect(figuresOf(await report())).toEqual({ commits: [1, 3] });
});

test("lists are capped and totals are not", async () => {
  const named = (from: number, to: number) =>
    Object.fromEntries(
      Array.from({ length: to - from }, (_, n) => [`f${String(from + n).padStart(3, "0")}`, `${from + n}`]),
    );
  const folder = testFolder(named(0, 120));
  const { report } = reporter(folder);
  await report();
  for (let n = 0; n < 60; n++) rmSync(join(folder, `f${String(n).padStart(3, "0")}`));
  addFiles(folder, {
    ...named(200, 275),
    ...Object.fromEntries(Object.keys(named(60, 115)).map((name) => [name, "new"])),
  });
  const made = await report();
  const since = made.since as Since;
  expect([since.added, since.removed, since.changed].map(({ total, first }) => [total, first.length])).toEqual([
    [75, 50],
    [60, 50],
    [55, 50],
  ]);
  expect(readFileSync(out, "utf8")).toContain("75 files; the first 50 are listed:");
  expect(summary("x", made, plain)).toContain("75 files added, 60 removed, 55 changed.\n");
  expect(summary("x", made, plain)).toContain("… and 175 files more\n");
});

test("what cannot be read for once is neither gone nor changed, and compared with what it was before that", async () => {
  const folder = testFolder({ "a.ts": "a\n", "gone.ts": "g\n" });
  const { report, remembered } = reporter(folder);
  await report();
  const before = await remembered();
  // A FIFO in its place, since the tests may run as somebody who may read everything.
  rmSync(join(folder, "a.ts"));
  rmSync(join(folder, "gone.ts"));
  makeFifo(join(folder, "a.ts"));
  const { since } = await report();
  expect(since).toMatchObject({ removed: { total: 1, first: [{ path: "gone.ts" }] }, changed: { total: 0 } });
  expect(await remembered()).toEqual({ "a.ts": before["a.ts"] });
  rmSync(join(folder, "a.ts"));
  addFiles(folder, { "a.ts": "a\n" });
  expect(await report()).toMatchObject({ since: { added: { total: 0 }, changed: { total: 0 } } });
});

test.skipIf(process.getuid?.() === 0)(
  "nor is what is in a folder that cannot be read (skipped: root may read all)",
  async () => {
    const folder = testFolder({ "closed/a.ts": "a\n", "closed/deep/b.ts": "b\n" });
    const { report, remembered } = reporter(folder);
    await report();
    const before = await remembered();
    chmodSync(join(folder, "closed"), 0);
    onTestFinished(() => chmodSync(join(folder, "closed"), 0o700));
    expect(await report()).toMatchObject({ since: { removed: { total: 0 } } });
    expect(await remembered()).toEqual(before);
  },
);

test("a folder that cannot be read keeps what is remembered of all below it, and of nothing beside it", () => {
  const remembered = {
    ".": { "/a.ts": "a" },
    "./closed": { "/b.ts": "b" },
    "./closed/deep": { "/c.ts": "c" },
    "./closed-too": { "/d.ts": "d" },
  };
  const omitted = [{ path: "closed/", kind: "unread", why: "permission denied" }] as const;
  const facts = { digests: ["new"], tallies: [], largest: [], todos: { total: 0, first: [] }, omitted };
  expect(foundFiles([{ folder: "/x", files: ["new.ts"], omitted }], [facts], remembered)).toEqual({
    ".": { "/new.ts": "new" },
    "./closed": { "/b.ts": "b" },
    "./closed/deep": { "/c.ts": "c" },
  });
});

test("names are no trouble, whatever they are: all are told as text, none is lost", async () => {
  const folder = testFolder({ "__proto__/constructor": "1", "toString/__proto__": "1" });
  HOSTILE_NAMES.filter((name) => name !== "__proto__").forEach((name, n) => writeFileSync(`${folder}/${name}`, `${n}`));
  const { report, remembered } = reporter(folder);
  await report();
  const files = walked(folder);
  expect(Object.keys(await remembered()).sort()).toEqual([...files.keys()].sort());
  expect((await report()).since).toMatchObject(NOTHING);
  for (const path of files.keys()) writeFileSync(`${folder}/${path}`, "changed");
  const made = await report();
  expect(made.since?.changed.total).toBe(files.size);
  expect(made.since?.changed.first.map(({ path }) => path)).toEqual([...files.keys()].sort());
  const text = readFileSync(out, "utf8");
  expect(text).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u);
  expect(await marked.parse(text)).not.toMatch(/<(?:img|a (?!href="#left-out")|em|strong>(?!all)|del|script)/);
  expect(summary(folder, made, plain)).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u);
  expect(summary(folder, made, plain)).toContain(`~ ${visible([...files.keys()].sort()[0] ?? "")}`);
  for (const path of files.keys()) rmSync(`${folder}/${path}`);
  expect(await report()).toMatchObject({ since: { removed: { total: files.size } } });
  expect(await remembered()).toEqual({});
});

test("colours where the terminal has them", async () => {
  const folder = testFolder({ gone: "g" });
  const { report } = reporter(folder);
  await report();
  rmSync(join(folder, "gone"));
  addFiles(folder, { added: "longer" });
  const made = await report();
  const terminal = Object.assign(Object.create(WriteStream.prototype) as NodeJS.WriteStream, { isTTY: true });
  terminal.getColorDepth = () => 8;
  terminal.hasColors = () => true;
  const text = summary(folder, made, terminal);
  expect(text).toContain("\u001b[32m+\u001b[39m added");
  expect(text).toContain("\u001b[31m−\u001b[39m gone");
  expect(text).toContain("bytes: 1 → 6 (\u001b[32m+5\u001b[39m)");
});

test("whatever happens to a folder, each report says what the last one did not know", { timeout: 60_000 }, async () => {
  const path = fc.constantFrom("a.ts", "b.md", "x/a.ts", "x/b.py", "x/y/a.ts", "z/__proto__");
  const content = fc.constantFrom("", "one\n", "two\nlines\n", "no line feed", "\0binary", "TODO: x\n");
  const edit = fc.oneof(
    fc.record({ kind: fc.constant("write" as const), path, content }),
    fc.record({ kind: fc.constant("remove" as const), path }),
    fc.record({ kind: fc.constant("move" as const), path, to: path }),
  );
  const edits = fc.array(fc.array(edit, { maxLength: 6 }), { minLength: 2, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(edits, async (rounds) => {
      const folder = testFolder();
      const { report, remembered } = reporter(folder);
      let before: ReturnType<typeof walked> | undefined;
      for (const round of rounds) {
        for (const each of round) perform(folder, each);
        const { since } = await report();
        const after = walked(folder);
        if (before === undefined) expect(since).toBeUndefined();
        else {
          expect(counted(since as Since)).toEqual(recounted(before, after));
          expect(isUnchanged(since as Since)).toBe(JSON.stringify([...before]) === JSON.stringify([...after]));
        }
        expect(Object.keys(await remembered()).sort()).toEqual([...after.keys()]);
        before = after;
      }
    }),
    { numRuns: 50 },
  );
});

const EMPTY = { total: 0, first: [] };
const NOTHING = { added: EMPTY, removed: EMPTY, changed: EMPTY, moved: EMPTY, figures: [] };

const plain = process.stdout; // no terminal in a test

/** The agent of a folder, on a journal in memory; a minute passes before each report. */
function reporter(folder: string) {
  const clock = virtualClock(0);
  const host = new AitorHost({ journal: memoryJournal(), agents: [repoReport], clock });
  onTestFinished(() => host.shutdown());
  const opened = host.open(repoReport, folder);
  return {
    report: async (): Promise<Report> => {
      await clock.advance("1m");
      return (await opened).ask({ out });
    },
    /** What is remembered of each file. */
    remembered: async (): Promise<Record<string, string>> => {
      const { last } = await (await opened).read();
      const files = Object.entries(last?.files ?? {}).flatMap(([inside, names]) =>
        Object.entries(names).map(([name, digest]) => [`${inside}${name}`.slice(2), digest] as const),
      );
      expect(new Set(files.map(([path]) => path)).size).toBe(files.length);
      return Object.fromEntries(files);
    },
  };
}

/** A folder's files in the order of their paths, as the test sees them. */
function walked(folder: string): Map<string, { hash: string; lines: number; bytes: number }> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== ".git")
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  return new Map(
    paths.map((path) => {
      const content = readFileSync(join(folder, path));
      const text = content.toString("latin1");
      const lines = text.includes("\0") ? 0 : text.split("\n").length - (text === "" || text.endsWith("\n") ? 1 : 0);
      return [path, { hash: hash("sha256", content), lines, bytes: content.length }];
    }),
  );
}

type Walked = ReturnType<typeof walked>;

/** What the reply says, in the shape in which the test counts. */
function counted({ added, removed, changed, moved, figures }: Since): unknown {
  const move = (name: string) => {
    const found = figures.find(({ figure }) => figure === name);
    return found === undefined ? 0 : found.after - found.before;
  };
  return {
    added: added.first.map(({ path, lines, bytes }) => [path, lines, bytes]),
    removed: removed.first.map(({ path, lines, bytes }) => [path, lines, bytes]),
    changed: changed.first.map(({ path, before, after }) => [
      path,
      before.lines,
      before.bytes,
      after.lines,
      after.bytes,
    ]),
    moved: moved.first.map(({ path }) => path),
    from: moved.first.map(({ from }) => from).sort(),
    files: move("files"),
    lines: move("lines"),
    bytes: move("bytes"),
  };
}

function recounted(before: Walked, after: Walked): unknown {
  const gone = [...before.keys()].filter((path) => !after.has(path));
  const fresh = [...after.keys()].filter((path) => !before.has(path));
  const from: string[] = [];
  const moved = fresh.filter((path) => {
    const { hash: same, bytes } = after.get(path) as { hash: string; bytes: number };
    const source = gone.find((each) => bytes > 0 && before.get(each)?.hash === same && !from.includes(each));
    if (source !== undefined) from.push(source);
    return source !== undefined;
  });
  const figures = (walk: Walked, path: string) => [walk.get(path)?.lines, walk.get(path)?.bytes];
  const sum = (walk: Walked, of: "bytes" | "lines") => [...walk.values()].reduce((total, each) => total + each[of], 0);
  return {
    added: fresh.filter((path) => !moved.includes(path)).map((path) => [path, ...figures(after, path)]),
    removed: gone.filter((path) => !from.includes(path)).map((path) => [path, ...figures(before, path)]),
    changed: [...after.keys()]
      .filter((path) => before.has(path) && before.get(path)?.hash !== after.get(path)?.hash)
      .map((path) => [path, ...figures(before, path), ...figures(after, path)]),
    moved,
    from: from.sort(),
    files: after.size - before.size,
    lines: sum(after, "lines") - sum(before, "lines"),
    bytes: sum(after, "bytes") - sum(before, "bytes"),
  };
}

type Edit =
  | { readonly kind: "write"; readonly path: string; readonly content: string }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "move"; readonly path: string; readonly to: string };

function perform(folder: string, edit: Edit): void {
  const file = join(folder, edit.path);
  mkdirSync(dirname(file), { recursive: true });
  if (edit.kind === "write") writeFileSync(file, edit.content);
  else if (edit.kind === "remove") rmSync(file, { force: true });
  else if (walked(folder).has(edit.path)) {
    mkdirSync(dirname(join(folder, edit.to)), { recursive: true });
    renameSync(file, join(folder, edit.to));
  }
}

function figuresOf({ since }: Report): Record<string, readonly [number, number]> {
  return Object.fromEntries((since?.figures ?? []).map(({ figure, before, after }) => [figure, [before, after]]));
}
