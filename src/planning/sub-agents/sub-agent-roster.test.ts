// Sub-agents that models made
// - are defined once as long as a memory has them, and forgotten with it
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { expect, test } from "vitest";
import { LLMManager } from "../../llm/index.ts";
import { MockProvider } from "../../testing/index.ts";
import { ToolRegistry } from "../../tools/index.ts";
import { createSettings } from "./planning-settings.ts";
import type { MadeAgent } from "./sub-agent.ts";
import { SubAgentRoster } from "./sub-agent-roster.ts";

const llm = new LLMManager({ models: [new MockProvider(["done"])] });
const create = createSettings({}, llm.models, "of a test", undefined);
const roster = new SubAgentRoster([], { llm, tools: new ToolRegistry({ tools: [] }) }, create);

function maker(): MadeAgent {
  return { name: "maker", role: "makes" };
}

test("an agent that a model made is defined once as long as a memory has it", () => {
  const made = [maker()];
  expect(roster.get("maker", made)).toBe(roster.list(made)[1]);
});

test("an agent that a model made is forgotten with the memory that had it", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  setFlagsFromString("--no-expose-gc");
  const definition = new WeakRef(roster.get("maker", [maker()]).definition);
  await setImmediate();
  collect();
  expect(definition.deref()).toBeUndefined();
});
