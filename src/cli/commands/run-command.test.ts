// aitor run: the output alone on stdout, all else on stderr, and an exit code that tells failure, wrong usage and
// interruption apart. Each test runs the real command in a folder with modules of its own.
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type UserFolder, userFolder } from "../../../test/aitor-command.ts";

let folder: UserFolder;

beforeAll(() => {
  folder = userFolder();
  folder.write(MODULES);
});

afterAll(() => folder[Symbol.dispose]());

describe("the output", () => {
  test("stands as JSON in one line on stdout, and nothing else does", async () => {
    const { exitCode, stdout, stderr } = await folder.aitor("run", "flow.ts", "--input", '"  Hello world "');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '{"words":2,"chars":11}\n' });
    expect(stderr).toMatch(/^▸ analyse {2}run [\da-f-]{36}\n✔ clean {2}.*\n(.*\n)*✔ analyse {2}.*finished\n$/);
  });

  test("is not mixed with what the module prints, which goes to stderr", async () => {
    const { stdout, stderr } = await folder.aitor("run", "noisy.ts", "--input", "1");
    expect(stdout).toBe("1\n");
    expect(stderr).toContain("printed while it was loaded\n");
    expect(stderr).toContain("printed while it ran\n");
    expect(stderr).toContain("written in bytes: ä\n");
  });

  test("of 5 MB arrives whole in a pipe, though a timer of the module is still set", async () => {
    const { exitCode, stdout } = await folder.aitor("run", "kinds.ts#large", "--input", "5000000");
    expect(exitCode).toBe(0);
    expect(stdout.length).toBe(5_000_003);
  });

  test("of a run that gives nothing is nothing", async () => {
    expect(await folder.aitor("run", "kinds.ts#nothing")).toMatchObject({ exitCode: 0, stdout: "" });
  });

  test("that nobody reads any more is no failure and no stack", async () => {
    const { child, ended } = folder.start("run", "kinds.ts#large", "--input", "5000000");
    child.stdout.destroy();
    const { exitCode, stderr } = await ended;
    expect(exitCode).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|Error|✖/);
  });
});

describe("the input", () => {
  test("comes from an option, a file or stdin", async () => {
    folder.write({ "input.json": '\ufeff{"from": "file"}' });
    expect((await folder.aitor("run", "kinds.ts#echo", "--input", "-5")).stdout).toBe("-5\n");
    expect((await folder.aitor("run", "kinds.ts#echo", "--input-file", "input.json")).stdout).toBe('{"from":"file"}\n');
    expect((await folder.aitorFed('["stdin"]', "run", "kinds.ts#echo", "--input-file", "-")).stdout).toBe(
      '["stdin"]\n',
    );
  });

  test("is undefined where none is given", async () => {
    expect(await folder.aitor("run", "kinds.ts#typeOfInput")).toMatchObject({ exitCode: 0, stdout: '"undefined"\n' });
  });

  test("that is not JSON is wrong usage and is shown with its place", async () => {
    const { exitCode, stdout, stderr } = await folder.aitor("run", "flow.ts", "--input", '{\n  "a": tree\n}');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(/^✖ --input is not JSON\n {2}expected: .*\n {2}got: .* at line 2, column 10: .*\n {2}fix: /);
  });

  test("that is a word without its quotes comes with the quotes it needs", async () => {
    const { stderr } = await folder.aitor("run", "flow.ts", "--input", "hello");
    expect(stderr).toContain(`--input '"hello"'`);
  });

  test.each([
    ["gone.json", "no file there"],
    [".", "a folder"],
  ])("from %s cannot be read: %s", async (path, got) => {
    const { exitCode, stderr } = await folder.aitor("run", "flow.ts", "--input-file", path);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`✖ the input file "${path}" cannot be read`);
    expect(stderr).toContain(`got: ${got}`);
  });
});

