// The prompt of a think step, or of one that sums up, made again from the record:
// - it is what the model was sent, as its hash says, in every turn of every run, on both journals, also after a restart
// - with tools, in both dialects, for typed answers, computed instructions, context, and what was left out or summed up
// - the system's text and the tools are on record once, and again only where they changed
// - what is not on record any more is said
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { AitorHost } from "../agent/index.ts";
import { journals, WrappedJournal } from "../engine/journals.fixture.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { LLMManager, textOf } from "../llm/index.ts";
import { type MockAnswer, MockProvider, type MockReply, virtualClock } from "../testing/index.ts";
import { tool } from "../tools/index.ts";
import type { ReactAgent } from "./react-agent.ts";
import type { ReactAgentOptions } from "./react-agent-options.ts";
import { adder, calling, namesOf, scene, subject } from "./reasoning.fixture.ts";
import { type RecordedPrompt, recordedPrompt } from "./dialect/recorded-prompt.ts";

/** The prompts of all think steps in a journal that have an outcome, each checked by the hash of its requests. */
async function rebuilt(journal: Journal): Promise<RecordedPrompt[]> {
  const prompts: RecordedPrompt[] = [];
  for await (const { stream } of journal.heads({ kind: "run" })) {
    for await (const { type, key } of journal.read(stream)) {
      if (type !== "step-finished" && type !== "step-failed") continue;
      const prompt = await recordedPrompt(journal, stream, key);
      if (prompt === undefined) continue;
      expect(prompt.missing).toEqual([]);
      expect(prompt.calls.length).toBeGreaterThan(0);
      expect(prompt.calls.map(({ promptHash }) => promptHash)).toContain(prompt.hash);
      prompts.push(prompt);
    }
  }
  return prompts;
}

async function shapes(journal: Journal): Promise<number> {
  let count = 0;
  for await (const { stream } of journal.heads({ kind: "run" })) {
    for await (const { type } of journal.read(stream)) if (type === "prompt-shaped") count++;
  }
  return count;
}

const sum = (a: number, b: number): MockAnswer => calling(["add", { a, b }]);

class WithoutBlobs extends WrappedJournal {
  override readonly blobs: Journal["blobs"] = {
    put: (bytes) => this.journal.blobs.put(bytes),
    get: () => Promise.reject(new Error("no such blob")),
  };
}

type Options = Partial<Omit<ReactAgentOptions, "llm">>;

const kinds: readonly (readonly [what: string, options: Options])[] = [
  ["with a role, a goal and instructions", { role: "a clerk", goal: "sums", instructions: "Use tools." }],
  ["with nothing that the system says", {}],
  ["in the JSON dialect", { dialect: "json", instructions: "Use tools." }],
  ["with instructions made for each turn", { instructions: ({ run, turn }) => `It is turn ${turn} of ${run}.` }],
  ["with a context that is shown", { showContext: true, context: () => ({ user: "Ada" }) }],
  ["with few messages kept", { memory: { maxMessages: 3 } }],
  ["with all messages kept", { memory: { maxMessages: Infinity } }],
  ["with little room for messages", { memory: { contextTokens: 40 } }],
  ["with a summary in place of the oldest", { memory: { contextTokens: 60 }, compaction: {} }],
  [
    "with tools that depend on the turn",
    { hooks: { prepareTurn: ({ turn }) => ({ tools: turn === 2 ? [] : ["add"] }) } },
  ],
];

