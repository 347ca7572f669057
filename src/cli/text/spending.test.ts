// What a run has spent before somebody goes on with it: the calls on record that are its own, and those of its sub-agents.
import { expect, test } from "vitest";
import { AitorHost } from "../../agent/index.ts";
import { memoryJournal } from "../../journal/index.ts";
import { LLMManager, type ProviderCall } from "../../llm/index.ts";
import { definePlanningAgent, type PlanningReactAgent, recordedPlanning } from "../../planning/index.ts";
import { MockProvider } from "../../testing/index.ts";
import { tool } from "../../tools/index.ts";
import { spentIn } from "./spending.ts";

const odd = tool({
  name: "odd",
  description: "Records what it likes.",
  access: "read",
  input: { type: "object", properties: {} },
  run: (_, step) => {
    for (const data of [null, 7, {}, { model: "m", usage: null }]) step.record("model-called", data);
    return "odd";
  },
});

const journal = memoryJournal();
const host = new AitorHost({ journal });

/** Makes a plan of one todo, has it worked on, and answers. @param subCalls What its sub-agent calls first. */
async function planner(name: string, ...subCalls: readonly string[]): Promise<PlanningReactAgent> {
  const reply = (asked: ProviderCall): object => {
    const done = asked.prompt.filter(({ role }) => role === "tool").length;
    const isSub = JSON.stringify(asked.prompt).includes("part of a larger task");
    const called = (isSub ? subCalls : ["plan_add", "plan_work"])[done];
    const input = called === "plan_add" ? { todos: [{ id: "a", content: "look" }] } : {};
    return called === undefined ? { text: "done" } : { toolCalls: [{ name: called, input }] };
  };
  // Each call has 15 tokens, and costs 1.
  const price = { input: 1_000_000 / 15, output: 1_000_000 / 15 };
  const usage = { inputTokens: 10, outputTokens: 5 };
  const llm = new LLMManager({ models: [new MockProvider((asked) => ({ ...reply(asked), usage }), { price })] });
  return await host.open(definePlanningAgent({ name, llm, tools: [odd] }), "1");
}

async function spent(run: string): Promise<object> {
  const { agents } = await recordedPlanning(journal, run);
  const { tokens, cost } = await spentIn(journal, run, agents);
  return { tokens, cost: cost && Number(cost.toFixed(6)) };
}

test("a fork has spent what it called itself", async () => {
  const agent = await planner("forked");
  const { run } = await agent.solve("Look.");
  const { stream } = await agent.forkRun(run, { at: 2, as: "fork" });
  await stream.result;
  expect(await spent(run)).toEqual({ tokens: 60, cost: 4 });
  // What it lists is the work of the run that it is a fork of.
  expect((await recordedPlanning(journal, stream.id)).agents).toHaveLength(1);
  expect(await spent(stream.id)).toEqual({ tokens: 15, cost: 1 });
});

test("an event of somebody's that has the name of a call and is none counts as none", async () => {
  const { run } = await (await planner("odd", "odd")).solve("Look.");
  const events = (await recordedPlanning(journal, run)).agents.map((agent) => journal.read(agent.run));
  const types = (await Promise.all(events.map((each) => Array.fromAsync(each)))).flat().map(({ type }) => type);
  expect(types.filter((type) => type === "model-called")).toHaveLength(6);
  expect((await recordedPlanning(journal, run)).agents).toMatchObject([{ usage: { calls: 2, inputTokens: 20 } }]);
  expect(await spent(run)).toEqual({ tokens: 75, cost: 5 });
});
