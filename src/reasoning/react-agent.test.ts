// A reasoning agent as its users meet it: it solves, talks, calls tools, and says how it ended.
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { Aitor, AitorHost } from "../agent/index.ts";
import { LLMManager } from "../llm/index.ts";
import { MockProvider } from "../testing/index.ts";
import { ReactAgent } from "./react-agent.ts";
import type { ReasoningDefinition } from "./react-agent-options.ts";
import { adder, calling, scene, subject } from "./reasoning.fixture.ts";

afterEach(() => Aitor.shutdown());

test("a problem is solved in turns: the model thinks, calls a tool, observes and answers", async () => {
  const add = adder();
  const { agent, model } = await scene([{ text: "I add.", ...calling(["add", { a: 2, b: 3 }]) }, "It is 5."], {
    tools: [add],
    role: "a clerk",
    goal: "sums",
    instructions: "Use tools.",
  });
  const result = await agent.solve("What is 2 + 3?");
  expect(result).toMatchObject({ status: "answered", reason: "answer", answer: "It is 5.", steps: 2 });
  expect(result.trace.map(({ type, tool, text }) => [type, tool ?? text])).toEqual([
    ["think", "I add."],
    ["act", "add"],
    ["observe", "add"],
    ["answer", "It is 5."],
  ]);
  expect(result.usage).toMatchObject({ calls: 2 });
  expect(add.calls).toEqual([{ a: 2, b: 3 }]);
  const [first, second] = model.calls;
  expect(first?.prompt).toMatchObject([
    { role: "system", content: "Your role: a clerk\n\nYour goal: sums\n\nUse tools." },
    { role: "user", content: [{ type: "text", text: "What is 2 + 3?" }] },
  ]);
  expect(second?.prompt.slice(2)).toMatchObject([
    {
      role: "assistant",
      content: [
        { type: "text", text: "I add." },
        { type: "tool-call", toolName: "add" },
      ],
    },
    { role: "tool", content: [{ type: "tool-result", toolName: "add", output: { type: "json", value: 5 } }] },
  ]);
});

