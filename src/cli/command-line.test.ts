// The command line: help and version on stdout with exit code 0; wrong usage on stderr with exit code 2, what was
// expected, what came and what to do.
import { readFileSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type UserFolder, userFolder } from "../../test/aitor-command.ts";
import { parseCommandLine } from "./command-line.ts";
import { UsageError } from "./errors.ts";

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

test.each(["run", "graph"])("%s --help has examples", (name) => {
  const command = parseCommandLine([name, "--help"]);
  expect(command.kind === "help" && command.text).toMatch(new RegExp(`Examples:\n {2}aitor ${name} `));
});

test("the arguments of a run", () => {
  expect(parseCommandLine(["run", "a.ts#b", "--input", "-5", "--verbose"])).toEqual({
    kind: "run",
    target: "a.ts#b",
    input: "-5",
    inputFile: undefined,
    verbose: true,
  });
});

const wrong: readonly (readonly [args: readonly string[], message: RegExp, fix: RegExp])[] = [
  [[], /no command was given/, /see aitor --help/],
  [["rnu"], /unknown command 'rnu'/, /Did you mean run\?/],
  [["--vrsion"], /unknown option '--vrsion'/, /Did you mean --version\?/],
  [["run"], /missing required argument/, /see aitor run --help/],
  [["run", "a.ts", "b.ts"], /too many arguments/, /see aitor run --help/],
  [["run", "a.ts", "--input"], /argument missing/, /see aitor run --help/],
  [["run", "a.ts", "--input", "1", "--input-file", "b"], /--input <json>.* cannot be used with .*--input-file/, /see/],
  [["graph", "a.ts", "--input", "1"], /unknown option '--input'/, /see aitor graph --help/],
];

test.each(wrong)("%j is wrong usage", (args, message, fix) => {
  expect(() => parseCommandLine(args)).toThrow(UsageError);
  expect(() => parseCommandLine(args)).toThrow(message);
  const shape: unknown = expect.objectContaining({
    expected: expect.stringContaining("aitor") as string,
    got: ["aitor", ...args].join(" "),
    fix: expect.stringMatching(fix) as string,
  });
  expect(() => parseCommandLine(args)).toThrow(shape);
});
