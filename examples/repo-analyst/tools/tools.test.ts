// Each tool by itself, without an agent and without a model. Figures are counted here again by other means: whole files in
// memory, and a regular expression where the tool has none. What is too much is cut, and the result says so.
import { readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { AnyTool, ToolResult } from "aitor";
import { describe, expect, test } from "vitest";

import { addFiles, HOSTILE_NAMES, testFolder } from "../../repo-report/test-folder.ts";
import { commit, git } from "../../repo-report/test-git.ts";
import { callKey } from "../scripted/conversation.ts";
import { questionOf } from "../scripted/question.ts";
import { progressOf } from "../scripted/research.ts";
import { hotspots } from "../scripted/topics/hotspots.ts";
import { count } from "./count.ts";
import { dependencies } from "./dependencies.ts";
import { find } from "./find.ts";
import { history } from "./history.ts";
import { analystTools } from "./index.ts";
import { list } from "./list.ts";
import { read, type ReadResult } from "./read.ts";
import { search } from "./search.ts";

test("all tools only read, and none takes what is too much", () => {
  expect(analystTools.map(({ name, access }: AnyTool) => [name, access])).toEqual(
    ["list", "read", "search", "find", "count", "dependencies", "history"].map((name) => [name, "read"]),
  );
});

describe("count", () => {
  test("files, lines and bytes by language, folder and file are those of the files", async () => {
    const folder = project();
    const all = counted(folder);
    for (const [by, nameOf] of [
      ["language", ({ path }: Counted) => LANGUAGES[path.slice(path.lastIndexOf(".") + 1)] ?? "Binary"],
      ["folder", ({ path }: Counted) => (path.includes("/") ? path.slice(0, path.indexOf("/") + 1) : "./")],
      ["file", ({ path }: Counted) => path],
    ] as const) {
      const value = await given(count.call({ by }, at(folder)));
      expect(value).toMatchObject({ files: all.length, lines: sum(all, "lines"), bytes: sum(all, "bytes"), by });
      const groups = Map.groupBy(all, nameOf);
      expect(
        Object.fromEntries(value.groups.map(({ name, files, lines, bytes }) => [name, [files, lines, bytes]])),
      ).toEqual(
        Object.fromEntries(
          [...groups].map(([name, own]) => [name, [own.length, sum(own, "lines"), sum(own, "bytes")]]),
        ),
      );
      expect(value.groups.map(({ lines }) => lines)).toEqual(
        value.groups.map(({ lines }) => lines).sort((a, b) => b - a),
      );
    }
  });

  test("a path, names and a language narrow it; the order is what is asked for", async () => {
    const folder = project();
    const below = await given(count.call({ path: "src", by: "folder" }, at(folder)));
    expect(below.groups.map(({ name, files }) => [name, files])).toEqual([
      ["src/", 2],
      ["src/deep/", 1],
    ]);
    expect(await given(count.call({ names: ["*.md"] }, at(folder)))).toMatchObject({ files: 2, groupsTotal: 1 });
    const typescript = await given(count.call({ language: "typescript", by: "file", order: "bytes" }, at(folder)));
    expect(typescript.groups.map(({ name }) => name)).toEqual(["src/a.ts", "src/deep/c.ts", "src/b.ts"]);
    expect(await given(count.call({ path: "src/a.ts", by: "file" }, at(folder)))).toMatchObject({
      files: 1,
      lines: 12,
    });
  });

  test("a long list is cut, and its totals are not", async () => {
    const folder = testFolder(Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`f${n}.ts`, "x\n"])));
    const value = await given(count.call({ by: "file", limit: 100 }, at(folder)));
    expect(value).toMatchObject({ files: 150, lines: 150, groupsTotal: 150 });
    expect(value.note).toBe("the first 100 of 150 groups are listed");
    expect(value.groups).toHaveLength(100);
  });

  test("what is not the folder's own is left out, and told", async () => {
    const folder = project();
    addFiles(folder, {
      "node_modules/x/index.js": "x\n",
      ".gitignore": "out/\n",
      "out/a.js": "x\n",
      "cache/CACHEDIR.TAG": "x",
    });
    git(folder, ["init", "--quiet"]);
    symlinkSync("/etc/passwd", join(folder, "link"));
    const value = await given(count.call({}, at(folder)));
    expect(value.files).toBe(counted(folder).length + 1); // .gitignore
    expect(value.leftOut.first).toEqual([
      { path: ".git/", why: "version control" },
      { path: "cache/CACHEDIR.TAG", why: "beside a CACHEDIR.TAG" },
      { path: "link", why: "symbolic link, not followed" },
      { path: "node_modules/", why: "installed packages" },
      { path: "out/", why: "ignored by git" },
    ]);
  });

  test("an empty folder has nothing to count", async () => {
    expect(await given(count.call({}, at(testFolder())))).toEqual({
      path: ".",
      files: 0,
      lines: 0,
      bytes: 0,
      by: "language",
      groups: [],
      groupsTotal: 0,
      leftOut: { total: 0, first: [] },
    });
  });
});