test("a conversation goes on: the model is shown what was said before", async () => {
  const { agent, model } = await scene(["Hello, Ada.", "You are Ada."]);
  expect(await agent.chat("I am Ada.")).toBe("Hello, Ada.");
  expect(await agent.chat("Who am I?")).toBe("You are Ada.");
  expect(model.calls[1]?.prompt.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
  expect((await agent.getMemoryStats()).messages).toBe(4);
});

describe("what a schema says besides its JSON Schema", () => {
  const schema = z.object({ even: z.number().refine((n) => n % 2 === 0, "must be even") });
  const [odd, even] = ['{"even": 3}', '{"even": 4}'];

  test.each(["native", "json"] as const)("is shown to the model as what is wrong (%s)", async (dialect) => {
    const script =
      dialect === "native" ? [odd, even] : [odd, even].map((answer) => `{"action": "result", "answer": ${answer}}`);
    const { agent, model } = await scene(script, { dialect });
    expect(await agent.solve("An even number?", { schema })).toMatchObject({ status: "answered", answer: { even: 4 } });
    expect(JSON.stringify(model.calls[1]?.prompt)).toContain("even: must be even");
  });

  test("is shown to the model where it throws, too", async () => {
    const parsed = z.object({ json: z.string().transform((text) => JSON.parse(text) as unknown) });
    const { agent } = await scene(['{"json": "[1,"}', '{"json": "[1]"}']);
    expect(await agent.solve("A list?", { schema: parsed })).toMatchObject({ answer: { json: [1] } });
  });

  test("ends the run where no answer is right, and solve throws nothing", async () => {
    const { agent } = await scene([odd], { limits: { errors: 2 } });
    expect(await agent.solve("An even number?", { schema })).toMatchObject({ status: "limited", reason: "errors" });
  });

  test("makes an answer of before that it refuses a result without one", async () => {
    const { agent } = await scene([odd]);
    await agent.solve("A number?", { schema: z.object({ even: z.number() }), id: "1" });
    const again = await agent.solve("A number?", { schema: z.object({ even: schema.shape.even }), id: "1" });
    expect(again).toMatchObject({
      status: "failed",
      reason: "code",
      partial: '{"even":3}',
      error: { code: "invalid-value" },
    });
    expect("answer" in again).toBe(false);
  });
});

test("an answer of a type is what the schema makes of it", async () => {
  const { agent, model } = await scene([calling(["add", { a: 1, b: 1 }]), { object: { sum: 2 } }], {
    tools: [adder()],
  });
  const { answer } = await agent.solve("1 + 1?", { schema: z.object({ sum: z.number() }) });
  expect(answer?.sum).toBe(2);
  expect(model.calls[0]?.tools?.map(({ name }) => name)).toContain("add");
});

test("a chat without an answer says so", async () => {
  const { agent } = await scene([calling(["add", { a: 1, b: 1 }])], { tools: [adder()], limits: { steps: 1 } });
  await expect(agent.chat("Go on.")).rejects.toMatchObject({ code: "no-answer" });
});

test("new ReactAgent is an agent on the process's own host", async () => {
  const llm = new LLMManager({ models: [new MockProvider(["Yes."])] });
  const agent = new ReactAgent({ name: "own", llm });
  expect(await agent.chat("Are you there?")).toBe("Yes.");
});

test("a class that extends ReactAgent is a definition", async () => {
  const llm = new LLMManager({ models: [new MockProvider(["Yes."])] });
  class Analyst extends ReactAgent {
    override readonly name = "analyst";
    protected override reasoning(): ReasoningDefinition<Record<string, unknown>, Record<string, never>> {
      return { llm, instructions: "Be brief." };
    }
    async yes(): Promise<boolean> {
      return (await this.chat("Yes or no?")) === "Yes.";
    }
  }
  await using host = new AitorHost({ agents: [Analyst] });
  const analyst = await host.open(Analyst, "team-7");
  expect(await analyst.yes()).toBe(true);
});

test("several calls of one reply are carried out side by side, and told in their order", async () => {
  const add = adder();
  const { agent } = await scene([calling(["add", { a: 1, b: 1 }], ["add", { a: 2, b: 2 }]), "2 and 4"], {
    tools: [add],
  });
  await agent.solve("Both.");
  const memory = await agent.read();
  expect(memory.messages({ role: "tool" }).flatMap(({ parts }) => parts)).toMatchObject([
    { output: { value: 2 } },
    { output: { value: 4 } },
  ]);
});

test.each([
  ["a hook", { hooks: { beforeTol: () => "no" } }, '"beforeTol"'],
  ["no hooks", { hooks: 5 }, "number 5"],
  ["a limit of memory", { memory: { maxMessage: 3 } }, '"maxMessage"'],
  ["an option of compaction", { compaction: { instruction: "Be brief." } }, '"instruction"'],
  ["no compaction", { compaction: true }, "boolean true"],
  ["a rule of fields", { fields: { init: () => ({}) } }, '"init"'],
  ["no context", { context: 5 }, "number 5"],
  ["a setting of models", { settings: { temp: 1 } }, '"temp"'],
  ["no settings", { settings: 5 }, "number 5"],
  ["a temperature", { settings: { temperature: "hot" } }, '"hot"'],
  ["a flag", { showContext: "no" }, '"no"'],
  ["no step", { limits: { steps: 0 } }, "number 0"],
  ["no manager", { llm: ["openai/gpt-5-mini"] }, "an array of 1"],
] as const)("%s that there is not, or cannot be, is refused when an agent is defined", async (_what, options, got) => {
  await expect(scene(["Yes."], options as never)).rejects.toMatchObject({ code: "invalid-option", got });
});

test("a context that is no object is refused when memory is made of it", async () => {
  const context: () => unknown = () => undefined;
  const { agent } = await scene(["Yes."], { context: context as never });
  await expect(agent.solve("Well?")).rejects.toMatchObject({
    code: "invalid-option",
    message: expect.stringContaining('what context of agent "solver" makes'),
    expected: "a JSON object",
  });
});

test.each([
  [{ time: "5 minutes" }, 'limits.time of agent "a" is not a duration'],
  [{ tokens: -1 }, 'limits.tokens of agent "a" cannot be used'],
  [{ deadline: "soon" }, 'limits.deadline of agent "a" cannot be used'],
])("a limit that is none is told by its name and the agent's: %j", (limits, message) => {
  const llm = new LLMManager({ models: ["openai/gpt-5-mini"] });
  expect(() => subject.define({ name: "a", llm, limits: limits as never })).toThrow(message);
});

test("a model's name in place of a manager is refused with the manager that asks it", () => {
  const error = expect.objectContaining({ fix: 'pass one: new LLMManager({ models: ["openai/gpt-5-mini"] })' });
  expect(() => subject.define({ name: "a", llm: "openai/gpt-5-mini" as never })).toThrow(error);
});

test("what is misspelt of a problem, or of a change of a turn, is refused", async () => {
  const { agent } = await scene(["Yes."], { hooks: { prepareTurn: () => ({ tool: [] }) as never } });
  await expect(agent.solve("Well?", { limit: { usd: 1 } } as never)).rejects.toMatchObject({ got: '"limit"' });
  await expect(agent.clearSession({ context: "no" } as never)).rejects.toMatchObject({ got: '"no"' });
  await expect(agent.chat("Well?", { deadlne: "1m" } as never)).rejects.toMatchObject({ got: '"deadlne"' });
  await expect(agent.chat("Well?", { schema: z.object({}) } as never)).rejects.toMatchObject({ got: '"schema"' });
  expect(await agent.solve("Well?")).toMatchObject({ status: "failed", reason: "code", error: { got: '"tool"' } });
});

test.each([
  ["an object", { question: "Well?" }, "a text, or an array of texts and files", "an object with question"],
  ["nothing", undefined, "a text, or an array of texts and files", "undefined"],
  ["an empty text", " ", "a problem that is not empty", '" "'],
  [
    "a file without bytes",
    [{ type: "file", mediaType: "image/png", base64: "" }],
    'one of base64, url and blob, not empty, not ""',
    "an array of 1",
  ],
  ["messages of a chat", [{ role: "user", content: "Hi" }], '"text" or "file", not undefined', "an array of 1"],
])("a problem that cannot be solved is told as it was given: %s", async (_, problem, expected, got) => {
  const { agent } = await scene([]);
  const told = { code: "invalid-value", expected, got, fix: expect.stringContaining("pass a text, or parts") };
  await expect(agent.solve(problem as never)).rejects.toMatchObject(told);
  await expect(agent.chat(problem as never)).rejects.toMatchObject(told);
  await expect(agent.stream(problem as never).result).rejects.toMatchObject(told);
});

test("a message with two commands is refused: one of them would be lost", async () => {
  const { agent } = await scene([]);
  await expect(agent.ask({ set: { user: "ada" }, clear: "session" })).rejects.toMatchObject({
    code: "invalid-value",
    expected: expect.stringContaining('{ set: { … } }, { clear: "session" | "all" } or'),
  });
  await agent.ask({ set: { user: "ada" }, clear: undefined });
  expect((await agent.read()).context).toEqual({ user: "ada" });
});

test("a class without reasoning is refused, with what it has to override", () => {
  class Empty extends ReactAgent {
    override readonly name = "empty";
  }
  expect(() => new AitorHost({ agents: [Empty] })).toThrow(
    expect.objectContaining({
      code: "invalid-option",
      message: expect.stringContaining("override reasoning") as string,
    }) as Error,
  );
});

test("steering nobody says that there is no run", async () => {
  const { agent } = await scene(["Hello."]);
  await expect(agent.steer("Go on.")).rejects.toMatchObject({
    code: "not-under-way",
    message: expect.stringMatching(/^there is no run that takes something in now\n/) as string,
    got: 'none of agent "solver" "1"',
  });
});
