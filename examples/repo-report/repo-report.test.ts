// The figures of the report are those of the folder: counted here again by other means (git, whole files in memory), and
// compared with what the flow gives and with what the Markdown says. What cannot be read is listed and harms nothing.
import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

import { Aitorflow, isAitorError, isFlowError, memoryJournal } from "aitor";
import { EmbeddedEngine } from "aitor/engine";
import { marked } from "marked";
import { describe, expect, onTestFinished, test } from "vitest";

import { parseFlowchart } from "../../test/mermaid-parser.ts";
import { visible } from "./escape.ts";
import { read } from "./read.ts";
import { readFolder } from "./read-folder.ts";
import { markdown } from "./report.ts";
import type { Sections } from "./sections.ts";
import { addFiles, HOSTILE_NAMES, makeFifo, testFolder } from "./test-folder.ts";
import { commit, git } from "./test-git.ts";

describe("the figures", () => {
  test("languages, lines and bytes are those of the files", async () => {
    const folder = projectFolder();
    const { languages } = await sections(folder);
    const counted = new Map<string, { files: number; lines: number; bytes: number }>();
    for (const path of walk(folder)) {
      const content = readFileSync(join(folder, path));
      const language = content.includes(0) ? "Binary" : (LANGUAGES[path.slice(path.lastIndexOf("."))] ?? "Other text");
      const sum = counted.get(language) ?? { files: 0, lines: 0, bytes: 0 };
      const lines = language === "Binary" ? 0 : linesOf(content);
      counted.set(language, { files: sum.files + 1, lines: sum.lines + lines, bytes: sum.bytes + content.length });
    }
    expect(new Map(languages.map(({ language, ...figures }) => [language, figures]))).toEqual(counted);
    expect(languages.map(({ lines }) => lines)).toEqual(
      [...counted.values()].map(({ lines }) => lines).sort((a, b) => b - a),
    );
  });

  test("lines end with a line feed, with or without a carriage return; the last one may lack it", async () => {
    const lines = async (text: string) => (await sections(testFolder({ "a.txt": text }))).languages[0]?.lines;
    expect(await lines("")).toBe(0);
    expect(await lines("\n")).toBe(1);
    expect(await lines("a")).toBe(1);
    expect(await lines("a\n")).toBe(1);
    expect(await lines("a\nb")).toBe(2);
    expect(await lines("a\r\nb\r\n")).toBe(2);
    expect(await lines("\ufeff")).toBe(1);
    expect(await lines("x".repeat(70_000))).toBe(1);
    expect(await lines(`${"é".repeat(40_000)}\n`.repeat(3))).toBe(3);
  });

  test("a byte sequence that is no text in any encoding still counts", async () => {
    const { languages } = await sections(testFolder({ "a.txt": Buffer.from([0xff, 0x0a, 0xc3]) }));
    expect(languages).toEqual([{ language: "Text", files: 1, lines: 2, bytes: 3 }]);
  });

  test("a file is binary if a NUL is among its first 8,000 bytes", async () => {
    const folder = testFolder({ early: `${"x".repeat(7_999)}\0`, late: `${"x".repeat(8_000)}\0` });
    const { languages } = await sections(folder);
    expect(languages.map(({ language, files, bytes }) => [language, files, bytes])).toEqual([
      ["Other text", 1, 8_001],
      ["Binary", 1, 8_000],
    ]);
  });

  test("the largest files come first, 20 of them", async () => {
    const files = Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`f${n}`, "x".repeat(n * 10)]));
    const { largest } = await sections(testFolder(files));
    expect(largest).toEqual(Array.from({ length: 20 }, (_, n) => ({ path: `f${24 - n}`, bytes: (24 - n) * 10 })));
  });

  test("notes are found with their place; the list is capped and the total is not", async () => {
    const folder = testFolder({
      "a.c": "int x; /* TODO: free it */\r\n\n// FIXME(me) twice, HACK once\n",
      "b.html": "<!-- XXX -->",
      "c.txt": "TODOS, MYTODO, TODO_LIST, todo, XXX-1",
      "d.txt": `${"x".repeat(1_990)} HACK at the limit`,
      "e.txt": `${"x".repeat(70_000)}\n${"y".repeat(70_000)}\nTODO after long lines`,
      "f.bin": "\0TODO",
    });
    expect((await sections(folder)).todos).toEqual({
      total: 5,
      first: [
        { path: "a.c", line: 1, text: "TODO: free it" },
        { path: "a.c", line: 3, text: "FIXME(me) twice, HACK once" },
        { path: "b.html", line: 1, text: "XXX" },
        { path: "d.txt", line: 1, text: "HACK at t" },
        { path: "e.txt", line: 3, text: "TODO after long lines" },
      ],
    });
    const many = await sections(testFolder({ "many.txt": "TODO: again\n".repeat(1_234) }));
    expect(many.todos.total).toBe(1_234);
    expect(many.todos.first).toHaveLength(100);
    expect(markdown("x", { at: 0, ...many }, "")).toContain(
      "1,234 lines with TODO, FIXME, XXX, or HACK; the first 100 are listed.",
    );
  });

  test("dependencies of every manifest, with what was not understood", async () => {
    const folder = testFolder({
      "package.json": JSON.stringify({ dependencies: { one: "1" } }),
      "packages/b/package.json": JSON.stringify({ devDependencies: { one: "2", two: "3" } }),
      "node_modules/one/package.json": JSON.stringify({ dependencies: { hidden: "1" } }),
      "broken/package.json": "{",
      "large/package.json": " ".repeat(1_000_001),
      "go.mod": "\ufeffrequire example.invalid/three v1.0.0",
    });
    const { dependencies } = await sections(folder);
    expect(dependencies).toMatchObject({ manifests: 3, names: 3 });
    expect(dependencies.listed.first).toEqual([
      { group: "require", name: "example.invalid/three", version: "v1.0.0", manifest: "go.mod" },
      { group: "dependencies", name: "one", version: "1", manifest: "package.json" },
      { group: "devDependencies", name: "one", version: "2", manifest: "packages/b/package.json" },
      { group: "devDependencies", name: "two", version: "3", manifest: "packages/b/package.json" },
    ]);
    expect(dependencies.unparsed.first.map(({ path }) => path)).toEqual(["broken/package.json", "large/package.json"]);
  });
});