describe("search", () => {
  test("the lines that have a text are those of a search by a regular expression", async () => {
    const folder = project();
    const lines = linesOf(folder);
    const matching = (pattern: RegExp) =>
      lines.filter(({ text }) => pattern.test(text)).map(({ path, line }) => `${path}:${line}`);
    const found = async (args: Parameters<typeof search.call>[0]) => {
      const value = await given(search.call(args, at(folder)));
      expect(value.total).toBe(value.matches.length);
      expect(value.files).toBe(new Set(value.matches.map(({ path }) => path)).size);
      return value.matches.map(({ path, line }) => `${path}:${line}`).sort();
    };
    expect(await found({ texts: ["TODO"] })).toEqual(matching(/TODO/).sort());
    expect(await found({ texts: ["TODO"], word: true })).toEqual(matching(/(?<!\w)TODO(?!\w)/).sort());
    expect(await found({ texts: ["todo"], ignoreCase: true })).toEqual(matching(/todo/i).sort());
    expect(await found({ texts: ["TODO", "export"] })).toEqual(matching(/TODO|export/).sort());
    expect(await found({ texts: ["a.*b(c"] })).toEqual(["src/b.ts:2"]);
    expect(await found({ texts: ["export"], path: "src/deep" })).toEqual(["src/deep/c.ts:1"]);
    expect(await found({ texts: ["export"], names: ["b.*"] })).toEqual(["src/b.ts:1"]);
    expect(await found({ texts: ["nowhere to be found"] })).toEqual([]);
  });

  test("lines are counted for each text, and for the files with the most", async () => {
    const folder = testFolder({ "a.ts": "one two\none\n", "b.ts": "two\n", "c.bin": "\0one" });
    expect(await given(search.call({ texts: ["one", "two"], limit: 1 }, at(folder)))).toMatchObject({
      total: 3,
      files: 2,
      of: 2,
      byText: [
        { text: "one", lines: 2, files: 1 },
        { text: "two", lines: 2, files: 2 },
      ],
      byFile: [
        { path: "a.ts", lines: 2 },
        { path: "b.ts", lines: 1 },
      ],
      matches: [{ path: "a.ts", line: 1, text: "one two" }],
      note: "the first 1 of 3 matches are listed",
    });
  });

  test("what a regular expression would hang on is soon done, and long lines are shown in part", async () => {
    const folder = testFolder({
      "a.txt": `${"a".repeat(1_900)}!\n${"x".repeat(900)}here${"y".repeat(900)}\n`.repeat(50),
    });
    expect(await given(search.call({ texts: ["(a+)+$"] }, at(folder)))).toMatchObject({ total: 0, of: 1 });
    const { total, matches } = await given(search.call({ texts: ["here"] }, at(folder)));
    expect(total).toBe(50);
    for (const { text } of matches) expect(text).toMatch(/^…x{40}herey{110,120}…$/);
  });

  test("files that often hold keys are not looked into", async () => {
    const folder = testFolder({
      ".env": "KEY=secret-value\n",
      id_rsa: "secret-value\n",
      ".env.example": "KEY=secret-value\n",
    });
    const { matches, leftOut } = await given(search.call({ texts: ["secret-value"] }, at(folder)));
    expect(matches.map(({ path }) => path)).toEqual([".env.example"]);
    expect(leftOut.first).toEqual([
      { path: ".env", why: "often holds keys" },
      { path: "id_rsa", why: "often holds keys" },
    ]);
  });
});

