// A survey as its users start it: its process is killed (SIGKILL) half-way, another one goes on, and a report is written. Its
// figures are counted here again by other means: plain loops and git. No step is done twice, and the report is that of a survey
// which nobody disturbed, but for what it says of the recovery.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { calcPrice } from "@pydantic/genai-prices";
import type { EventEnvelope } from "aitor";
import { sqliteJournal } from "aitor/sqlite";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { userFolder } from "../../../test/aitor-command.ts";
import { parseFlowchart } from "../../../test/mermaid-parser.ts";
import { addFiles } from "../../repo-report/test-folder.ts";
import { commit, git } from "../../repo-report/test-git.ts";
import { type Ended, startSurvey } from "../process.fixture.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const user = userFolder({ sources: true });
afterAll(() => user[Symbol.dispose]());
const folder = join(user.path, "repository");
let undisturbed = "";
let killed: Ended;
let killedReport = "";

beforeAll(async () => {
  const text = (count: number, line: (n: number) => string): string =>
    Array.from({ length: count }, (_, n) => line(n)).join("");
  addFiles(folder, {
    "README.md": "# Things\n\nThey are many.\n",
    "package.json": '{ "dependencies": { "left-pad": "1" }, "devDependencies": { "vitest": "5" } }\n',
    "src/a.ts": `import "left-pad";\n${text(300, (n) => `export const a${n} = ${n};\n`)}`,
    "src/a.test.ts": text(40, (n) => `test("${n}");\n`),
    "src/deep/b.ts": `// TODO: rename\n// FIXME: soon\n${text(90, (n) => `b(${n});\n`)}`,
    "lib/c.py": text(120, (n) => `c = ${n} # ${n % 40 === 0 ? "TODO" : "done"}\n`),
    "logo.png": Buffer.from([137, 80, 78, 71, 0, 1, 2, 3]),
  });
  git(folder, ["init", "--quiet"]);
  commit(folder, "one", "2024-01-31");
  for (const [author, date] of [
    ["two", "2024-02-01"],
    ["one", "2024-03-05"],
  ] as const) {
    addFiles(folder, { "src/a.ts": `// ${date}\n${readFileSync(join(folder, "src/a.ts"), "utf8")}` });
    commit(folder, author, date);
  }
  const [plain, dead] = await Promise.all([survey("plain", "--no-kill"), survey("killed")]);
  expect(plain).toMatchObject({ code: 0, signal: null });
  expect(dead, dead.stderr).toMatchObject({ code: 0, signal: null });
  undisturbed = user.read("plain.md");
  killed = dead;
  killedReport = user.read("killed.md");
});