describe.each(journals)("%s", (_, open) => {
  test("of a fork whose original was deleted", async () => {
    const journal = open();
    const { agent, host } = await scene([sum(1, 2), "3", "three", "4"], {
      journal,
      instructions: ({ run, turn }) => `Turn ${turn} of ${run}.`,
      tools: [adder()],
    });
    const { run } = await agent.solve("1 + 2?");
    const fork = await agent.forkRun(run, { at: 1, as: "fork" });
    await fork.stream.result;
    await host.delete(agent.constructor as never, "1");
    await fork.agent.solve("And 4?");
    expect(await rebuilt(journal)).toHaveLength(3);
  });

  test.each(kinds)("%s", async (_what, options) => {
    const journal = open();
    const replies: MockReply[] =
      options.dialect === "json"
        ? [
            '{"action":"think","thought":"Let me see."}',
            '{"action":"use_tool","thought":"Now.","calls":[{"tool":"add","input":{"a":1,"b":2}}]}',
            '{"action":"result","answer":"3, and that is all there is to say about it"}',
          ]
        : [
            { text: "Let me see.", ...sum(1, 2) },
            { ...sum(3, 4), reasoning: "one more" },
            "3 and 7, and that is all there is to say about it",
          ];
    const { agent, host, llm, clock, model } = await scene((_call, number) => replies[(number - 1) % 3] as MockReply, {
      tools: [adder()],
      journal,
      ...options,
    });
    for (const text of ["What is 1 + 2?", "And 3 + 4, if you please?"]) await agent.solve(text);
    await host.shutdown();
    const Again = subject.define({ name: "solver", llm, tools: [adder()], ...options });
    const later = new AitorHost({ journal, clock, agents: [Again] });
    onTestFinished(() => later.shutdown());
    const again = await later.open(Again, "1");
    await again.setContext({ user: "Grace" });
    await again.solve("Once more, and take your time for it?");
    await again.clearSession();
    await again.solve("And from the beginning?");
    const prompts = await rebuilt(journal);
    expect(prompts.length).toBeGreaterThanOrEqual(12);
    // The very texts that the model was sent.
    const sent = JSON.stringify(model.calls.map(({ prompt }) => prompt));
    for (const { messages } of prompts) {
      for (const message of messages) {
        if (message.role !== "user") continue;
        expect(sent).toContain(JSON.stringify(textOf(message)).slice(1, -1));
      }
    }
  });
});

test("a typed answer's schema is a part of it, also where the model had to repair its answer", async () => {
  const { agent, journal } = await scene([{ object: { sum: "two" } }, { object: { sum: 2 } }]);
  const { answer } = await agent.solve("1 + 1?", { schema: z.object({ sum: z.number() }) });
  expect(answer).toEqual({ sum: 2 });
  const [prompt] = await rebuilt(journal);
  expect(prompt?.output?.jsonSchema).toMatchObject({ type: "object" });
  expect(prompt?.calls).toHaveLength(2);
});

test("a conversation with the same system text and tools has them on record once, and again when they change", async () => {
  const { agent, journal } = await scene(["Yes."], { instructions: "Be brief.", tools: [adder()] });
  for (const text of ["One?", "Two?", "Three?"]) await agent.solve(text);
  expect(await shapes(journal)).toBe(1);
  const twice = tool({
    name: "twice",
    description: "Doubles.",
    access: "read",
    input: z.object({ n: z.number() }),
    run: ({ n }) => 2 * n,
  });
  agent.tools.add(twice);
  await agent.solve("Four?");
  await agent.solve("Five?");
  expect(await shapes(journal)).toBe(2);
  expect((await rebuilt(journal)).map(({ tools }) => namesOf(tools))).toEqual([
    ["add"],
    ["add"],
    ["add"],
    ["add", "twice"],
    ["add", "twice"],
  ]);
});

test("a memory that came from another journal brings no prompt that is not on record here", async () => {
  const llm = new LLMManager({ models: [new MockProvider(["Yes."])] });
  const Solver = subject.define({ name: "solver", llm, instructions: "Be brief." });
  const open = async (): Promise<{ agent: ReactAgent; journal: Journal }> => {
    const journal = memoryJournal();
    const host = new AitorHost({ journal, agents: [Solver], clock: virtualClock(1_000) });
    onTestFinished(() => host.shutdown());
    return { agent: await host.open(Solver, "1"), journal };
  };
  const from = await open();
  await from.agent.solve("One?");
  const to = await open();
  await to.agent.importMemory(await from.agent.exportMemory());
  await to.agent.solve("Two?");
  await to.agent.solve("Three?");
  const prompts = await rebuilt(to.journal);
  expect(prompts.map(({ messages }) => messages.length)).toEqual([4, 6]);
  expect(textOf((prompts[0] as RecordedPrompt).messages[0] as never)).toBe("Be brief.");
});