describe("read", () => {
  const text = Array.from({ length: 500 }, (_, n) => `line ${n + 1}`).join("\n");

  test("lines from where to where, and how many there are", async () => {
    const folder = testFolder({ "a.txt": text, "crlf.txt": "one\r\ntwo\r\n", empty: "" });
    expect(await given(read.call({ path: "a.txt", from: 10, lines: 2 }, at(folder)))).toEqual({
      path: "a.txt",
      bytes: text.length,
      from: 10,
      lines: 500,
      text: "line 10\nline 11",
      next: 12,
    });
    expect(await given(read.call({ path: "a.txt", from: 499 }, at(folder)))).toEqual({
      path: "a.txt",
      bytes: text.length,
      from: 499,
      lines: 500,
      text: "line 499\nline 500",
    });
    expect(await given(read.call({ path: "a.txt", from: 600 }, at(folder)))).toMatchObject({
      text: "",
      note: "it has no line 600",
    });
    expect(await given(read.call({ path: "./crlf.txt" }, at(folder)))).toMatchObject({ lines: 2, text: "one\ntwo" });
    expect(await given(read.call({ path: "empty" }, at(folder)))).toMatchObject({ bytes: 0, lines: 0, text: "" });
  });

  test("all parts together are the file", async () => {
    const long = Array.from({ length: 300 }, (_, n) => `${n}: ${"word ".repeat(n)}`.trim());
    const folder = testFolder({ "long.txt": `${long.join("\n")}\n` });
    const parts: string[] = [];
    for (let from: number | undefined = 1; from !== undefined;) {
      const part: ReadResult = await given(read.call({ path: "long.txt", from, lines: 400 }, at(folder)));
      expect(part.text?.length).toBeLessThanOrEqual(14_000);
      if (part.next !== undefined) expect(part.note).toBe("14000 characters are shown at most");
      parts.push(part.text ?? "");
      from = part.next;
    }
    expect(parts.join("\n")).toBe(long.join("\n"));
  });

  test("a binary file has no text; a huge one and a huge line are read in part", async () => {
    const folder = testFolder({ binary: "a\0b", line: "x".repeat(1_000_000), huge: "first\n" });
    expect(await given(read.call({ path: "binary" }, at(folder)))).toEqual({
      path: "binary",
      bytes: 3,
      binary: true,
      note: "a binary file: it has no text",
    });
    expect((await given(read.call({ path: "line" }, at(folder)))).text).toBe(`${"x".repeat(1_999)}…`);
    writeFileSync(join(folder, "huge"), "first\n".repeat(2_000));
    truncateSync(join(folder, "huge"), 3_000_000_000);
    const huge = await given(read.call({ path: "huge", lines: 1 }, at(folder)));
    expect(huge).toMatchObject({
      bytes: 3_000_000_000,
      text: "first",
      next: 2,
      note: "only its first 20 MB were looked at",
    });
  });

  test("characters outside of the plain ones are never cut in half", async () => {
    const folder = testFolder({ "a.txt": `x${"🦊".repeat(2_000)}\n` });
    const value = await given(read.call({ path: "a.txt" }, at(folder)));
    expect(value.text?.isWellFormed()).toBe(true);
  });

  test("a file that often holds keys is shown to nobody, and a folder is no file", async () => {
    const folder = testFolder({ "config/.env.local": "KEY=x", "key.pem": "x", "src/a.ts": "x" });
    for (const path of ["config/.env.local", "key.pem"])
      expect(await failed(read.call({ path }, at(folder)))).toContain("holds keys");
    expect(await failed(read.call({ path: "src" }, at(folder)))).toContain("a folder, which list shows");
    expect(await failed(read.call({ path: "src/gone.ts" }, at(folder)))).toContain("src/gone.ts: it is not there");
    expect(await failed(read.call({ path: "src/a.ts/b" }, at(folder)))).toContain("src/a.ts: not a folder");
  });
});