describe("figures are those of the folder", () => {
  test("files, lines and bytes, by language and by folder", () => {
    const all = counted();
    expect(killedReport).toContain(
      `\n\n${all.length} files, ${sum(all, "lines")} lines, ${sized(sum(all, "bytes"))}.\n\n`,
    );
    const languages: Readonly<Record<string, string>> = {
      TypeScript: ".ts",
      Python: ".py",
      Markdown: ".md",
      JSON: ".json",
    };
    for (const [language, ending] of Object.entries(languages)) {
      const own = all.filter(({ path }) => path.endsWith(ending));
      expect(rows(killedReport)).toContainEqual([language, ...amounts(own, all)]);
    }
    for (const below of ["src/", "lib/"]) {
      const own = all.filter(({ path }) => path.startsWith(below));
      expect(rows(killedReport)).toContainEqual([`\`${below}\``, ...amounts(own, all)]);
    }
    const src = all.filter(({ path }) => path.startsWith("src/"));
    const deep = src.filter(({ path }) => path.startsWith("src/deep/"));
    expect(section(killedReport, "### Inside `src/`")).toContain(
      `| \`src/deep/\` | ${amounts(deep, src).join(" | ")} |`,
    );
  });

  test("tests, notes and dependencies", () => {
    const all = counted();
    const tests = all.filter(({ path }) => path.includes(".test."));
    const share = ((100 * sum(tests, "lines")) / sum(all, "lines")).toFixed(1);
    expect(section(killedReport, "### Tests")).toContain(
      `${tests.length} file, ${sum(tests, "lines")} lines, ${share} % of all lines.`,
    );
    const notes = all.flatMap(({ path }) => {
      const found = readFileSync(join(folder, path), "latin1")
        .split("\n")
        .filter((line) => /\b(?:TODO|FIXME)\b/.test(line));
      return found.map(() => path);
    });
    expect(section(killedReport, "### Notes")).toContain(
      `${notes.length} lines in ${new Set(notes).size} files: TODO in 4, FIXME in 1.`,
    );
    expect(section(killedReport, "### Dependencies")).toContain("2 names in 1 manifest: `package.json`.");
  });

  test("the history is what git says", () => {
    const commits = Number(git(folder, ["rev-list", "--count", "HEAD"]));
    const authors = new Set(git(folder, ["log", "--format=%ae"]).trim().split("\n")).size;
    const days = git(folder, ["log", "--format=%as"]).trim().split("\n").sort();
    const of = git(folder, ["log", "--format=%h", "--", "src/a.ts"]).trim().split("\n").length;
    const history = section(killedReport, "## History");
    expect(history).toContain(`${commits} commits by ${authors} authors, from ${days[0]} to ${days.at(-1)}.`);
    const [own] = counted().filter(({ path }) => path === "src/a.ts");
    expect(history).toContain(`| \`src/a.ts\` | ${of} | ${own?.lines} |`);
  });

  test("what it would have cost is its tokens at the prices of named models", () => {
    const cost = section(killedReport, "## What it would have cost");
    const [, input, output] = /came to ([\d,]+) tokens read and ([\d,]+) written/.exec(cost) ?? [];
    const tokens = { input_tokens: number(input), output_tokens: number(output) };
    expect(tokens.input_tokens).toBeGreaterThan(1_000);
    for (const named of ["openai/gpt-5-mini", "anthropic/claude-sonnet-4-5"]) {
      const [provider = "", model = ""] = named.split("/");
      const price = calcPrice(tokens, model, { providerId: provider })?.total_price ?? NaN;
      expect(cost).toContain(`| \`${named}\` | ${price.toFixed(4)} | `);
    }
  });
});

describe("killed, and come back", () => {
  test("it says what happened and what came back", async () => {
    expect(killed.stderr).toMatch(
      /\nkilled {5}✗ SIGKILL: .*\non record {2}\d+ steps: .*\nresumed {4}▸ another process goes on/,
    );
    const events = await recorded("killed");
    const resumed = events.findIndex(({ type, run }) => type === "run-resumed" && !run.includes("/react/"));
    const before = events.slice(0, resumed).filter(isCall);
    const thinks = before.filter(({ key }) => key.endsWith("/think")).length;
    expect(before.length).toBeGreaterThanOrEqual(18);
    const steps = events.filter(isCall).length;
    expect(before.length).toBeLessThan(steps);
    expect(section(killedReport, "## What was recovered")).toMatch(
      new RegExp(
        `The process ended when ${before.length} of ${steps} steps were on record\\. None of these was made again: ${thinks} calls of models`,
      ),
    );
    expect(section(undisturbed, "## What was recovered")).toContain("Nothing had to be: no process ended");
  });

  test("nothing is done twice: each step is on record once, and what was on record was not begun again", async () => {
    const events = await recorded("killed");
    const finished = events.filter(({ type }) => type === "step-finished").map(({ run, key }) => `${run} ${key}`);
    expect(new Set(finished).size).toBe(finished.length);
    const resumed = events.findIndex(({ type }) => type === "run-resumed");
    const done = events.slice(0, resumed).filter(isCall);
    const later = events.slice(resumed).filter(({ type }) => type === "step-started" || type === "model-called");
    for (const { run, key } of done) expect(later.filter((each) => each.run === run && each.key === key)).toEqual([]);
  });

  test("the report is that of a survey which nobody disturbed, but for the recovery", () => {
    const [before = "", after = ""] = killedReport.split("## What was recovered\n");
    const [expected = "", plain = ""] = undisturbed.split("## What was recovered\n");
    expect(before).toBe(expected);
    const priced = (text: string): string[] => rows(text).map(([model = "", price = ""]) => `${model} ${price}`);
    expect(priced(section(after, "## What it"))).toEqual(priced(section(plain, "## What it")));
  });

  test("the plan is drawn as it came to be, and the terminal gets the same report", async () => {
    const chart = /```mermaid\n([^]*?)\n```/.exec(killedReport)?.[1] ?? "";
    await parseFlowchart(chart);
    for (const id of ["structure", "focus-1", "language", "tests"]) expect(chart).toContain(`"${id}#58;`);
    expect(killed.stdout).toContain("flowchart TD");
    const shown = killed.stdout.replaceAll(/\s+/g, " ");
    for (const [first = "", ...cells] of rows(section(killedReport, "### Languages")).slice(2)) {
      expect(shown).toContain([first, ...cells].join(" "));
    }
    expect(killed.stdout).toMatch(
      /\nWritten to killed\.md in [\d.]+ m?s\. More: npx aitor runs, npx aitor show survey-[\da-f]{6}\n$/,
    );
  });
});

