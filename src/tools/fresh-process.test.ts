// A tool gets all that it needs from its arguments and context: each call of a run, made again in a fresh process of its
// own, has an equal result.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { memoryArtefacts, type ToolResult } from "./index.ts";
import { registry } from "./one-call.fixture.ts";
import { body, place } from "./tools.fixture.ts";

const FILE = fileURLToPath(new URL("./one-call.fixture.ts", import.meta.url));

const calls: readonly { readonly name: string; readonly args: unknown }[] = [
  { name: "calculator", args: { expression: "2 ^ 10" } },
  { name: "calculator", args: '{"expression": "2 ^"}' },
  { name: "replace_text", args: { text: "a-b", find: "-", replace: "+" } },
  { name: "outline_json", args: { json: '{"a": [1, 2]}' } },
  { name: "random", args: { min: 7, max: 7 } },
  { name: "note", args: { text: "halfway" } },
  { name: "price", args: { item: "lamp" } },
  { name: "price", args: { item: "chair" } },
  { name: "order", args: { item: "lamp" } },
  { name: "lines", args: { count: 10_000 } },
  { name: "lines", args: { count: "many" } },
  { name: "line", args: {} },
];
const context = { tenant: "acme", agent: { name: "buyer", id: "1" }, values: { currency: "EUR" } };

let together: readonly ToolResult[] = [];

beforeAll(async () => {
  const { engine } = place();
  const tools = registry();
  const artefacts = memoryArtefacts();
  const run = body((r) =>
    Promise.all(calls.map((call, n) => tools.execute({ id: `${n}`, ...call }, r, { ...context, artefacts }))),
  );
  together = await engine.run(run, undefined);
  expect(together.filter(({ ok }) => ok)).toHaveLength(8);
});

// One test for each: on a busy machine a process takes seconds to begin.
test.each(calls.map((call, index) => ({ ...call, index })))(
  "a call of a run has an equal result in a fresh process: $index, $name",
  async ({ index, ...call }) => {
    expect(await alone(call)).toEqual(withoutDuration(together[index] as ToolResult));
  },
);

async function alone(call: { readonly name: string; readonly args: unknown }): Promise<unknown> {
  const args = ["--conditions=source", FILE, JSON.stringify({ ...call, context })];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return withoutDuration(JSON.parse(stdout) as ToolResult);
}

function withoutDuration(result: ToolResult): unknown {
  return JSON.parse(JSON.stringify({ ...result, durationMs: undefined }));
}
