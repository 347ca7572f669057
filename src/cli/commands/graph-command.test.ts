// aitor graph: the flow's Mermaid flowchart on stdout, or a clear error.
import { afterAll, beforeAll, expect, test } from "vitest";

import { type UserFolder, userFolder } from "../../../test/aitor-command.ts";

let folder: UserFolder;

beforeAll(() => {
  folder = userFolder();
  folder.write({
    "flow.ts": `
      import { Aitorflow, task } from "aitor";
      console.log("printed while it was loaded");
      export const one = task("one", (text: string) => text);
      export const flow = new Aitorflow("flow", one.to(task("two", (text: string) => text)));
      export const other = { name: "other", version: "1", execute: async () => 1 };`,
    "raw.ts": 'export default { name: "raw", version: "1", execute: async () => 1 };',
  });
});

afterAll(() => folder[Symbol.dispose]());

test("the flowchart stands alone on stdout, in a text that ends with one line feed", async () => {
  const { exitCode, stdout, stderr } = await folder.aitor("graph", "flow.ts");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^flowchart TD\n(.+\n)*.+\n$/);
  for (const part of ['["one"]', '["two"]', "n0 --> n1"]) expect(stdout).toContain(part);
  expect(stderr).toBe("printed while it was loaded\n");
});

test("--color gives colours in a pipe too, and there are none without it", async () => {
  const [colored, plain, none] = await Promise.all(
    [["--color"], [], ["--no-color"]].map((options) => folder.aitor("graph", "raw.ts", ...options)),
  );
  expect(colored?.stderr).toContain("\x1b[");
  expect([plain?.stderr, none?.stderr].join("")).not.toContain("\x1b[");
});

test.each([
  ["a Runnable that is none", "raw.ts", '"raw.ts" exports no flow'],
  ["an export that is none", "flow.ts#other", 'export "other" of "flow.ts" is no flow'],
  ["a task", "flow.ts#one", 'export "one" of "flow.ts" is no flow'],
  ["a missing module", "gone.ts", 'no module "gone.ts"'],
])("what is no flow is wrong usage: %s", async (_what, target, said) => {
  const { exitCode, stdout, stderr } = await folder.aitor("graph", target);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain(said);
  expect(stderr).toMatch(/ {2}expected: .*\n {2}got: .*\n {2}fix: /);
});