describe("git", () => {
  test("history and most-changed files are git's", async () => {
    const folder = projectFolder();
    git(folder, ["init", "--quiet", "--initial-branch=main"]);
    commit(folder, "first", "2023-11-30");
    addFiles(folder, { "src/a.ts": "changed\n", "src/line\nfeed.ts": "changed\n" });
    commit(folder, "second", "2024-01-02");
    rmSync(join(folder, "src/a.ts"));
    commit(folder, "first", "2024-01-03");
    commit(folder, "third", "2024-02-01"); // touches no file
    git(folder, ["checkout", "--quiet", "-b", "side", "HEAD~2"]);
    addFiles(folder, { "side.ts": "side\n" });
    commit(folder, "first", "2024-02-02");
    git(folder, ["checkout", "--quiet", "main"]);
    const who = ["-c", "user.name=Example first", "-c", "user.email=first@example.invalid"];
    git(folder, [...who, "merge", "--quiet", "--no-edit", "side"], { GIT_AUTHOR_DATE: "2024-02-03T12:00:00Z" });

    const { history, changed } = await sections(folder);
    const dates = lines(git(folder, ["log", "--format=%ad", "--date=format-local:%Y-%m-%d"], { TZ: "UTC" })).sort();
    const months = [...new Set(dates.map((date) => date.slice(0, 7)))];
    expect(history).toEqual({
      commits: Number(git(folder, ["rev-list", "--count", "HEAD"])),
      authors: lines(git(folder, ["shortlog", "--summary", "--email", "HEAD"])).length,
      first: dates[0],
      last: dates.at(-1),
      months: months.map((month) => ({ month, commits: dates.filter((date) => date.startsWith(month)).length })),
    });
    if ("missing" in changed) throw new Error(changed.missing);
    expect(changed.files.length).toBeGreaterThan(5);
    for (const { path, commits, exists } of changed.files) {
      const count = git(folder, ["--literal-pathspecs", "rev-list", "--count", "--no-merges", "HEAD", "--", path]);
      expect([path, commits, exists]).toEqual([path, Number(count), path !== "src/a.ts"]);
    }
    expect(changed.files.slice(0, 2).map(({ path }) => path)).toEqual(["src/a.ts", "src/line\nfeed.ts"]);
    expect(markdown(folder, { at: 0, ...(await sections(folder)) }, "")).toContain(
      "| `src/a.ts` (no longer there) | 3 |",
    );
  });

  test("without a repository the sections say so", async () => {
    const { history, changed } = await sections(testFolder({ "a.txt": "a" }));
    for (const section of [history, changed]) expect(section).toEqual({ missing: expect.stringMatching(/^not a git/) });
    expect(markdown("x", { at: 0, ...(await sections(testFolder())) }, "")).toContain("None: `not a git repository");
  });

  test("what git ignores is skipped, and what it tracks is not", async () => {
    const folder = testFolder({
      ".gitignore": "*.log\nout/\n",
      "tracked.log": "tracked\n",
      "out/a.js": "generated\n",
      "b.log": "generated\n",
      "src/out/c.js": "generated\n",
      "src/new.ts": "not tracked yet\n",
    });
    git(folder, ["init", "--quiet"]);
    git(folder, ["add", "--force", "tracked.log", ".gitignore"]);
    const { languages, omitted } = await sections(folder);
    expect(languages.reduce((sum, { files }) => sum + files, 0)).toBe(3);
    expect(omitted.skipped.first.map(({ path, why }) => `${path}: ${why}`)).toEqual([
      ".git/: version control",
      "b.log: ignored by git",
      "out/: ignored by git",
      "src/out/: ignored by git",
    ]);
    const inside = await sections(join(folder, "out"));
    expect(inside.languages).toEqual([{ language: "JavaScript", files: 1, lines: 1, bytes: 10 }]);
  });
});

