// The command line: help and version on stdout with exit code 0; wrong usage on stderr with exit code 2, what was
// expected, what came and what to do.
import { readFileSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type UserFolder, userFolder } from "../../test/aitor-command.ts";
import { parseCommandLine } from "./command-line.ts";
import { UsageError } from "./terminal/errors.ts";

describe("as a process", () => {
  let folder: UserFolder;
  beforeAll(() => (folder = userFolder()));
  afterAll(() => folder[Symbol.dispose]());

  test("help goes to stdout", async () => {
    const { exitCode, stdout, stderr } = await folder.aitor("--help");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^Usage: aitor /);
  });

  test("the version is that of the package", async () => {
    const { version } = JSON.parse(folder.read("node_modules/aitor/package.json")) as { version: string };
    expect(await folder.aitor("--version")).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
  });

  test("wrong usage goes to stderr and is told from failure", async () => {
    const { exitCode, stdout, stderr } = await folder.aitor("run", "--inptu", "1");
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toBe(
      [
        "✖ unknown option '--inptu'",
        "  expected: aitor run [options] <module[#export]>",
        "  got: aitor run --inptu 1",
        "  fix: Did you mean --input? See aitor run --help",
        "",
      ].join("\n"),
    );
  });
});

test("help names the command as deep as it lies", () => {
  const helpOf = (...args: readonly string[]): unknown => parseCommandLine(args);
  expect(helpOf("help")).toEqual(helpOf("--help"));
  expect(helpOf("help", "journal")).toEqual(helpOf("journal", "--help"));
  expect(helpOf("help", "journal", "backup")).toEqual(helpOf("journal", "backup", "--help"));
  expect(helpOf("journal", "help", "backup")).toEqual(helpOf("journal", "backup", "--help"));
});

test.each([["--help"], ["run", "--help"], ["graph", "--help"], ["help", "run"]])(
  "%s %s lists exit codes",
  (...args) => {
    const command = parseCommandLine(args);
    expect(command.kind === "help" && command.text).toMatch(/Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}130 /);
  },
);

