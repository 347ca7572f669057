// What a hostile or broken model writes: each case has an outcome, and none ends the process or harms memory.
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { promptFaults } from "../llm/index.ts";
import type { MockAnswer } from "../testing/index.ts";
import { jsonSchema, tool } from "../tools/index.ts";
import { decodeMemory, encodeMemory } from "./memory/memory-codec.ts";
import { adder, scene } from "./reasoning.fixture.ts";

const call = (name: string, input: unknown, id?: string): MockAnswer => ({
  toolCalls: [{ name, input, ...(id !== undefined && { id }) }],
});
const deep = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = { value };
  return value;
};

/** What the model does first, and what becomes of it; then it answers. */
const CASES: Readonly<Record<string, { readonly reply: MockAnswer | string; readonly outcome: string }>> = {
  "a tool that is not there": { reply: call("addd", { a: 1, b: 1 }), outcome: "unknown-tool" },
  "an empty name": { reply: call("", {}), outcome: "unknown-tool" },
  "the name of a step of the engine's": { reply: call("think", {}), outcome: "unknown-tool" },
  "a name that looks like a path": { reply: call("react/#1/think", {}), outcome: "unknown-tool" },
  "the name of an object's own": { reply: call("constructor", {}), outcome: "unknown-tool" },
  "a name of 10,000 letters": { reply: call("x".repeat(10_000), {}), outcome: "unknown-tool" },
  "a missing argument": { reply: call("add", { a: 1 }), outcome: "invalid-arguments" },
  "an argument too many": { reply: call("strict", { a: 1, b: 1, c: 1 }), outcome: "invalid-arguments" },
  "arguments of another type": { reply: call("add", { a: "1", b: null }), outcome: "invalid-arguments" },
  "no object": { reply: call("add", [1, 2]), outcome: "invalid-arguments" },
  "10 MB of arguments": { reply: call("add", { a: 1, b: "x".repeat(10_000_000) }), outcome: "arguments-too-large" },
  "deep nesting": { reply: call("add", deep(2_000)), outcome: "arguments-too-deep" },
  "a prototype key": { reply: call("add", JSON.parse('{"a":1,"b":1,"__proto__":{"x":1}}')), outcome: "prototype-key" },
  "half a character": { reply: call("add", { a: 1, b: "\ud800" }), outcome: "broken-text" },
  "an id that breaks keys": { reply: call("add", { a: 1, b: 1 }, "../../#2/think[0]"), outcome: "ok" },
  "an approval of its own making": { reply: call("pay", { approve: true, hash: "x" }), outcome: "invalid-arguments" },
};

const strict = tool({
  name: "strict",
  description: "Takes two.",
  input: z.strictObject({ a: z.number(), b: z.number() }),
  access: "read",
  run: ({ a }) => a,
});
const pay = tool({
  name: "pay",
  description: "Pays.",
  input: z.strictObject({ amount: z.number() }),
  access: "money",
  approval: true,
  run: () => "paid",
});