describe("the export that is run", () => {
  test.each([
    ["the one named", "kinds.ts#echo", '"in"'],
    ["the default one, though there are others", "default.ts", '"default"'],
    ["the only one, under however many names", "only.ts", '"only"'],
    ["that of a CommonJS module", "common.cjs", '"common"'],
    ["that of a file whose name has the sign that names exports", "odd#name.ts", '"odd"'],
    ["the one named of such a file", "odd#name.ts#named", '"named"'],
  ])("is %s", async (_what, target, output) => {
    expect(await folder.aitor("run", target, "--input", '"in"')).toMatchObject({ exitCode: 0, stdout: `${output}\n` });
  });

  const wrong: readonly (readonly [what: string, target: string, said: readonly RegExp[]])[] = [
    [
      "several",
      "kinds.ts",
      [/exports several Runnables/, /got: echo, failing, hostile/, /fix: name one: kinds.ts#echo/],
    ],
    ["none", "none.ts", [/exports no Runnable/, /execute\(run, input\)/, /got: limit \(number 5\)/]],
    ["a missing one", "kinds.ts#ecco", [/has no export "ecco"/, /fix: take a Runnable: echo, failing, /]],
    ["one that is no Runnable", "none.ts#limit", [/export "limit" of "none.ts" is no Runnable/, /got: number 5/]],
    ["no name after the sign", "flow.ts#", [/"flow.ts#" names no export/]],
    ["no module", "gone.ts", [/no module "gone.ts"/, /does not exist/]],
    ["a folder", "lib", [/no module "lib"/, /is a folder/, /did you mean lib\/index.ts\?/]],
  ];

  test.each(wrong)("is wrong usage: %s", async (_what, target, said) => {
    const { exitCode, stdout, stderr } = await folder.aitor("run", target);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    for (const text of [/^✖ /, /^ {2}expected: /m, /^ {2}got: /m, /^ {2}fix: /m, ...said]) expect(stderr).toMatch(text);
  });
});

describe("a module that cannot be loaded", () => {
  test.each([
    [
      "JavaScript with a syntax error",
      "syntax.js",
      "caused by: Unexpected token '='\n  at syntax.js:2\n  const b = = 2;\n",
    ],
    ["TypeScript with a syntax error", "syntax.ts", "\n  at syntax.ts:2\n  const b: number = = 2;\n"],
    ["TypeScript that is more than types", "enum.ts", "TypeScript enum is not supported"],
    ["TypeScript that is more than types, with what to do", "enum.ts", 'NODE_OPTIONS="--import tsx" aitor'],
    ["an import of nothing", "import.ts", "Cannot find package 'not-there'"],
    ["code that throws", "throws.ts", "caused by: not today\n  at throws.ts:2:7\n"],
    ["an option that Aitor refuses", "refused.ts", "  fix: correct the option\n  at refused.ts:2:"],
    ["a promise that nothing settles", "stalled.ts", "waits for something that can no longer come"],
  ])("is a failure: %s", async (_what, target, said) => {
    const { exitCode, stdout, stderr } = await folder.aitor("run", target);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(said);
    expect(stderr).not.toContain("node:internal");
  });
});

describe("a run that fails", () => {
  test("prints what failed, what was done and where, without a stack", async () => {
    const { exitCode, stdout, stderr } = await folder.aitor("run", "failing.ts", "--input", "1");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("✖ fetch ");
    expect(stderr.slice(stderr.indexOf("✖ task"))).toBe(
      [
        '✖ task "fetch" of flow "digest" failed: the page is not there',
        "  finished: first",
        "  cancelled: slow",
        "  not started: join",
        "  at failing.ts:6:9",
        "  caused by: the server said 404",
        "  at failing.ts:5:43",
        "",
      ].join("\n"),
    );
  });

  test("prints the stacks with --verbose", async () => {
    const { stderr } = await folder.aitor("run", "failing.ts", "--input", "1", "--verbose");
    expect(stderr).toMatch(/ {4}at .*failing\.ts:6:9/);
    expect(stderr).toContain("[cause]: StepError");
  });

  test("prints what an error expected, got and advises once", async () => {
    const { stderr } = await folder.aitor("run", "kinds.ts#notJson");
    expect(stderr.match(/expected: /g)).toHaveLength(1);
    expect(stderr.match(/got: /g)).toHaveLength(1);
    expect(stderr.match(/fix: /g)).toHaveLength(1);
  });

  test("cannot make the terminal obey its message", async () => {
    const { stderr } = await folder.aitor("run", "kinds.ts#hostile");
    expect(stderr).toContain("two\n  lines \\x1b[31mred \\u{202e}");
    expect(stderr.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test("tells no secret on stderr: not of its failures, nor of what the module prints; the output is as it is", async () => {
    const failed = await folder.aitor("run", "secret.ts#failing", "--verbose");
    expect(failed.stderr).toContain("failed: 401 for [secret]");
    expect(failed.stderr).toContain("printed: [secret]\n");
    expect(failed.stderr).not.toContain("topsecret");
    expect((await folder.aitor("run", "secret.ts#giving")).stdout).toBe('"sk-topsecret-99887766"\n');
  });

  test("by an error that nothing awaits gives back what it took", async () => {
    const { exitCode, stderr } = await folder.aitor("run", "kinds.ts#loose");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("given back\n");
    expect(stderr).toContain("thrown outside of any step");
    expect(stderr).toContain("caused by: loose end");
  });

  test("by waiting for what can no longer come says so", async () => {
    const { exitCode, stderr } = await folder.aitor("run", "kinds.ts#stuck");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("waits for something that can no longer come");
  });

  test.each([
    ["0", 1],
    ["3", 3],
  ])("by process.exit(%s) of a step is no success, and is told", async (code, exitCode) => {
    const ended = await folder.aitor("run", "kinds.ts#leaving", "--input", code);
    expect(ended).toMatchObject({ exitCode, stdout: "" });
    expect(ended.stderr).toContain(`✖ the process was ended before the command was done`);
    expect(ended.stderr).toContain(`got: process.exit with ${code}`);
  });
});

describe("an interruption", () => {
  test.each([
    ["SIGINT", "which cancels it", []],
    ["SIGTERM", "which leaves it to be resumed", []],
    ["SIGHUP", "which leaves it to be resumed", []],
    ["SIGTERM", "which cancels it where it is in memory", ["--no-journal"]],
  ] as const)("by %s, %s, gives back what the run took", async (signal, what, options) => {
    folder.write({ taken: "" });
    const { child, ended, says } = folder.start("run", "patient.ts", ...options);
    await says("taken\n");
    child.kill(signal);
    const { exitCode, stdout, stderr } = await ended;
    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: "" });
    expect(folder.read("taken")).toBe("given back");
    const hint = what.includes("resumed") ? "the run has not ended; go on with it: aitor resume .*\n" : "";
    expect(stderr).toMatch(new RegExp(`■ work .* cancelled\n${hint}✖ interrupted`));
  });

  test("by a second Ctrl-C does not wait for what is never given back", async () => {
    const { child, ended, says } = folder.start("run", "stubborn.ts");
    await says("taken\n");
    child.kill("SIGINT");
    await says("Ctrl-C again ends it at once");
    const again = setInterval(() => child.kill("SIGINT"), 100);
    const { exitCode } = await ended;
    clearInterval(again);
    expect(exitCode).toBe(130);
  });

  test("while the module is loaded ends the command", async () => {
    const { child, ended, says } = folder.start("run", "endless-load.ts");
    await says("loading\n");
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ exitCode: 130, stdout: "" });
  });
});