test("a step in which no model answered shows what it was asked", async () => {
  const fault = { at: "start", kind: "status", status: 400 } as const;
  const { agent, journal } = await scene([{ fault }], { instructions: "Be brief." });
  expect(await agent.solve("One?")).toMatchObject({ status: "failed" });
  expect(await rebuilt(journal)).toMatchObject([{ calls: [{ outcome: "failed" }] }]);
});

test.each([undefined, "Say it in one line."])(
  "the request for a summary is made again, told: %s",
  async (instructions) => {
    const { agent, journal } = await scene(["A long answer, with much to say about it.", "So far: much."], {
      memory: { contextTokens: 20 },
      compaction: instructions === undefined ? {} : { instructions },
    });
    for (const text of ["One question?", "Another question?", "And a last one?"]) await agent.solve(text);
    const asked = (await rebuilt(journal)).filter(({ asks }) => asks === "summary");
    expect(asked.length).toBeGreaterThan(0);
    for (const { messages, hash, calls } of asked) {
      expect(calls.map(({ promptHash }) => promptHash)).toEqual([hash]);
      expect(textOf(messages[0] as never)).toContain(instructions ?? "Sum up this part");
    }
  },
);

test("a request for a summary that nobody gave shows its calls, and says what is missing", async () => {
  const failing: MockReply = { fault: { at: "start", kind: "status", status: 400 } };
  const { agent, journal } = await scene(
    ({ prompt }) =>
      JSON.stringify(prompt).includes("Sum up this part") ? failing : "A long answer, with much to say.",
    { memory: { contextTokens: 20 }, compaction: {} },
  );
  await agent.solve("One question?");
  const { run } = await agent.solve("Another question?");
  const prompt = await recordedPrompt(journal, run, "react/#1/compact");
  expect(prompt).toMatchObject({
    messages: [],
    calls: [{ outcome: "failed" }],
    missing: ["which messages were to be summed up: there is no summary of them"],
  });
});

test("what is gone from the journal is said, and other steps have no prompt", async () => {
  const { agent, journal, host } = await scene([sum(1, 2), "Yes."], { instructions: "Be brief.", tools: [adder()] });
  const { run } = await agent.solve("One?");
  expect(await recordedPrompt(journal, run, "react/#1/add[1.1]")).toBeUndefined();
  expect(await recordedPrompt(journal, "no-run", "react/#1/think")).toBeUndefined();
  await host.shutdown();
  const prompt = await recordedPrompt(new WithoutBlobs(journal), run, "react/#1/think");
  expect(prompt?.missing).toEqual(["what the system said: no such blob", "the tools: no such blob"]);
  expect(prompt?.calls.map(({ promptHash }) => promptHash)).not.toContain(prompt?.hash);
});

test("before what is kept of its agent's history a prompt lacks what was said earlier, and says so", async () => {
  const { agent, journal, clock } = await scene(["A.", "B.", "C."], {
    instructions: "Be brief.",
    host: { history: 3 },
  });
  const runs: string[] = [];
  for (const problem of ["One?", "Two?", "Three?"]) {
    runs.push((await agent.solve(problem)).run);
    await clock.advance(0);
  }
  const prompts = await Promise.all(runs.map((run) => recordedPrompt(journal, run, "react/#1/think")));
  const agentsName = `${agent.name} "${agent.id}"`;
  const gone = [`all that was before this run: what the memory of ${agentsName} was then is not kept any more`];
  expect(prompts.map((prompt) => prompt?.missing)).toEqual([gone, gone, []]);
  expect(prompts[1]?.messages.map(({ role }) => role)).toEqual(["user"]);
  expect(prompts[2]?.calls.map(({ promptHash }) => promptHash)).toEqual([prompts[2]?.hash]);
});

test("what a provider left out of it stands beside the reply", async () => {
  const { agent, journal } = await scene(["3"], { settings: { seed: 3 }, mock: { takes: [] } });
  const { run } = await agent.solve("1 + 2?");
  const results: unknown[] = [];
  for await (const event of journal.read(run)) if (event.type === "step-finished") results.push(event.data);
  expect(results).toMatchObject([
    {
      result: {
        warnings: [{ model: "mock/scripted", setting: "seed", message: "seed is not supported and was left out" }],
      },
    },
  ]);
});