test("--help lists the environment variables that docs/configuration.md lists", () => {
  const docs = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  const [, section = ""] = docs.split(/^## /m);
  const documented = [...section.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name);
  const command = parseCommandLine(["--help"]);
  const [, listed = ""] = command.kind === "help" ? command.text.split("Environment variables") : [];
  expect([...listed.matchAll(/^ {2}([A-Z_]+) /gm)].map(([, name]) => name)).toEqual(documented);
});

const NAMES = [
  "run",
  "resume",
  "runs",
  "show",
  "answer",
  "cancel",
  "stats",
  "usage",
  "chat",
  "ask",
  "tell",
  "agents",
  "memory",
  "dead-letters",
  "doctor",
  "journal backup",
  "journal compact",
  "graph",
];

test("--help lists every command", () => {
  const command = parseCommandLine(["--help"]);
  const [, listed = ""] = command.kind === "help" ? command.text.split("Commands:\n") : [];
  const names = [...(listed.split("\n\n", 1)[0]?.matchAll(/^ {2}([\w-]+) /gm) ?? [])].map(([, name]) => name);
  expect(names).toEqual([...new Set(NAMES.map((name) => name.split(" ")[0])), "help"]);
});

test.each(NAMES)("%s --help has examples, exit codes, and lines that fit", (name) => {
  const command = parseCommandLine([...name.split(" "), "--help"]);
  const text = command.kind === "help" ? command.text : "";
  expect(text).toMatch(/Exit codes:\n {2}0 /);
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
  expect(command.kind === "help" && command.text).toMatch(new RegExp(`Examples:\n {2}aitor ${name}[ \n]`));
});

const common = { journal: undefined, verbose: false, color: undefined };
const run = { ...common, kind: "run", input: undefined, inputFile: undefined, id: undefined, json: false };

test("the arguments of a run", () => {
  expect(parseCommandLine(["run", "a.ts#b", "--input", "-5", "--verbose"])).toEqual({
    ...run,
    target: "a.ts#b",
    input: "-5",
    verbose: true,
  });
});

test.each([
  [["run", "a.ts", "--no-journal"], { ...run, target: "a.ts", journal: false }],
  [["run", "a.ts", "--journal", "j.db", "--id", "x"], { ...run, target: "a.ts", journal: "j.db", id: "x" }],
  [["runs"], { ...common, kind: "runs", state: undefined, limit: 20, children: false, json: false }],
  [
    ["runs", "--state", "interrupted", "--limit", "5", "--children", "--json", "--journal", "j.db", "--no-color"],
    {
      kind: "runs",
      state: "interrupted",
      limit: 5,
      children: true,
      json: true,
      journal: "j.db",
      verbose: false,
      color: false,
    },
  ],
  [["show", "r"], { ...common, kind: "show", run: "r", step: undefined, all: false, json: false, mermaid: false }],
  [
    ["show", "r", "--step", "a", "--json"],
    { ...common, kind: "show", run: "r", step: "a", all: false, json: true, mermaid: false },
  ],
  [["resume", "r", "--module", "a.ts#b"], { ...common, kind: "resume", run: "r", module: "a.ts#b", json: false }],
  [["cancel", "r", "--reason", "late"], { ...common, kind: "cancel", run: "r", reason: "late" }],
  [["answer", "r", "s", "--value", "-1"], { ...common, kind: "answer", run: "r", key: "s", value: "-1", again: false }],
  [["answer", "r", "s", "--again"], { ...common, kind: "answer", run: "r", key: "s", again: true }],
  [["answer", "r", "s", "--fail", ""], { ...common, kind: "answer", run: "r", key: "s", again: false, fail: "" }],
  [["usage"], { ...common, kind: "usage", by: "agent", limit: 20, json: false }],
  [["usage", "--by", "model", "--json"], { ...common, kind: "usage", by: "model", limit: 20, json: true }],
  [["stats", "--limit", "7"], { ...common, kind: "stats", limit: 7, json: false }],
  [["journal", "backup", "b.db"], { ...common, kind: "backup", file: "b.db" }],
  [["journal", "compact", "--verbose"], { ...common, kind: "compact", verbose: true }],
])("%j", (args, parsed) => expect(parseCommandLine(args)).toEqual(parsed));

const wrong: readonly (readonly [args: readonly string[], message: RegExp, fix: RegExp])[] = [
  [[], /no command was given/, /see aitor --help/],
  [["rnu"], /unknown command 'rnu'/, /Did you mean run\?/],
  [["--vrsion"], /unknown option '--vrsion'/, /Did you mean --version\?/],
  [["run"], /missing required argument/, /see aitor run --help/],
  [["run", "a.ts", "b.ts"], /too many arguments/, /see aitor run --help/],
  [["run", "a.ts", "--input"], /argument missing/, /see aitor run --help/],
  [["run", "a.ts", "--input", "1", "--input-file", "b"], /--input <json>.* cannot be used with .*--input-file/, /see/],
  [["run", "a.ts", "--id"], /argument missing/, /see aitor run --help/],
  [["runs", "--state", "finnished"], /argument 'finnished' is invalid\. Allowed choices are unfinished/, /see/],
  [["runs", "--limit", "0"], /argument '0' is invalid\. It is no whole number from 1 on/, /see aitor runs --help/],
  [["runs", "--limit", "1e3"], /argument '1e3' is invalid/, /see aitor runs --help/],
  [["show"], /missing required argument 'run'/, /see aitor show --help/],
  [["show", "r", "--json", "--mermaid"], /cannot be used with/, /see aitor show --help/],
  [["answer", "r"], /missing required argument 'signal\|step'/, /see aitor answer --help/],
  [["answer", "r", "s"], /no answer is given/, /see aitor answer --help/],
  [["answer", "r", "s", "--value", "1", "--again"], /cannot be used with/, /see aitor answer --help/],
  [["answer", "r", "s", "--fail", "x", "--again"], /cannot be used with/, /see aitor answer --help/],
  [["doctor", "a.db", "--journal", "b.db"], /named twice/, /leave one/],
  [["journal"], /no command was given/, /see aitor journal --help/],
  [["journal", "backpu", "x"], /unknown command 'backpu'/, /Did you mean backup\?/],
  [["journal", "backup"], /missing required argument 'file'/, /see aitor journal backup --help/],
  [["journal", "backup", ""], /the path of the copy is empty/, /see aitor journal backup --help/],
  [["run", "a.ts", "--id", ""], /the id is empty/, /see aitor run --help/],
  [["help", "nope"], /unknown command 'nope'/, /see aitor --help/],
  [["help", "journal", "nope"], /unknown command 'nope'/, /see aitor journal --help/],
  [["help", "show", "nope"], /unknown command 'nope'/, /see aitor show --help/],
  [["graph", "a.ts", "--input", "1"], /unknown option '--input'/, /see aitor graph --help/],
];

test.each(wrong)("%j is wrong usage", (args, message, fix) => {
  expect(() => parseCommandLine(args)).toThrow(UsageError);
  expect(() => parseCommandLine(args)).toThrow(message);
  const shape: unknown = expect.objectContaining({
    expected: expect.stringContaining("aitor") as string,
    got: ["aitor", ...args.map((arg) => (arg === "" ? "''" : arg))].join(" "),
    fix: expect.stringMatching(fix) as string,
  });
  expect(() => parseCommandLine(args)).toThrow(shape);
});