describe("list", () => {
  test("files with sizes, folders, and what is left out", async () => {
    const folder = project();
    addFiles(folder, { "node_modules/x/index.js": "x" });
    expect(await given(list.call({}, at(folder)))).toEqual({
      path: ".",
      total: 5,
      entries: [
        { path: "README.md", bytes: readFileSync(join(folder, "README.md")).length },
        { path: "docs/" },
        { path: "logo.png", bytes: 10 },
        { path: "node_modules/", leftOut: "installed packages" },
        { path: "src/" },
      ],
    });
    const deep = await given(list.call({ path: "src", depth: 2 }, at(folder)));
    expect(deep.entries.map(({ path }) => path)).toEqual(["src/a.ts", "src/b.ts", "src/deep/", "src/deep/c.ts"]);
    expect(await failed(list.call({ path: "README.md" }, at(folder)))).toContain("a file, which read shows");
  });

  test("a long list is cut, and its total is not", async () => {
    const folder = testFolder(
      Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`${"long".repeat(40)}${n}`, ""])),
    );
    const value = await given(list.call({}, at(folder)));
    expect(value.total).toBe(300);
    expect(value.note).toBe(`the first ${value.entries.length} of 300 entries are listed`);
    expect(JSON.stringify(value).length).toBeLessThan(13_000);
  });

  test("names are no trouble, whatever they are", async () => {
    const folder = testFolder();
    for (const name of HOSTILE_NAMES) writeFileSync(`${folder}/${name}`, name);
    const { entries } = await given(list.call({}, at(folder)));
    expect(entries.map(({ path }) => path).sort()).toEqual([...HOSTILE_NAMES].sort());
    for (const { path } of entries.filter((entry) => !entry.path.startsWith("\\"))) {
      const value = await given(read.call({ path: `./${path}` }, at(folder)));
      expect(value.text?.replaceAll("\n", "")).toBe(path.replaceAll("\n", ""));
    }
  });
});

test("find: files by their names", async () => {
  const folder = project();
  expect(await given(find.call({ names: ["*.TS"] }, at(folder)))).toEqual({
    names: ["*.TS"],
    files: ["src/a.ts", "src/b.ts", "src/deep/c.ts"],
    total: 3,
    of: 6,
  });
  expect(await given(find.call({ names: ["src/?.ts", "read*"] }, at(folder)))).toMatchObject({
    files: ["README.md", "src/a.ts", "src/b.ts"],
  });
  const many = testFolder(Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`f${n}`, ""])));
  const value = await given(find.call({ names: ["f*"] }, at(many)));
  expect([value.total, value.files.length, value.note]).toEqual([120, 100, "the first 100 of 120 files are listed"]);
});

test("history: what git knows, and why it knows nothing", async () => {
  const folder = testFolder({ "a.ts": "x\n", "b.ts": "x\n" });
  expect(await given(history.call({}, at(folder)))).toEqual({
    commits: 0,
    authors: 0,
    months: 0,
    changed: [],
    missing: expect.stringMatching(/^not a git repository/),
  });
  git(folder, ["init", "--quiet"]);
  commit(folder, "one", "2024-01-31");
  rmSync(join(folder, "b.ts"));
  commit(folder, "two", "2024-03-01");
  expect(await given(history.call({ limit: 1 }, at(folder)))).toEqual({
    commits: 2,
    authors: 2,
    first: "2024-01-31",
    last: "2024-03-01",
    months: 2,
    changed: [{ path: "b.ts", commits: 2, exists: false }],
    note: "the first 1 of 2 files are listed",
  });
});

test("history: where git can tell the commits and not what they changed, the note says so, and so does an answer", async () => {
  const folder = testFolder({ "a.ts": "x\n" });
  git(folder, ["init", "--quiet"]);
  commit(folder, "one", "2024-01-31");
  const tree = git(folder, ["rev-parse", "HEAD^{tree}"]).trim();
  rmSync(join(folder, ".git/objects", tree.slice(0, 2), tree.slice(2)));
  const value = await given(history.call({}, at(folder)));
  expect(value).toEqual({
    commits: 1,
    authors: 1,
    first: "2024-01-31",
    last: "2024-01-31",
    months: 1,
    changed: [],
    note: expect.stringMatching(/^the most changed files are not known: .*\b[0-9a-f]{40}/),
  });
  const answer = progressOf(
    hotspots.research(questionOf("What size are the files that change most?")),
    new Map([[callKey("history", {}), { ok: true, value }]]),
  );
  expect(answer).toEqual({ text: `I could not find that out: ${value.note}.` });
});