describe("what is left out", () => {
  test("installed packages, caches and environments", async () => {
    const folder = testFolder({
      "node_modules/a/index.js": "x",
      "sub/node_modules/b.js": "x",
      "target/CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55",
      "target/debug/x.rs": "x",
      "env/pyvenv.cfg": "x",
      "env/lib/x.py": "x",
      "__pycache__/x.pyc": "x",
      "aitor-report.md": "TODO: an older report",
      "kept/node_modules.ts": "x",
    });
    const { languages, omitted } = await sections(folder);
    expect(languages).toEqual([{ language: "TypeScript", files: 1, lines: 1, bytes: 1 }]);
    expect(omitted.skipped.first.map(({ path }) => path).sort()).toEqual(
      ["__pycache__/", "aitor-report.md", "env/", "node_modules/", "sub/node_modules/", "target/"].sort(),
    );
  });

  test("links, FIFOs and sockets are named and not opened", async () => {
    const folder = testFolder({ "a.txt": "a\n", "inner/b.txt": "b\n" });
    symlinkSync("a.txt", join(folder, "link"));
    symlinkSync("..", join(folder, "inner/loop"));
    symlinkSync("nowhere", join(folder, "broken"));
    symlinkSync("self", join(folder, "self"));
    makeFifo(join(folder, "fifo"));
    makeFifo(join(folder, "package.json"));
    await listen(join(folder, "socket"));
    const { languages, omitted } = await sections(folder);
    expect(languages).toEqual([{ language: "Text", files: 2, lines: 2, bytes: 4 }]);
    expect(omitted.unread.first.map(({ path, why }) => `${path}: ${why}`)).toEqual([
      "broken: symbolic link that leads nowhere",
      "fifo: not a file but a FIFO",
      "package.json: not a file but a FIFO",
      "self: symbolic link that leads nowhere",
      "socket: not a file but a socket",
    ]);
    expect(omitted.skipped.first.map(({ path }) => path)).toEqual(["link", "inner/loop"]);
  });

  test("files that change between the scan and the reading", async () => {
    const folder = testFolder({ "kept.txt": "kept\n", "folder/x": "x" });
    symlinkSync("kept.txt", join(folder, "link"));
    makeFifo(join(folder, "fifo"));
    const files = ["gone.txt", "fifo", "link", "folder", "kept.txt/below", "kept.txt"];
    const { output } = await new Aitorflow("only-read", read).run({ folder, files, omitted: [] });
    expect(output.tallies).toEqual([{ language: "Text", files: 1, lines: 1, bytes: 5 }]);
    expect(output.omitted.map(({ path, why }) => `${path}: ${why}`)).toEqual([
      "gone.txt: it is not there",
      "fifo: it became something else than a file",
      "link: it is a symbolic link",
      "folder: it became something else than a file",
      "kept.txt/below: it is not a folder",
    ]);
  });

  test.skipIf(process.getuid?.() === 0)(
    "files and folders without permission (skipped: root may read all)",
    async () => {
      const folder = testFolder({ "a.txt": "a\n", "secret.txt": "s\n", "closed/b.txt": "b\n" });
      execFileSync("chmod", ["000", join(folder, "secret.txt"), join(folder, "closed")]);
      onTestFinished(() => void execFileSync("chmod", ["700", join(folder, "closed")]));
      const { omitted } = await sections(folder);
      expect(omitted.unread.first.map(({ path, why }) => `${path}: ${why}`).sort()).toEqual([
        "closed/: permission denied",
        "secret.txt: permission denied",
      ]);
    },
  );

  test("a name that is not UTF-8, of a file or a folder", async () => {
    const folder = testFolder({ "a.txt": "a\n" });
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9])]), "x");
    mkdirSync(Buffer.concat([Buffer.from(`${folder}/dir`), Buffer.from([0xff])]));
    const report = await sections(folder);
    expect(report.omitted.unread.first).toEqual([
      { path: "caf\\xe9", kind: "unread", why: "its name is not UTF-8" },
      { path: "dir\\xff/", kind: "unread", why: "its name is not UTF-8" },
    ]);
  });
});

