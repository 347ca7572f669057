// A planning agent that is killed: two todos side by side, then one that needs both, each with a sub-agent whose calls must run once;
// two of these a person approves.
import { type AnyTool, definePlanningAgent, LLMManager, tool } from "aitor";
import type { PromptMessage } from "aitor/llm";
import { type MockAnswer, MockProvider } from "aitor/testing";
import { z } from "zod";

import { stepOf, traces, type Witnesses } from "../points/witness.ts";
import { type AgentCase, caseOf } from "./agent-case.ts";

export const PLANNED_ANSWER = "The party is planned.";
/** The run that handles a planner's only message. */
export const plannerRun = (id: string): string => `planner/${id}/order`;
/** Steps that must run once. */
export const PLANNED_ONCE = 3;

const TODOS = [
  { id: "food", content: "order food" },
  { id: "room", content: "order room" },
  { id: "guests", content: "invite guests", dependsOn: ["food", "room"] },
];

export function plannerCase(life: number, witnesses: Witnesses): AgentCase {
  return caseOf(planner(life, witnesses), async (agent, id) => {
    const { trace: _, ...result } = await agent.solve(`Plan the party of planner ${id}.`, { id: "order" });
    const isDone = result.plan?.todos.every(({ end }) => end === "done") === true;
    return result.answer === PLANNED_ANSWER && isDone ? undefined : result;
  });
}

/** @param life The number of this process. */
function planner(life: number, witnesses: Witnesses): ReturnType<typeof definePlanningAgent> {
  const { called, effect } = traces(life, witnesses);
  const model = new MockProvider(({ prompt }) => {
    const turn = prompt.filter(({ role }) => role === "assistant").length;
    const task = textOf(prompt);
    const id = /of planner (\w+)/.exec(task)?.[1] ?? "";
    const todo = TODOS.find(({ content }) => task.startsWith(content));
    const below = todo === undefined ? "" : `/react/#2/plan_work[2.1]/worker[${todo.id}]`;
    called(stepOf(`${plannerRun(id)}${below}`, `react/#${turn + 1}/think`));
    return todo === undefined ? planning(turn) : working(todo.id, turn);
  });
  const llm = new LLMManager({ models: [model] });
  const order: AnyTool = tool({
    name: "order",
    description: "Orders.",
    access: "money",
    approval: ({ what }) => what !== "guests" && "it costs money",
    input: z.object({ what: z.string() }),
    run: (_args, step) => effect(step),
  });
  return definePlanningAgent({
    name: "planner",
    llm,
    subAgents: [{ name: "worker", role: "orders things", tools: [order] }],
    createAgents: false,
    plan: { parallel: 2, review: "never" },
  });
}

function planning(turn: number): MockAnswer | string {
  if (turn === 0) return { toolCalls: [{ id: "1", name: "plan_add", input: { todos: TODOS } }] };
  return turn === 1 ? { toolCalls: [{ id: "2", name: "plan_work", input: {} }] } : PLANNED_ANSWER;
}

function working(what: string, turn: number): MockAnswer | string {
  return turn === 0 ? { toolCalls: [{ id: "1", name: "order", input: { what } }] } : `ordered ${what}`;
}

/** Of the first user message that is shown. */
function textOf(prompt: readonly PromptMessage[]): string {
  const first = prompt.find(({ role }) => role === "user");
  if (first?.role !== "user") return "";
  return first.content.map((part) => (part.type === "text" ? part.text : "")).join("");
}