describe("a model that writes", () => {
  test.each(Object.entries(CASES))("%s", async (_, { reply, outcome }) => {
    const { agent, model } = await scene([reply, "Sorry."], { tools: [adder(), strict, pay] });
    const result = await agent.solve("Go.");
    expect(result).toMatchObject({ status: "answered", answer: "Sorry." });
    expect(result.trace.find(({ type }) => type === "observe")?.outcome).toBe(outcome);
    expect(promptFaults(model.calls[1]?.prompt ?? [], "generic")).toEqual([]);
    const memory = await agent.read();
    const { problems } = decodeMemory(JSON.parse(JSON.stringify(encodeMemory(memory))), () => ({}));
    expect(problems).toEqual([]);
    expect(Object.prototype).not.toHaveProperty("x");
    expect(await agent.replay(result.run)).toMatchObject({ same: true });
  });

  test("the same id for several calls", async () => {
    const add = adder();
    const reply = {
      toolCalls: [
        { name: "add", input: { a: 1, b: 1 }, id: "same" },
        { name: "add", input: { a: 2, b: 2 }, id: "same" },
      ],
    };
    const { agent, model } = await scene([reply, reply, "4 and 8."], { tools: [add] });
    expect(await agent.solve("Go.")).toMatchObject({ answer: "4 and 8.", steps: 3 });
    expect(add.calls).toHaveLength(4);
    expect(promptFaults(model.calls[2]?.prompt ?? [], "generic")).toEqual([]);
  });

  test("a call and an answer at once: the call counts, and the text is a thought", async () => {
    const { agent } = await scene([{ text: "It is 2.", ...call("add", { a: 1, b: 1 }) }, "Really 2."], {
      tools: [adder()],
    });
    const { answer, trace } = await agent.solve("Go.");
    expect(answer).toBe("Really 2.");
    expect(trace[0]).toMatchObject({ type: "think", text: "It is 2." });
  });

  test("calls without end", async () => {
    const script = (_: unknown, n: number): MockAnswer => call("add", { a: n, b: 1 });
    const { agent } = await scene(script, { tools: [adder()], limits: { steps: 50 } });
    expect(await agent.solve("Go.")).toMatchObject({ status: "limited", reason: "steps", steps: 50 });
  });

  test("1,000 calls in one reply", async () => {
    const add = adder();
    const toolCalls = Array.from({ length: 1_000 }, (_, a) => ({ name: "add", input: { a, b: 1 } }));
    const { agent } = await scene([{ toolCalls }, "Done."], { tools: [add] });
    expect(await agent.solve("Go.")).toMatchObject({ answer: "Done." });
    expect(add.calls).toHaveLength(1_000);
  });

  test.each(["native", "json"] as const)("an answer that nests without end, as %s: it is told so", async (dialect) => {
    const said = (answer: string): string => (dialect === "json" ? `{"action":"result","answer":${answer}}` : answer);
    const nested = (levels: number): string => said(`${'{"reply":'.repeat(levels)}{}${"}".repeat(levels)}`);
    const schema = jsonSchema({ type: "object", properties: { reply: { anyOf: [{ $ref: "#" }, { type: "null" }] } } });
    const { agent } = await scene([nested(900), nested(5_000), nested(5)], { dialect });
    expect(await agent.solve("Go.", { schema })).toMatchObject({ status: "answered", answer: { reply: {} } });
  });

  test.each(["native", "json"] as const)("a number beyond all numbers, in the dialect %s", async (dialect) => {
    const action = '{"action":"use_tool","calls":[{"tool":"add","input":{"a":1,"b":1e999}}]}';
    const calls = { toolCalls: [{ name: "add", input: '{"a":1,"b":1e999}' }] };
    const json = dialect === "json";
    const answer = json ? '{"action":"result","answer":"Sorry."}' : "Sorry.";
    const { agent } = await scene([json ? action : calls, answer], { tools: [adder()], dialect });
    const result = await agent.solve("Go.");
    expect(result).toMatchObject({ status: "answered", answer: "Sorry." });
    expect(result.trace.find(({ type }) => type === "observe")?.outcome).toBe("invalid-arguments");
  });

  test("broken JSON, two actions at once and no action, in the JSON dialect", async () => {
    const replies = [
      "{",
      "null",
      "[]",
      '{"action":"use_tool","calls":[]}',
      '{"action":"use_tool","calls":[{"tool":7}]}',
      '{"action":"use_tool","calls":"add"}',
      '{"action":"result"}',
      '{"action":"think"}',
      '{"action":"result","answer":"a"}{"action":"result","answer":"b"}',
      '{"action":"__proto__"}',
    ];
    for (const reply of replies) {
      const end = JSON.stringify({ action: "result", answer: "Sorry." });
      const { agent } = await scene([reply, end], { dialect: "json", tools: [adder()] });
      const { status, answer } = await agent.solve("Go.");
      expect([status, typeof answer], reply).toEqual(["answered", "string"]);
    }
  });
});
