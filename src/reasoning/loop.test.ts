// The loop: how it ends, what it tells the model, what hooks may do, in both dialects.
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { AitorHost } from "../agent/index.ts";
import { AitorError, configureLogging, type LogRecord } from "../base/index.ts";
import { LLMManager, type LLMProvider, type PromptMessage, toolCallsOf } from "../llm/index.ts";
import type { MockAnswer } from "../testing/index.ts";
import { tool, ToolRegistry } from "../tools/index.ts";
import { adder, calling, namesOf, scene, type SceneOptions, subject } from "./reasoning.fixture.ts";

const ADD = calling(["add", { a: 1, b: 1 }]);
const BROKEN = tool({
  name: "broken",
  description: "Fails.",
  input: z.object({ n: z.number() }),
  access: "read",
  run: () => {
    throw new Error("out of order");
  },
});

function lastText(prompt: readonly PromptMessage[] | undefined): string {
  const last = prompt?.at(-1);
  if (last?.role !== "user") return "";
  return last.content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

describe("a run ends", () => {
  test("at its limit of steps, with what was said last", async () => {
    const { agent } = await scene([{ text: "Still adding.", ...ADD }], { tools: [adder()], limits: { steps: 2 } });
    const result = await agent.solve("Add for ever.");
    expect(result).toMatchObject({ status: "limited", reason: "steps", steps: 2, partial: "Still adding." });
    expect("answer" in result).toBe(false);
  });

  test("after too many turns in a row that came to nothing", async () => {
    const script = (_: unknown, n: number) => calling(["broken", { n }]);
    const { agent, model } = await scene(script, { tools: [BROKEN], limits: { errors: 3 } });
    expect(await agent.solve("Try.")).toMatchObject({ status: "limited", reason: "errors", steps: 3 });
    expect(model.calls).toHaveLength(3);
  });

  test("one that worked begins the count of errors anew", async () => {
    const script = (_: unknown, n: number) => (n === 5 ? "Enough." : n % 2 === 0 ? ADD : calling(["broken", { n }]));
    const { agent } = await scene(script, { tools: [BROKEN, adder()], limits: { errors: 2 } });
    expect(await agent.solve("Try.")).toMatchObject({ answer: "Enough.", steps: 5 });
  });

  test("when the same call is made again and again, after one warning", async () => {
    const { agent, model } = await scene([ADD], { tools: [adder()], repetition: 3 });
    expect(await agent.solve("Add.")).toMatchObject({ status: "stopped", reason: "repetition", steps: 4 });
    const warned = model.calls.filter(({ prompt }) =>
      lastText(prompt).startsWith("You have made the same call 3 times"),
    );
    expect(warned).toHaveLength(1);
  });

  const USE = '{"action":"use_tool","tool":"add","input":{"a":1,"b":1}}';
  test.each<[string, SceneOptions, MockAnswer | string, MockAnswer | string]>([
    ["thoughts", { dialect: "json" }, USE, '{"action":"think","thought":"Hm."}'],
    ["replies that are none", {}, ADD, ""],
    [
      "replies that a hook refuses",
      { hooks: { afterModel: ({ reply }) => (toolCallsOf(reply.message)[0]?.name === "guess" ? "No." : undefined) } },
      ADD,
      calling(["guess", {}]),
    ],
  ])("when the same call is made again and again, whatever %s are between", async (_, options, call, between) => {
    const script = (_: unknown, n: number) => (n % 2 === 1 ? call : between);
    const { agent, model } = await scene(script, { tools: [adder()], repetition: 3, ...options });
    const { run, ...result } = await agent.solve("Add.");
    expect(result).toMatchObject({ status: "stopped", reason: "repetition", steps: 7 });
    const warnings = JSON.stringify(model.calls.at(-1)?.prompt).match(/You have made the same call \d times/g);
    expect(warnings).toEqual(["You have made the same call 3 times"]);
    expect(await agent.replay(run)).toMatchObject({ same: true });
  });

  test("never for the same call where another one is made between", async () => {
    const script = (_: unknown, n: number) =>
      n === 9 ? "Done." : n % 2 === 1 ? ADD : calling(["add", { a: 1, b: n }]);
    const { agent } = await scene(script, { tools: [adder()], repetition: 3 });
    expect(await agent.solve("Add.")).toMatchObject({ answer: "Done." });
  });

  test("never for calls of one reply that are the same, without a warning", async () => {
    const add = ["add", { a: 1, b: 2 }] as const;
    const script = [calling(add, add, add, add, add), "Five times 3."];
    const { agent, model } = await scene(script, { tools: [adder()], repetition: 3 });
    expect(await agent.solve("Add five times.")).toMatchObject({ answer: "Five times 3.", steps: 2 });
    expect(lastText(model.calls[1]!.prompt)).toMatch(/^You have made the same call 5 times/);
    const deaf = await scene([calling(add, add, add, add, add)], { tools: [adder()], repetition: 3 });
    expect(await deaf.agent.solve("Add.")).toMatchObject({ status: "stopped", reason: "repetition", steps: 2 });
  });

  test("where a predicate says so", async () => {
    const { agent } = await scene([ADD], {
      tools: [adder()],
      stopWhen: ({ turn, calls }) => turn === 2 && calls[0]?.ok === true,
    });
    expect(await agent.solve("Add.")).toMatchObject({ status: "stopped", reason: "predicate", steps: 2 });
  });

  test("when no model answers", async () => {
    const { agent } = await scene([{ fault: { at: "start", kind: "status", status: 400, message: "no such model" } }]);
    expect(await agent.solve("Hm?")).toMatchObject({
      status: "failed",
      reason: "model",
      steps: 1,
      error: { message: expect.any(String) as string },
    });
  });

  test("at its limit of tokens, before more is spent", async () => {
    const { agent } = await scene([{ ...ADD, usage: { inputTokens: 90, outputTokens: 10 } }], {
      tools: [adder()],
      limits: { tokens: 1_000 },
      repetition: Infinity,
    });
    const result = await agent.solve("Add.");
    expect(result).toMatchObject({ status: "limited", reason: "tokens" });
    expect(result.usage.inputTokens + result.usage.outputTokens).toBeLessThanOrEqual(1_000);
  });

  test.each([
    ["tokens", { tokens: 20_000 }],
    ["usd", { usd: 0.02 }],
  ] as const)("at its limit of %s, also where a call cost more than could be known before", async (reason, limits) => {
    const { agent } = await scene([{ ...ADD, usage: { inputTokens: 30_000, outputTokens: 10 } }], {
      tools: [adder()],
      limits,
      mock: { price: { input: 1, output: 1 }, maxOutputTokens: 100, contextWindow: 10_000 },
    });
    const result = await agent.solve("Add.");
    expect(result).toMatchObject({ status: "limited", reason, steps: 2, usage: { inputTokens: 30_000 } });
    expect(await agent.replay(result.run)).toMatchObject({ same: true });
  });

  test("at its limit of money", async () => {
    const { agent } = await scene([{ ...ADD, usage: { inputTokens: 100, outputTokens: 100 } }], {
      tools: [adder()],
      limits: { usd: 0.001 },
      repetition: Infinity,
      mock: { price: { input: 1, output: 1 }, maxOutputTokens: 100, contextWindow: 10_000 },
    });
    const result = await agent.solve("Add.");
    expect(result).toMatchObject({ status: "limited", reason: "usd" });
    expect(result.cost).toBeLessThanOrEqual(0.001);
  });

  test("when its time is over, in the middle of a reply too", async () => {
    const { agent, clock } = await scene([ADD, { text: "Late.", latency: "1h" }], {
      tools: [adder()],
      limits: { time: "1m" },
    });
    const solving = agent.solve("Add.");
    await clock.advance(61_000);
    expect(await solving).toMatchObject({ status: "limited", reason: "time" });
  });

  test.each([
    ["5m", "1h"],
    ["5m", 3_600_000],
    [300_000, "1h"],
    ["1h", "5m"],
  ] as const)("at the shorter of two times: its own %s, the problem's %s", async (own, given) => {
    const slow = { text: "", latency: "100s" } as const;
    const { agent, clock } = await scene([slow], { limits: { time: own, errors: 100 } });
    const solving = agent.solve("Wait.", { limits: { time: given } });
    await clock.advance("1h");
    expect(await solving).toMatchObject({ status: "limited", reason: "time", steps: 3 });
  });

  test("when its deadline is over", async () => {
    const { agent, clock } = await scene([ADD, { text: "Late.", latency: "1h" }], { tools: [adder()] });
    const solving = agent.solve("Add.", { limits: { deadline: clock.now() + 5_000 } });
    await clock.advance(6_000);
    expect(await solving).toMatchObject({ status: "limited", reason: "deadline" });
  });

  test("when it is aborted, with what was paid for", async () => {
    const { agent, clock } = await scene([ADD, { text: "Late.", latency: "1h" }], { tools: [adder()] });
    const stop = new AbortController();
    const solving = agent.solve("Add.", { signal: stop.signal });
    await clock.advance(10);
    stop.abort();
    expect(await solving).toMatchObject({ status: "stopped", reason: "aborted", steps: 1 });
  });
});

test("a limit in dollars with a model that has no price is refused when the agent is opened", async () => {
  await expect(scene(["Yes."], { limits: { usd: 1 } })).rejects.toMatchObject({ code: "price-unknown" });
});

test("a bad reply is shown back to the model with what was wrong", async () => {
  const { agent, model } = await scene(["", { text: "Cut off he", finishReason: "length" }, "Good."]);
  expect(await agent.solve("Well?")).toMatchObject({ answer: "Good.", steps: 3 });
  expect(lastText(model.calls[1]?.prompt)).toContain("Your reply was empty");
  expect(lastText(model.calls[2]?.prompt)).toContain("was cut off");
});

test("a call that was cut off is not made, and the model is told that it was too long", async () => {
  const shown: string[] = [];
  const provider: LLMProvider = {
    provider: "own",
    model: "short",
    async *stream({ prompt }) {
      shown.push(JSON.stringify(prompt));
      const cut = '{"a": 1, "b": 12345';
      yield { type: "tool-call", id: "c", name: "add", input: shown.length === 1 ? cut : '{"a":1,"b":2}' };
      yield { type: "finish", reason: shown.length === 1 ? "length" : "tool-calls" };
    },
  };
  const add = adder();
  const Solver = subject.define({
    name: "solver",
    llm: new LLMManager({ models: [provider] }),
    tools: [add],
    limits: { steps: 2 },
  });
  await using host = new AitorHost({ agents: [Solver] });
  const { trace } = await (await host.open(Solver, "1")).solve("Add.");
  expect(trace.flatMap(({ outcome }) => outcome ?? [])).toEqual(["broken-json", "ok"]);
  expect(shown[1]).toContain("your reply was cut off within its arguments");
  expect(add.calls).toEqual([{ a: 1, b: 2 }]);
});

test("calls of a reply that the provider's filter held back are not made, and the model is told so", async () => {
  const add = adder();
  const { agent, model } = await scene([{ ...ADD, finishReason: "filtered" }, ADD, "3"], { tools: [add] });
  const { answer, trace } = await agent.solve("Add.");
  expect([answer, trace.flatMap(({ outcome }) => outcome ?? [])]).toEqual(["3", ["held-back", "ok"]]);
  expect(JSON.stringify(model.calls[1]?.prompt)).toContain("the provider's filter held back the reply it stands in");
  expect(add.calls).toHaveLength(1);
});

test("an agent whose replies are all held back ends, as with other errors", async () => {
  const held = { ...ADD, finishReason: "filtered" } as const;
  const add = adder();
  const { agent } = await scene(
    Array.from({ length: 9 }, () => held),
    { tools: [add], limits: { errors: 2 } },
  );
  expect(await agent.solve("Add.")).toMatchObject({ status: "limited", reason: "errors" });
  expect(add.calls).toEqual([]);
});

describe("typed answers", () => {
  const schema = z.object({ folder: z.string(), lines: z.number().int() });

  test("need a schema, and say how a JSON Schema becomes one", async () => {
    const { agent } = await scene(["No."]);
    await expect(agent.solve("Which?", { schema: { type: "object" } as never })).rejects.toMatchObject({
      code: "invalid-option",
      fix: expect.stringContaining("jsonSchema"),
    });
  });

  test("come also after tools, and are checked", async () => {
    const { agent } = await scene(
      [ADD, { object: { folder: "src", lines: 3.5 } }, { object: { folder: "src", lines: 3 } }],
      { tools: [adder()] },
    );
    const { answer } = await agent.solve("Which?", { schema });
    expect(answer).toEqual({ folder: "src", lines: 3 });
  });

  test("that did not fit are on record with what was wrong, beside the one that did", async () => {
    const { agent, journal } = await scene(['Here: {"folder": 1}', { object: { folder: "src", lines: 3 } }]);
    const { run } = await agent.solve("Which?", { schema });
    const events = await Array.fromAsync(journal.read(run));
    expect(events.filter(({ type, key }) => type === "step-finished" && key === "react/#1/think")).toMatchObject([
      {
        data: {
          result: {
            object: { folder: "src", lines: 3 },
            rejected: [
              {
                message: { parts: [{ text: 'Here: {"folder": 1}' }] },
                issues: expect.stringContaining(".folder: ") as string,
              },
            ],
          },
        },
      },
    ]);
  });

  test("that never fit end the run", async () => {
    const { agent } = await scene([{ object: { folder: 1 } }], { limits: { errors: 2 } });
    expect(await agent.solve("Which?", { schema })).toMatchObject({ status: "limited", reason: "errors" });
  });
});

describe("hooks", () => {
  test("are called in order, and are told what happens", async () => {
    const told: string[] = [];
    const { agent } = await scene([ADD, "2"], {
      tools: [adder()],
      hooks: {
        prepareTurn: ({ turn }) => void told.push(`prepare ${turn}`),
        beforeModel: ({ messageCount }) => void told.push(`before ${messageCount}`),
        afterModel: ({ reply }) => void told.push(`after ${reply.finishReason}`),
        beforeTool: ({ call }) => void told.push(`call ${call.name}`),
        afterTool: ({ result }) => void told.push(`result ${result.ok}`),
        afterTurn: ({ answers }) => void told.push(`turn ${answers}`),
      },
    });
    await agent.solve("1 + 1?");
    expect(told).toEqual([
      "prepare 1",
      "before 1",
      "after tool-calls",
      "call add",
      "result true",
      "turn false",
      "prepare 2",
      "before 3",
      "after stop",
      "turn true",
    ]);
  });

  test("prepareTurn may change tools and instructions for a turn, and a call of another tool is refused", async () => {
    const add = adder();
    const { agent, model } = await scene([ADD, "No."], {
      tools: [add, BROKEN],
      instructions: "Add.",
      hooks: { prepareTurn: ({ turn }) => (turn === 1 ? { tools: ["broken"], instructions: "Break." } : undefined) },
    });
    await agent.solve("Go.");
    expect(model.calls.map(({ tools }) => namesOf(tools))).toEqual([["broken"], ["add", "broken"]]);
    expect(model.calls.map(({ prompt }) => (prompt[0]?.role === "system" ? prompt[0].content : ""))).toEqual([
      "Break.",
      "Add.",
    ]);
    expect(add.calls).toEqual([]);
  });

  test("afterModel and beforeTool may refuse, and the model is told why", async () => {
    const { agent, model } = await scene(["Bad word.", ADD, "Fine."], {
      tools: [adder()],
      hooks: {
        afterModel: ({ reply }) =>
          reply.finishReason === "stop" && model.calls.length === 1 ? "Mind your words." : undefined,
        beforeTool: () => "not today",
      },
    });
    const result = await agent.solve("Go.");
    expect(result).toMatchObject({ answer: "Fine.", steps: 3 });
    expect(lastText(model.calls[1]?.prompt)).toBe("Mind your words.");
    expect(result.trace.find(({ type, tool: name }) => type === "observe" && name === "add")).toMatchObject({
      outcome: "denied",
    });
  });

  describe.each([
    "prepareTurn",
    "beforeModel",
    "afterModel",
    "beforeTool",
    "afterTool",
    "afterTurn",
    "stopWhen",
  ] as const)("%s", (name) => {
    // A guard may ask a model of its own, and have a budget of its own.
    test.each(["guard", "model-unavailable", "budget-exceeded", "context-overflow", "cancelled"])(
      "that throws ends the run as failed, whatever it throws: %s",
      async (code) => {
        let isOn = false;
        const guard = (): void => {
          if (isOn) throw code === "guard" ? new Error(code) : new AitorError({ code, message: code });
        };
        const options = name === "stopWhen" ? { stopWhen: guard as () => never } : { hooks: { [name]: guard } };
        const { agent } = await scene(["Yes.", "Yes.", ADD, "Two."], { tools: [adder()], ...options });
        // What could be left out of a prompt that is too long.
        for (const text of ["Are you there?", "Still?"]) await agent.chat(text);
        isOn = true;
        const result = await agent.solve("1 + 1?");
        expect(result).toMatchObject({ status: "failed", reason: "code", error: { message: code } });
        expect(await agent.replay(result.run)).toMatchObject({ same: true });
      },
    );
  });
});

describe("the JSON dialect", () => {
  const json = (value: unknown) => JSON.stringify(value);

  test("is chosen for models without tools, and has the same memory", async () => {
    const script = [
      json({ action: "think", thought: "Let me see." }),
      json({ action: "use_tool", thought: "I add.", calls: [{ tool: "add", input: { a: 2, b: 3 } }] }),
      json({ action: "result", answer: "Five." }),
    ];
    const { agent, model } = await scene(script, { tools: [adder()], mock: { toolCalls: false } });
    const result = await agent.solve("2 + 3?");
    expect(result).toMatchObject({ answer: "Five.", steps: 3 });
    expect(model.calls[0]?.tools).toBeUndefined();
    expect(model.calls[0]?.prompt[0]).toMatchObject({
      role: "system",
      content: expect.stringContaining('"tool":"add"') as string,
    });
    expect(lastText(model.calls[2]?.prompt)).toBe(json({ observations: [{ tool: "add", output: 5 }] }));
    expect(result.trace.map(({ type }) => type)).toEqual(["think", "think", "act", "observe", "answer"]);
    expect((await agent.read()).toolExecutions).toMatchObject([{ tool: "add", outcome: "ok" }]);
  });

  test("is chosen anew when the models of the manager change, or their order", async () => {
    const plain = json({ action: "result", answer: "Yes." });
    const { agent, model, llm, clock } = await scene(({ tools }) => (tools === undefined ? plain : "Yes."), {
      tools: [adder()],
    });
    const offered = async (): Promise<string[] | undefined> => {
      expect(await agent.chat("Well?")).toBe("Yes.");
      return namesOf(model.calls.at(-1)?.tools);
    };
    expect(await offered()).toEqual(["add"]);
    const { MockProvider } = await import("../testing/index.ts");
    llm.add(new MockProvider([plain], { model: "plain", clock, toolCalls: false }));
    expect(await offered()).toBeUndefined();
    llm.failover = false;
    expect(await offered()).toEqual(["add"]);
    llm.add(new MockProvider([plain], { clock, toolCalls: false }));
    expect(await agent.chat("Well?")).toBe("Yes.");
  });

  test("takes broken JSON between words, also such in brackets, and tells what else is wrong", async () => {
    const script = [
      "I do not speak JSON.",
      json({ action: "dance" }),
      "As [you] say {so}: {'action': 'result', 'answer': 'Mended.',}",
    ];
    const { agent, model } = await scene(script, { dialect: "json" });
    expect(await agent.solve("Go.")).toMatchObject({ answer: "Mended.", steps: 3 });
    expect(lastText(model.calls[1]?.prompt)).toContain("holds no JSON");
    expect(lastText(model.calls[2]?.prompt)).toContain('expected "think", "use_tool" or "result"');
  });

  test.each([
    [
      "ends within its arguments",
      '{"action":"use_tool","calls":[{"tool":"add","input":{"a":2,"b":30',
      "ends in the middle",
    ],
    ["ends within a text", '{"action":"use_tool","thought":"I ad', "ends in the middle"],
    [
      "has its arguments under another name",
      json({ action: "use_tool", calls: [{ tool: "add", arguments: { a: 2, b: 30 } }] }),
      'put what the tool takes into "input"',
    ],
    [
      "has them under another name, and stands by itself",
      json({ action: "use_tool", tool: "add", args: { a: 2, b: 30 } }),
      'has no "input" but "args"',
    ],
  ])("a call is not made that %s", async (_, text, told) => {
    const add = adder();
    const { agent, model } = await scene([text, json({ action: "result", answer: "No." })], {
      dialect: "json",
      tools: [add],
    });
    expect(await agent.solve("2 + 300?")).toMatchObject({ answer: "No.", steps: 2 });
    expect(add.calls).toEqual([]);
    expect(lastText(model.calls[1]?.prompt)).toContain(told);
  });

  test("a call is made of which nothing but the last bracket is missing", async () => {
    const add = adder();
    const text = '{"action":"use_tool","calls":[{"tool":"add","input":{"a":2,"b":3}}]';
    const { agent } = await scene([text, json({ action: "result", answer: "5" })], { dialect: "json", tools: [add] });
    expect(await agent.solve("2 + 3?")).toMatchObject({ answer: "5" });
    expect(add.calls).toEqual([{ a: 2, b: 3 }]);
  });

  test("a model is shown what it wrote: thoughts as such, and what could not be read as it was", async () => {
    const written = [
      json({ action: "think", thought: "Let me see." }),
      "I do not speak JSON.",
      json({ action: "dance" }),
      json({ action: "use_tool", calls: [{ tool: "add", input: { a: 2, b: 3 } }] }),
      json({ action: "result", answer: "Five." }),
    ];
    const { agent, model } = await scene([...written, json({ action: "result", answer: "Bye." })], {
      tools: [adder()],
      dialect: "json",
    });
    await agent.chat("2 + 3?");
    await agent.chat("Bye.");
    const replies = model.calls.at(-1)?.prompt.filter(({ role }) => role === "assistant");
    expect(replies?.flatMap<unknown>(({ content }) => content)).toEqual(
      written.map((text) => ({ type: "text", text })),
    );
  });

  test("keeps what a model reasons, and its thought beside an answer, which is no part of that", async () => {
    const script = [
      {
        reasoning: "It wants a sum.",
        text: json({ action: "use_tool", calls: [{ tool: "add", input: { a: 2, b: 3 } }] }),
      },
      { reasoning: "I have it.", text: json({ action: "result", thought: "It is odd.", answer: "Five." }) },
    ];
    const { agent } = await scene(script, { tools: [adder()], dialect: "json" });
    const { answer, trace } = await agent.solve("2 + 3?");
    expect(answer).toBe("Five.");
    expect(trace.map(({ type, text }) => (text === undefined ? type : `${type}: ${text}`))).toEqual([
      "think: It wants a sum.",
      "act",
      "observe",
      "think: I have it.",
      "think: It is odd.",
      "answer: Five.",
    ]);
  });

  test("keeps the text as it came where the action that was read in it does not say the same", async () => {
    const call = { action: "use_tool", calls: [{ tool: "add", input: { a: 2, b: 3 } }] };
    const texts = [
      ` ${json({ action: "think", thought: "Let me see." })}\n`,
      json(call),
      `Sure: ${json(call)} That is it.`,
      json({ ...call, confidence: 0.9 }),
      "{'action': 'result', 'answer': 'Five.',}",
    ];
    const { agent, journal } = await scene(texts, { tools: [adder()], dialect: "json" });
    const { run } = await agent.solve("2 + 3?");
    const raw: unknown[] = [];
    for await (const { type, key, data } of journal.read(run)) {
      if (type === "step-finished" && key.endsWith("/think"))
        raw.push((data as { result: { raw?: string } }).result.raw);
    }
    expect(raw).toEqual([undefined, undefined, ...texts.slice(2)]);
  });

  test("does not keep a text whose arguments are too large to be kept", async () => {
    const input = { a: "x".repeat(200_000), b: 3 };
    const texts = [
      `So: ${json({ action: "use_tool", calls: [{ tool: "add", input }] })}`,
      json({ action: "result", answer: "No." }),
    ];
    const { agent, journal } = await scene(texts, { tools: [adder()], dialect: "json" });
    const { run } = await agent.solve("2 + 3?");
    expect(JSON.stringify(await Array.fromAsync(journal.read(run))).length).toBeLessThan(20_000);
  });

  test("checks typed answers", async () => {
    const script = [json({ action: "result", answer: { n: "x" } }), json({ action: "result", answer: { n: 1 } })];
    const { agent } = await scene(script, { dialect: "json" });
    const { answer } = await agent.solve("How many?", { schema: z.object({ n: z.number() }) });
    expect(answer).toEqual({ n: 1 });
  });
});

test("tools come and go, and the model changes, while a run is in progress", async () => {
  const { agent, model, llm, clock } = await scene([ADD, "First."], { tools: [adder()] });
  const { MockProvider } = await import("../testing/index.ts");
  const other = new MockProvider(["Second."], { model: "other", clock });
  llm.add(other);
  agent.tools.add(BROKEN);
  expect(agent.tools.names).toEqual(["add", "broken"]);
  expect(agent.tools.schemas.map(({ name }) => name)).toEqual(["add", "broken"]);
  await agent.useModel("mock/other");
  expect(agent.model).toBe("mock/other");
  await expect(agent.useModel("mock/none")).rejects.toMatchObject({ code: "model-unknown" });
  await agent.tools.remove("add");
  expect(await agent.chat("Go.")).toBe("Second.");
  expect(model.calls).toHaveLength(0);
  expect(namesOf(other.calls[0]?.tools)).toEqual(["broken"]);
});

test("of models that are chosen at the same time the last one is used, however long another one's price takes", async () => {
  const { agent, llm } = await scene([]);
  const { MockProvider } = await import("../testing/index.ts");
  for (const model of ["slow", "fast"]) llm.add(new MockProvider([], { model }));
  const slow = Promise.withResolvers<void>();
  const check = llm.checkBudget.bind(llm);
  vi.spyOn(llm, "checkBudget").mockImplementation(async (limits, model) => {
    if (model === "mock/slow") await slow.promise;
    return check(limits, model);
  });
  const first = agent.useModel("mock/slow");
  await agent.useModel("mock/fast");
  slow.resolve();
  await first;
  expect(agent.model).toBe("mock/fast");
});

test("a tool that cannot be made is left out until it can, and a call of it fails", async () => {
  const registry = new ToolRegistry({ tools: [adder()] });
  let isDown = true;
  registry.registerFactory("orders", () => {
    if (isDown) throw new Error("the vault is down");
    return tool({ name: "orders", description: "…", access: "read", input: z.object({}), run: () => "order 1" });
  });
  const script = (_: unknown, n: number) => {
    isDown = n < 2;
    return n < 3 ? calling(["orders", {}]) : "Done.";
  };
  const { agent, model } = await scene(script, { tools: registry.view({ tenant: "acme" }), tenant: "acme" });
  expect(await agent.solve("Look.")).toMatchObject({ status: "answered", answer: "Done." });
  expect(model.calls.map(({ tools }) => namesOf(tools))).toEqual([["add"], ["add"], ["add", "orders"]]);
});

test("context is set by callers, tools and commands, shown when asked, and kept when the session is cleared", async () => {
  const locate = tool({
    name: "locate",
    description: "Locates.",
    input: z.object({}),
    access: "read",
    run: (_args, step) => (step.record("context-set", { place: "here </context>" }), "ok"),
  });
  const { agent, model } = await scene([calling(["locate", {}]), "Yes."], {
    tools: [locate],
    showContext: true,
    context: () => ({ plan: "none" }),
  });
  await agent.setContext({ user: "ada" });
  await agent.solve("Where?", { context: { plan: "b" } });
  const shown = model.calls[1]?.prompt[0];
  expect(shown?.role === "system" && shown.content).toContain('"place": "here \\u003c/context>"');
  await agent.clearSession();
  const memory = await agent.read();
  expect(memory.context).toEqual({ plan: "b", user: "ada", place: "here </context>" });
  expect(memory.messages()).toEqual([]);
  await agent.clearSession({ context: true });
  expect((await agent.read()).context).toEqual({ plan: "none" });
});

test("what is undefined is on no record, and changes no context: in this process as after a restart", async () => {
  const locate = tool({
    name: "locate",
    description: "Locates.",
    input: z.object({}),
    access: "read",
    run: (_args, step) => (step.record("context-set", { place: undefined, city: "Paris" }), "ok"),
  });
  const { agent } = await scene([calling(["locate", {}]), "Yes."], {
    tools: [locate],
    context: () => ({ place: "here", user: "ada" }),
  });
  await agent.setContext({ user: undefined });
  await agent.solve("Where?");
  expect((await agent.read()).context).toEqual({ place: "here", user: "ada", city: "Paris" });
});

test("a problem may hold images and files", async () => {
  const { agent, model } = await scene(["A cat."]);
  await agent.solve([
    { type: "text", text: "What is it?" },
    { type: "file", mediaType: "image/png", base64: "iVBORw0KGgo=" },
  ]);
  expect(model.calls[0]?.prompt[0]).toMatchObject({
    content: [{ type: "text" }, { type: "file", mediaType: "image/png" }],
  });
});

test("a problem that is none is refused before anything is on record", async () => {
  const { agent } = await scene(["Yes."]);
  for (const problem of ["", "  ", [], 7, null]) {
    await expect(agent.solve(problem as never)).rejects.toMatchObject({ code: "invalid-value" });
  }
  expect(await agent.getMemoryStats()).toMatchObject({ messages: 0 });
});

/** What is logged meanwhile by tools and reasoning. */
async function loggedBy(work: () => Promise<unknown>): Promise<LogRecord[]> {
  const logged: LogRecord[] = [];
  await configureLogging({ level: "info", sink: (record) => void logged.push(record) });
  try {
    await work();
  } finally {
    await configureLogging({ level: "off" });
  }
  return logged.filter(({ category: [, name = ""] }) => ["reasoning", "tool"].includes(name));
}

test("each thinking step that is logged as started is logged as finished, also where its reply cannot be used", async () => {
  const { agent } = await scene(["Two.", "Two.", "Two.", { object: { sum: 2 } }], { dialect: "native" });
  const logged = await loggedBy(async () => {
    expect(await agent.solve("1 + 1?", { schema: z.object({ sum: z.number() }) })).toMatchObject({ steps: 2 });
  });
  expect(logged.map(({ rawMessage }) => rawMessage)).toEqual(
    Array(2).fill(["reasoning step started", "reasoning step finished"]).flat(),
  );
});

test("a thinking step that fails is logged as failed, with its agent and why", async () => {
  const beforeModel = (): never => {
    throw new Error("no");
  };
  const { agent } = await scene(["Two."], { hooks: { beforeModel } });
  const logged = await loggedBy(() => agent.solve("1 + 1?"));
  const told = { step: "react/#1/think", agent: "solver", agentId: "1" };
  expect(logged).toMatchObject([
    { level: "info", rawMessage: "reasoning step started", properties: told },
    {
      level: "warning",
      rawMessage: "reasoning step failed: hook-failed",
      properties: { ...told, durationMs: 0, outcome: "hook-failed" },
    },
  ]);
});

test("a call that nobody makes is logged as started and refused, once", async () => {
  const pay = tool({
    name: "pay",
    description: "Pays.",
    input: z.object({ to: z.string() }),
    access: "money",
    approval: ({ to }) => to === "Bob",
    run: () => "paid",
  });
  const calls = ["Ada", "Bob", "x".repeat(2_000_000)].map((to) => ["pay", { to }] as const);
  const { agent } = await scene([calling(...calls), "Done."], {
    tools: [pay],
    hooks: { beforeTool: ({ call }) => (JSON.stringify(call.args).includes("Ada") ? "not her" : undefined) },
  });
  const logged = await loggedBy(async () => {
    const stream = agent.stream("Pay them.");
    for await (const { type } of stream) {
      if (type === "run-suspended") for (const asked of await agent.approvals()) await agent.reject(asked, "not him");
    }
    const { run } = await stream.result;
    expect(await agent.replay(run)).toMatchObject({ same: true });
  });
  const told = logged
    .filter(({ category }) => category[1] === "tool")
    .map(({ properties: { step, outcome } }) => [step, outcome]);
  expect(told).toEqual([
    ["react/#1/pay[1.1]", undefined],
    ["react/#1/pay[1.1]", "denied"],
    ["react/#1/pay[1.3]", undefined],
    ["react/#1/pay[1.3]", "arguments-too-large"],
    ["react/#1/pay[1.2]", undefined],
    ["react/#1/pay[1.2]", "denied"],
  ]);
});
