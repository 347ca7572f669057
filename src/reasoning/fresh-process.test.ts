// Each call that a reasoning agent made, made again in a fresh process of its own, has an equal result: a tool needs nothing but its
// arguments and context.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { memoryArtefacts, type ToolResult } from "../tools/index.ts";
import { registry } from "../tools/one-call.fixture.ts";
import { calling, scene } from "./reasoning.fixture.ts";

const FILE = fileURLToPath(new URL("../tools/one-call.fixture.ts", import.meta.url));

type Calls = readonly (readonly [name: string, args: unknown])[];

const first: Calls = [
  ["calculator", { expression: "2 ^ 10" }],
  ["calculator", { expression: "2 ^" }],
  ["price", { item: "lamp" }],
  ["order", { item: "lamp" }],
];
const second: Calls = [
  ["price", { item: "chair" }],
  ["lines", { count: 10_000 }],
  ["lines", { count: "many" }],
  ["replace_text", { text: "a-b", find: "-", replace: "+" }],
];

test("each call of a reasoning agent's run has an equal result in a fresh process", { timeout: 60_000 }, async () => {
  await using tools = registry();
  const values = { currency: "EUR" };
  const results = new Map<string, ToolResult>();
  const { agent, host } = await scene([calling(...first), calling(...second), "Done."], {
    tools,
    values,
    tenant: "acme",
    artefacts: memoryArtefacts(),
    hooks: { afterTool: ({ call, result }) => void results.set(call.id, result) },
  });
  expect(await agent.chat("Do it all.")).toBe("Done.");
  await host.shutdown();
  const context = { tenant: "acme", agent: { name: "solver", id: "1" }, values };
  for (const [turn, calls] of [first, second].entries()) {
    for (const [place, [name, args]] of calls.entries()) {
      const together = results.get(`${turn + 1}.${place + 1}`);
      expect(await alone({ name, args, context }), `${name} ${turn}.${place}`).toEqual(withoutDuration(together));
    }
  }
  expect([...results.values()].filter(({ ok }) => ok)).toHaveLength(5);
});

async function alone(call: object): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=source", FILE, JSON.stringify(call)]);
  return withoutDuration(JSON.parse(stdout));
}

function withoutDuration(result: unknown): unknown {
  expect(result).toHaveProperty("durationMs");
  return JSON.parse(JSON.stringify({ ...(result as ToolResult), durationMs: undefined }));
}