function survey(name: string, ...args: readonly string[]): Promise<Ended> {
  return startSurvey([folder, "--out", `${name}.md`, ...args], user.path, { AITOR_JOURNAL: `${name}.db` }).ended;
}

/** All that is on record, of all runs. */
async function recorded(name: string): Promise<EventEnvelope[]> {
  await using journal = sqliteJournal(join(user.path, `${name}.db`), { access: "read" });
  const runs = await Array.fromAsync(journal.heads({ kind: "run" }));
  const events = await Promise.all(runs.map(({ stream }) => Array.fromAsync(journal.read(stream))));
  return events.flat().sort((a, b) => a.seq - b.seq);
}

/** A model or a tool was called, and what it gave is on record. */
function isCall({ type, key }: EventEnvelope): boolean {
  return type === "step-finished" && /^react\/#\d+\/(?:think$|[\w ]+\[\d+\.\d+\]$)/.test(key);
}

interface Counted {
  readonly path: string;
  readonly files: 1;
  readonly lines: number;
  readonly bytes: number;
}

/** The files, as the test sees them. */
function counted(): Counted[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !path.startsWith(".git/"))
    .map((path) => {
      const content = readFileSync(join(folder, path));
      const lines = content.includes(0) ? 0 : content.toString("latin1").split("\n").length - 1;
      return { path, files: 1, lines, bytes: content.length };
    });
}

function sum(all: readonly Counted[], of: "files" | "lines" | "bytes"): number {
  return all.reduce((total, each) => total + each[of], 0);
}

function amounts(own: readonly Counted[], all: readonly Counted[]): string[] {
  const bytes = sum(own, "bytes");
  const share = `${((100 * sum(own, "lines")) / sum(all, "lines")).toFixed(1)} %`;
  return [String(own.length), String(sum(own, "lines")), sized(bytes), share];
}

function sized(bytes: number): string {
  if (bytes >= 9_950) return `${Math.round(bytes / 1_000)} kB`;
  return bytes < 1_000 ? `${bytes} B` : `${(bytes / 1_000).toFixed(1)} kB`;
}

/** From a heading up to the next. */
function section(markdown: string, heading: string): string {
  const from = markdown.indexOf(heading);
  expect(from, heading).not.toBe(-1);
  const next = markdown.slice(from + heading.length).search(/^#/m);
  return next === -1 ? markdown.slice(from) : markdown.slice(from, from + heading.length + next);
}

function rows(markdown: string): string[][] {
  return Array.from(markdown.matchAll(/^\| (.*) \|$/gm), ([, row = ""]) => row.split(" | "));
}

function number(text = ""): number {
  return Number(text.replaceAll(",", ""));
}