describe("the report", () => {
  test("says what the flow found, with hostile names as text", async () => {
    const folder = testFolder();
    HOSTILE_NAMES.forEach((name, n) =>
      addFiles(folder, { [name]: `${"x".repeat(n)}\nTODO: ${name.replace("\n", " ")}\n` }),
    );
    git(folder, ["init", "--quiet"]);
    commit(folder, "first", "2024-01-01");
    const result = await readFolder.run(folder);
    const text = markdown(folder, { at: 0, ...result.output }, readFolder.toMermaid(result));
    const html = await marked.parse(text);
    const shown = codes(html);
    for (const { path } of result.output.largest) expect(shown).toContain(visible(path));
    for (const { path, line } of result.output.todos.first) expect(shown).toContain(visible(`${path}:${line}`));
    expect(result.output.todos.total).toBe(HOSTILE_NAMES.length);
    expect(html).not.toMatch(/<(?:img|a (?!href="#left-out")|em|strong>(?!all)|del|script)/);
    expect(html.match(/<h1>/g)).toHaveLength(1);
    expect(text).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u);
  });

  test("holds the figures and the run's graph, which Mermaid reads", async () => {
    const folder = projectFolder();
    const result = await readFolder.run(folder);
    const { languages, largest } = result.output;
    const text = markdown(folder, { at: 0, ...result.output }, readFolder.toMermaid(result));
    const files = walk(folder);
    const bytes = files.reduce((sum, path) => sum + lstatSync(join(folder, path)).size, 0);
    for (const each of languages) {
      expect(text).toContain(
        `| ${[each.language, each.files, each.lines, each.bytes].map((n) => n.toLocaleString("en-US")).join(" | ")} |`,
      );
    }
    expect(text).toContain(`| **all** | ${files.length} | `);
    expect(text).toContain(` | ${bytes.toLocaleString("en-US")} |  |`);
    expect(text).toContain(`| ${largest[0]?.bytes.toLocaleString("en-US")} |`);
    const [, graph = ""] = /```mermaid\n(.*?)\n```/s.exec(text) ?? [];
    await parseFlowchart(graph);
    for (const task of readFolder.order) expect(graph).toContain(task);
    for (const { state } of Object.values(result.tasks)) expect(state).toBe("done");
    await parseFlowchart(readFolder.toMermaid());
  });

  test("an empty folder has a report", async () => {
    const result = await readFolder.run(testFolder());
    expect(result.output).toMatchObject({ languages: [], largest: [], todos: { total: 0, first: [] } });
    expect(markdown("x", { at: 0, ...result.output }, readFolder.toMermaid(result))).toContain(
      "0 files, 0 lines, 0 B.",
    );
  });
});