const runnable = (name: string, body: string): string =>
  `{ name: "${name}", version: "1", execute: async (run, input) => { ${body} } }`;

const MODULES: Readonly<Record<string, string>> = {
  "flow.ts": `
    import { Aitorflow, task } from "aitor";
    const clean = task("clean", (text: string) => text.trim());
    const words = task("words", (text: string) => text.split(" ").length);
    const chars = task("chars", (text: string) => text.length);
    const report = task("report", (words: number, chars: number) => ({ words, chars }));
    export const analyse = new Aitorflow("analyse", clean.to([words, chars]).to(report));`,
  "noisy.ts": `
    import { Aitorflow, task } from "aitor";
    console.log("printed while it was loaded");
    export default new Aitorflow("noisy", task("print", async (n: number) => {
      console.log("printed while it ran");
      await new Promise<void>((done) => process.stdout.write(Buffer.from("written in bytes: ä\\n"), () => done()));
      return n;
    }));`,
  "kinds.ts": `
    export const echo = ${runnable("echo", "return input;")};
    export const failing = ${runnable("failing", 'throw new Error("no");')};
    export const large = ${runnable("large", 'setInterval(() => {}, 1000); return "x".repeat(input);')};
    export const nothing = ${runnable("nothing", "")};
    export const typeOfInput = ${runnable("typeOfInput", "return typeof input;")};
    export const notJson = ${runnable("notJson", 'await run.step("dates", () => [new Date()]);')};
    export const hostile = ${runnable("hostile", 'throw new Error("two\\nlines \\x1b[31mred \\u202e");')};
    export const leaving = ${runnable("leaving", 'await run.step("leave", () => process.exit(input));')};
    export const stuck = ${runnable("stuck", "await new Promise(() => {});")};
    export const loose = ${runnable(
      "loose",
      `await run.step("work", (step) => {
        step.defer(() => console.log("given back"));
        setTimeout(() => { throw new Error("loose end"); });
        return new Promise(() => setInterval(() => {}, 1000));
      });`,
    )};`,
  "secret.ts": `
    import { Secret } from "aitor";
    const key = new Secret("sk-topsecret-99887766").reveal();
    console.log("printed: " + key);
    export const failing = ${runnable(
      "failing",
      'await run.step("ask", () => { throw new Error("401 for " + key, { cause: key }); });',
    )};
    export const giving = ${runnable("giving", "return key;")};`,
  "default.ts": `
    export const other = ${runnable("other", 'return "other";')};
    export default ${runnable("default", 'return "default";')};`,
  "only.ts": `
    export const limit = 5;
    export const only = ${runnable("only", 'return "only";')};
    export { only as same };`,
  "common.cjs": `module.exports = ${runnable("common", 'return "common";')};`,
  "odd#name.ts": `
    export default ${runnable("odd", 'return "odd";')};
    export const named = ${runnable("named", 'return "named";')};`,
  "none.ts": "export const limit = 5;",
  "lib/index.ts": "",
  "syntax.js": "const a = 1;\nconst b = = 2;\n",
  "syntax.ts": "const a: number = 1;\nconst b: number = = 2;\n",
  "enum.ts": "export enum Colour { Red }",
  "import.ts": 'import "not-there";',
  "throws.ts": 'const never: boolean = false;\nthrow new Error("not today");\n',
  "refused.ts": 'import { task } from "aitor";\ntask("", () => 1);\n',
  "stalled.ts": "await new Promise(() => {}); export {};",
  "failing.ts": `import { Aitorflow, task } from "aitor";
const first = task("first", (n: number) => n);
const slow = task("slow", () => new Promise<number>((done) => setTimeout(() => done(1), 60_000)));
const fetch = task("fetch", (n: number): number => {
  if (n === 0) return n; const notFound = new Error("the server said 404");
  throw new Error("the page is not there", { cause: notFound });
});
const join = task("join", (a: number, b: number) => a + b);
export default new Aitorflow("digest", first.to([slow, fetch]).to(join));`,
  "patient.ts": `
    import { writeFileSync } from "node:fs";
    import { setTimeout } from "node:timers/promises";
    export default ${runnable(
      "patient",
      `await run.step("work", (step) => {
        step.defer(async () => {
          await setTimeout(50);
          writeFileSync("taken", "given back");
        });
        console.log("taken");
        return setTimeout(60_000);
      });`,
    )};`,
  "stubborn.ts": `
    export default ${runnable(
      "stubborn",
      `await run.step("work", (step) => {
        step.defer(() => new Promise(() => {}));
        console.log("taken");
        return new Promise(() => setInterval(() => {}, 1000));
      });`,
    )};`,
  "endless-load.ts": `
    setInterval(() => {}, 1000);
    console.log("loading");
    await new Promise(() => {});
    export {};`,
};