test("dependencies: what manifests ask for, the nearest to the top first, and what is no manifest", async () => {
  const folder = testFolder({
    "a/deep/requirements.txt": "flask>=3\n",
    "package.json": '{ "dependencies": { "zod": "4.0.0" }, "devDependencies": { "vitest": "^5" } }',
    "broken/package.json": "{",
    "other/Cargo.toml": '[dependencies]\nzod = "1"\n',
  });
  const value = await given(dependencies.call({}, at(folder)));
  expect(value).toMatchObject({
    manifests: ["package.json", "other/Cargo.toml", "a/deep/requirements.txt"],
    manifestsTotal: 3,
    names: 3,
    unread: [{ path: "broken/package.json" }],
  });
  expect(value.listed).toEqual([
    { name: "zod", version: "4.0.0", group: "dependencies", manifest: "package.json" },
    { name: "vitest", version: "^5", group: "devDependencies", manifest: "package.json" },
    { name: "zod", version: "1", group: "dependencies", manifest: "other/Cargo.toml" },
    { name: "flask", version: ">=3", group: "requirements", manifest: "a/deep/requirements.txt" },
  ]);
});

test.each(analystTools.map((each) => [each.name, each] as const))(
  "%s says that there is no folder",
  async (name, each) => {
    const args = { read: { path: "a" }, search: { texts: ["a"] }, find: { names: ["a"] } }[name] ?? {};
    const gone = join(testFolder(), "gone");
    const call = each as unknown as typeof count;
    expect(await failed(call.call(args, at(gone)))).toContain(`there is no folder to analyse at "${gone}"`);
  },
);

/** The call of the agent whose folder it is. */
function at(folder: string) {
  return { agent: { name: "repo-analyst", id: folder } };
}

async function given<Value>(called: Promise<ToolResult<Value>>): Promise<Value> {
  const result = await called;
  if (!result.ok || result.cut === true) throw new Error(JSON.stringify(result));
  return result.value;
}

async function failed(called: Promise<unknown>): Promise<string> {
  const result = (await called) as {
    readonly ok: boolean;
    readonly error: { readonly code: string; readonly message: string };
  };
  expect(result).toMatchObject({ ok: false, error: { code: "tool-failed" } });
  return result.error.message;
}

const LANGUAGES: Readonly<Record<string, string>> = { ts: "TypeScript", md: "Markdown" };

function project(): string {
  return testFolder({
    "README.md": "# Title\n\nTODO: say more\nTODO_LIST and TODOS\n",
    "docs/more.md": "todo\n(TODO)",
    "logo.png": "\x89PNG\0TODO",
    "src/a.ts": "// TODO: a\n".repeat(12),
    "src/b.ts": "export const b = 1;\n// a.*b(c\n",
    "src/deep/c.ts": "export const c = '💡';\n// MYTODO\n",
  });
}

interface Counted {
  readonly path: string;
  readonly lines: number;
  readonly bytes: number;
}

/** The files, as the test sees them. */
function counted(folder: string): Counted[] {
  return files(folder).map((path) => {
    const content = readFileSync(join(folder, path));
    const text = content.toString("latin1");
    const lines = text.includes("\0") ? 0 : text.split("\n").length - (text === "" || text.endsWith("\n") ? 1 : 0);
    return { path, lines, bytes: content.length };
  });
}

function linesOf(folder: string): { path: string; line: number; text: string }[] {
  return files(folder).flatMap((path) => {
    const text = readFileSync(join(folder, path), "utf8");
    return text.includes("\0") ? [] : text.split("\n").map((each, index) => ({ path, line: index + 1, text: each }));
  });
}

function files(folder: string): string[] {
  const skipped = /(?:^|\/)(?:node_modules|\.git|\.gitignore|out|cache|link)(?:\/|$)/;
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !skipped.test(path))
    .sort();
}

function sum(all: readonly Counted[], of: "lines" | "bytes"): number {
  return all.reduce((total, each) => total + each[of], 0);
}