describe("the flow", () => {
  test("fails with advice where there is no folder", async () => {
    const file = join(testFolder({ file: "" }), "file");
    for (const path of [file, `${file}.gone`]) {
      const error = await readFolder.run(path).catch((thrown: unknown) => thrown);
      if (!isFlowError(error)) throw new Error("expected a FlowError", { cause: error });
      expect(error.task).toBe("scan");
      const causes = [error.cause, (error.cause as Error).cause];
      const cause = causes.find((each) => isAitorError(each, "not-a-folder"));
      expect(cause).toMatchObject({ message: expect.stringMatching(/expected: .*\n +got: .*\n +fix: /) });
    }
  });

  test("records its steps, so that another engine's run of it can go on", async () => {
    const folder = projectFolder();
    const journal = memoryJournal();
    await using engine = new EmbeddedEngine({ journal });
    const first = await readFolder.run(folder, { engine, id: "report" });
    const output = await (await engine.resume(readFolder, "report")).result;
    expect(JSON.parse(JSON.stringify(output))).toEqual(JSON.parse(JSON.stringify(first.output)));
  });
});

const LANGUAGES: Readonly<Record<string, string>> = {
  ".ts": "TypeScript",
  ".md": "Markdown",
  ".css": "CSS",
  ".json": "JSON",
};

/** A folder with something of everything. */
function projectFolder(): string {
  return testFolder({
    "README.md": "# A project\n\nwithout a line feed at its end",
    "package.json": '{ "dependencies": { "one": "^1.0.0" } }\n',
    "src/a.ts": "export const a = 1;\n// TODO: more\n",
    "src/crlf.ts": "one\r\ntwo\r\n",
    "src/line\nfeed.ts": "x\n",
    "src/style.css": "a {}\n",
    "src/empty.ts": "",
    "data/picture": Buffer.from([0x89, 0x50, 0, 0x0a, 0x0a]),
    "data/plain": "text\n".repeat(1000),
    ".hidden/notes.md": "one\ntwo\n",
  });
}

/** The files below a folder, as the test sees them: all that is not git's. */
function walk(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("/.git"))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function linesOf(content: Buffer): number {
  const text = content.toString("latin1");
  return text.split("\n").length - (text === "" || text.endsWith("\n") ? 1 : 0);
}

async function sections(folder: string): Promise<Sections> {
  return (await readFolder.run(folder)).output;
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** What stands in code spans, entities read. */
function codes(html: string): string[] {
  const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return Array.from(html.matchAll(/<code>(.*?)<\/code>/gs), ([, code]) =>
    (code ?? "")
      .replace(
        /&(?:#(\d+)|(\w+));/g,
        (_, point: string, name: string) => named[name] ?? String.fromCodePoint(Number(point)),
      )
      .replaceAll("\u00a0", " "),
  );
}

async function listen(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
}
