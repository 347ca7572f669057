// An agent that is killed: ten steps of a scripted model, with calls side by side, a scope with a timer, steps that must run once,
// and one that a person approves.
import { type AnyTool, defineReactAgent, LLMManager, tool } from "aitor";
import type { PromptMessage } from "aitor/llm";
import { type MockAnswer, MockProvider } from "aitor/testing";
import { z } from "zod";

import { stepOf, traces, type Witnesses } from "../points/witness.ts";
import { type AgentCase, caseOf } from "./agent-case.ts";

export const ANSWER = "All is ordered.";
/** The run that handles a clerk's only message. */
export const clerkRun = (id: string): string => `clerk/${id}/order`;
const problemOf = (id: string): string => `Order what clerk ${id} needs.`;

/** Calls of each turn, one after the other; then the answer. */
const TURNS: readonly (readonly (readonly [tool: string, args: unknown])[])[] = [
  [["look", { at: "shelf 1" }]],
  [
    ["look", { at: "shelf 2" }],
    ["look", { at: "shelf 3" }],
    ["note", { text: "two shelves" }],
  ],
  [["note", { text: "empty" }]],
  [["reserve", { what: "lamps" }]],
  [["consult", { whom: "Ada" }]],
  [
    ["reserve", { what: "wires" }],
    ["note", { text: "wires" }],
  ],
  [["nothing", {}]],
  [["look", { at: "till" }]],
  [["pay", { euros: 80 }]],
];
/** Turns, the answer included. */
export const STEPS: number = TURNS.length + 1;
/** Of the tools' steps, those that must run once. */
export const ONCE = 3;

export function clerkCase(life: number, witnesses: Witnesses): AgentCase {
  return caseOf(clerk(life, witnesses), async (agent, id) => {
    const { trace: _, ...result } = await agent.solve(problemOf(id), { id: "order" });
    return result.answer === ANSWER && result.steps === STEPS ? undefined : result;
  });
}

/** @param life The number of this process. */
function clerk(life: number, witnesses: Witnesses): ReturnType<typeof defineReactAgent> {
  const { called, told, effect } = traces(life, witnesses);
  const model = new MockProvider(({ prompt }) => {
    const turn = prompt.filter(({ role }) => role === "assistant").length;
    const id = /clerk (\w+)/.exec(JSON.stringify(prompt.find(({ role }) => role === "user")))?.[1] ?? "";
    called(stepOf(clerkRun(id), `react/#${turn + 1}/think`));
    return says(prompt, turn);
  });
  const tools: AnyTool[] = [
    tool({
      name: "look",
      description: "Looks.",
      access: "read",
      input: z.object({ at: z.string() }),
      run: ({ at }, step) => (told(step), `nothing at ${at}`),
    }),
    tool({
      name: "note",
      description: "Notes.",
      access: "write",
      effect: "idempotent",
      input: z.object({ text: z.string() }),
      run: ({ text }, step) => {
        told(step);
        step.record("context-set", { last: text });
        return "noted";
      },
    }),
    tool({
      name: "reserve",
      description: "Reserves.",
      access: "external",
      input: z.object({ what: z.string() }),
      run: (_args, step) => effect(step),
    }),
    tool({
      name: "consult",
      description: "Asks somebody.",
      access: "external",
      input: z.object({ whom: z.string() }),
      orchestrate: async ({ whom }, run) => {
        const question = await run.step("write", (step) => (told(step), `to ${whom}`));
        await run.sleep(10);
        return await run.step("read", (step) => (told(step), `answer ${question}`));
      },
    }),
    tool({
      name: "pay",
      description: "Pays.",
      access: "money",
      input: z.object({ euros: z.number() }),
      approval: true,
      run: (_args, step) => effect(step),
    }),
  ];
  return defineReactAgent({ name: "clerk", llm: new LLMManager({ models: [model] }), tools });
}

function says(prompt: readonly PromptMessage[], turn: number): MockAnswer | string {
  const calls = TURNS[turn];
  if (calls === undefined) return ANSWER;
  const toolCalls = calls.map(([name, input], index) => ({ name, input, id: `${turn + 1}.${index + 1}` }));
  return { text: `Turn ${turn + 1} of ${prompt.length}.`, toolCalls };
}
