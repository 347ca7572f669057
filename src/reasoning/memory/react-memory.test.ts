// Memory is a fold: of what is on record, deterministic, bounded, always legal, and it survives damage.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { AgentFailure } from "../../agent/index.ts";
import { promptFaults, textOf } from "../../llm/index.ts";
import type { MockAnswer } from "../../testing/index.ts";
import type { EventEnvelope } from "../../base/index.ts";
import { tool } from "../../tools/index.ts";
import { decodeMemory, encodeMemory } from "./memory-codec.ts";
import { memoryFold } from "./memory-fold.ts";
import { ReactMemory } from "./react-memory.ts";
import { RecentList } from "./recent-list.ts";
import { adder, calling, scene, type SceneOptions } from "../reasoning.fixture.ts";

/** Replies of a model over several problems: a number of calls each, or an answer, or nothing that can be used. */
const replies = fc.array(
  fc.oneof(
    fc.record({ calls: fc.integer({ min: 1, max: 4 }), good: fc.boolean(), text: fc.string() }),
    fc.constantFrom("An answer.", "", "Another answer."),
  ),
  { minLength: 1, maxLength: 25 },
);

function script(list: readonly (string | { calls: number; good: boolean; text: string })[]): (MockAnswer | string)[] {
  return list.map((reply, turn) => {
    if (typeof reply === "string") return reply;
    const input = (n: number): object => (reply.good ? { a: turn, b: n } : { a: "x" });
    return {
      text: reply.text,
      ...calling(...Array.from({ length: reply.calls }, (_, n) => ["add", input(n)] as const)),
    };
  });
}

describe("whatever models say and limits are", () => {
  const limits = fc.record(
    {
      maxMessages: fc.integer({ min: 1, max: 12 }),
      maxToolExecutions: fc.integer({ min: 0, max: 5 }),
      maxTraceSteps: fc.integer({ min: 0, max: 8 }),
      contextTokens: fc.integer({ min: 1, max: 400 }),
    },
    { requiredKeys: [] },
  );

  test("every prompt is legal, begins with the instructions and has what was asked; limits are kept", async () => {
    await fc.assert(
      fc.asyncProperty(
        replies,
        limits,
        fc.constantFrom("anthropic", "openai", "generic", "mistral", "google"),
        async (list, memory, family) => {
          const options: SceneOptions = {
            tools: [adder()],
            memory,
            instructions: "Keep to it.",
            limits: { errors: 4, steps: 12 },
            mock: { family },
          };
          const { agent, model, host } = await scene(script(list), options);
          for (let problem = 1; problem <= 3; problem++) await agent.solve(`Problem ${problem}.`);
          for (const { prompt } of model.calls) {
            expect(promptFaults(prompt, family)).toEqual([]);
            expect(prompt[0]).toMatchObject({ role: "system", content: "Keep to it." });
          }
          expect(JSON.stringify(model.calls.at(-1)?.prompt)).toContain("Problem 3.");
          const kept = await agent.read();
          expect(kept.toolExecutions.length).toBeLessThanOrEqual(memory.maxToolExecutions ?? Infinity);
          expect(kept.trace.length).toBeLessThanOrEqual(memory.maxTraceSteps ?? Infinity);
          // The last turn is kept whole, however long it is.
          expect(kept.messages().length).toBeLessThanOrEqual(Math.max(memory.maxMessages ?? Infinity, 6));
          await host.shutdown();
        },
      ),
      { numRuns: 60 },
    );
  });

  test("memory is the same JSON when it is read back, and the fold of what is on record", async () => {
    await fc.assert(
      fc.asyncProperty(replies, limits, async (list, memory) => {
        const options = { tools: [adder()], memory, limits: { errors: 4, steps: 12 } };
        const { agent, host, journal } = await scene(script(list), options);
        for (let problem = 1; problem <= 2; problem++) await agent.solve(`Problem ${problem}.`);
        const live = encodeMemory(await agent.read());
        const { memory: read, problems } = decodeMemory(JSON.parse(JSON.stringify(live)), () => ({}));
        expect(problems).toEqual([]);
        expect(encodeMemory(read)).toEqual(live);
        await host.shutdown();
        const again = await scene([], { ...options, journal });
        expect(encodeMemory(await again.agent.read())).toEqual(live);
        await again.host.shutdown();
      }),
      { numRuns: 60 },
    );
  });
});

describe("however many messages are kept", () => {
  const parallel = calling(["add", { a: 1, b: 1 }], ["add", { a: 2, b: 2 }], ["add", { a: 3, b: 3 }]);

  /** The roles of the prompt behind a turn of three calls, in which somebody says something. */
  async function shownBehind(maxMessages: number): Promise<readonly string[]> {
    const { agent, model } = await scene(
      async (_call, asked) => {
        if (asked === 2) await agent.steer("In French.");
        return ["Hello.", parallel, "Deux, quatre, six."][asked - 1] as MockAnswer | string;
      },
      { tools: [adder()], memory: { maxMessages } },
    );
    await agent.chat("Hello?");
    await agent.solve("1 + 1, 2 + 2, 3 + 3?");
    const { prompt = [] } = model.calls[2] ?? {};
    return prompt.flatMap(({ role, content }) => (role === "tool" ? content.map(() => role) : [role]));
  }

  test.each([1, 4, 5, 6])("of %i, the turn that just ended is there, with what was said behind it", async (most) => {
    const roles = await shownBehind(most);
    expect(roles.slice(-5)).toEqual(["assistant", "tool", "tool", "tool", "user"]);
  });
});

describe("an import", () => {
  test("of damaged data takes all that can be read, and says what it could not", async () => {
    const { agent } = await scene([calling(["add", { a: 1, b: 1 }]), "2"], { tools: [adder()] });
    await agent.solve("1 + 1?", { context: { user: "ada" } });
    const file = JSON.parse(JSON.stringify(await agent.exportMemory())) as { value: Record<string, unknown[]> };
    file.value["messages"]!.push({ nonsense: true }, file.value["messages"]![0]);
    file.value["tools"] = "gone" as never;
    file.value["v"] = 9 as never;
    const other = await scene(["Yes."]);
    const problems = await other.agent.importMemory(file);
    expect(problems.map(({ at }) => at).sort()).toEqual(["messages[4]", "messages[5]", "tools", "v"]);
    const memory = await other.agent.read();
    expect(memory.messages()).toHaveLength(4);
    expect(memory.context).toEqual({ user: "ada" });
    expect(await other.agent.chat("Go on?")).toBe("Yes.");
  });

  test("of a later version of the file takes all that can be read, and says so", async () => {
    const { agent } = await scene(["Yes."]);
    await agent.chat("Well?");
    const other = await scene(["No."]);
    const problems = await other.agent.importMemory({ ...((await agent.exportMemory()) as object), v: 2 });
    expect(problems).toEqual([{ at: "the file", expected: "the format version 1", got: "number 2" }]);
    expect((await other.agent.read()).messages().map(textOf)).toEqual(["Well?", "Yes."]);
  });

  test("of a message with a part that is not known leaves out that part alone", async () => {
    const { agent } = await scene(["Yes."]);
    await agent.chat("Well?");
    const file = JSON.parse(JSON.stringify(await agent.exportMemory())) as {
      value: { messages: { parts: unknown[] }[] };
    };
    const [asked, answered] = file.value.messages;
    answered?.parts.unshift({ type: "hologram", data: 1 });
    asked?.parts.splice(0, 1, { type: "hologram", data: 1 });
    const other = await scene(["No."]);
    const problems = await other.agent.importMemory(file);
    expect(problems.map(({ at }) => at).toSorted()).toEqual(["messages[0]", "messages[1].parts[0]"]);
    expect((await other.agent.read()).messages().map(textOf)).toEqual(["Yes."]);
  });

  test("of which messages are left out shows and sums up the others as before", async () => {
    const { agent } = await scene(() => `Answer. ${"word ".repeat(40)}`, { memory: { contextTokens: 200 } });
    for (let n = 1; n <= 5; n++) await agent.chat(`Question ${n}.`);
    const file = JSON.parse(JSON.stringify(await agent.exportMemory())) as {
      value: { messages: unknown[]; shownFrom: number; summary?: object };
    };
    const { shownFrom } = file.value;
    expect(shownFrom).toBe(4);
    file.value.messages.fill(null, 0, 3);
    file.value.summary = { text: "They asked.", from: 0, to: 4, run: "r" };
    const { memory } = decodeMemory(file.value, () => ({}));
    expect(memory.messages()).toHaveLength(7);
    expect(memory.parts.shownFrom).toBe(1);
    expect(memory.summary).toMatchObject({ from: 0, to: 1 });
  });

  test("of a result whose call is not there tells where it was", () => {
    const result = {
      v: 1,
      id: "b",
      role: "tool",
      parts: [{ type: "tool-result", id: "c", name: "f", output: { type: "text", text: "x" } }],
    };
    const { problems } = decodeMemory(
      { ...(encodeMemory(ReactMemory.empty({}, {})) as object), messages: [null, result] },
      () => ({}),
    );
    expect(problems.map(({ at }) => at)).toEqual(["messages[0]", "messages[1]"]);
  });

  test.each([
    ["summary", { text: "They talked.", to: 4, run: "r" }],
    ["summary", { text: "They talked.", from: 4, to: 1, run: "r" }],
    ["tools[0]", [{ tool: "add", outcome: "ok", run: "r", turn: 1 }]],
    ["trace[0]", [{ type: "think", run: "r", turn: 1, text: {} }]],
  ])("leaves out a part that lacks something: %s", (at, part) => {
    const whole = encodeMemory(ReactMemory.empty({}, {})) as object;
    const { memory, problems } = decodeMemory({ ...whole, [at.replace("[0]", "")]: part }, () => ({}));
    expect(problems.map((problem) => problem.at)).toEqual([at]);
    expect(encodeMemory(memory)).toEqual(whole);
  });

  test("in the middle of a turn keeps what the turn was shown, and which of its calls wait for a person", () => {
    const reply = { v: 1, id: "r/react/#1/think", role: "assistant", parts: [] };
    const turn = { turn: 1, reply, answers: false, results: [], steered: ["r/steered 1"], approvals: { 1: null } };
    const { memory, problems } = decodeMemory(
      { ...(encodeMemory(ReactMemory.empty({}, {})) as object), turn },
      () => ({}),
    );
    expect(problems).toEqual([]);
    expect(encodeMemory(memory)).toMatchObject({ turn });
  });

  test("of whatever it is never throws but for what is no exported memory at all", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { memory } = decodeMemory(value, () => ({}));
        expect(decodeMemory(encodeMemory(memory), () => ({})).memory.messages()).toEqual(memory.messages());
        memory.format();
      }),
    );
  });

  test("of another version of the definition migrates the fields, or begins them anew", async () => {
    const fields = { initial: () => ({ count: 0 }), schema: z.object({ count: z.number() }) };
    const first = await scene(["Yes."], { fields: { initial: () => ({ n: 3 }) } as never });
    const file = await first.agent.exportMemory();
    const migrate = (old: unknown) => ({ count: (old as { n: number }).n });
    const second = await scene(["Yes."], { version: "2", fields: { ...fields, migrate } as never });
    expect(await second.agent.importMemory(file)).toEqual([]);
    expect((await second.agent.read()).fields).toEqual({ count: 3 });
    const third = await scene(["Yes."], { version: "2", fields: fields as never });
    expect(await third.agent.importMemory(file)).toMatchObject([{ at: "fields" }]);
    expect((await third.agent.read()).fields).toEqual({ count: 0 });
  });
});

const cannot = (): never => {
  throw new RangeError("cannot migrate");
};

test.each([
  ["a migration that throws", { migrate: cannot }, "cannot migrate"],
  ["a schema that refuses", { schema: z.object({ count: z.number() }) }, "number"],
  [
    "a codec that throws",
    { codec: { encode: (value: unknown) => value, decode: (): unknown => JSON.parse("{") } },
    "JSON",
  ],
])("fields that cannot be restored by %s are reported, and the rest is there", async (_, own, expected) => {
  const first = await scene(["Yes."], { fields: { initial: () => ({ n: 3 }) } as never });
  await first.agent.chat("Is it?");
  await first.agent.fork("2");
  await first.host.shutdown();
  const failures: AgentFailure[] = [];
  const onFailure = (failure: AgentFailure): void => void failures.push(failure);
  const options = {
    version: "2",
    fields: { initial: () => ({ count: 0 }), ...own } as never,
    id: "2",
    journal: first.journal,
  };
  const { agent } = await scene(["Still."], { ...options, host: { onFailure } });
  expect(await agent.chat("And now?")).toBe("Still.");
  expect((await agent.read()).fields).toEqual({ count: 0 });
  expect((await agent.read()).messages()).toHaveLength(4);
  expect(failures).toMatchObject([
    { type: "memory-left-out", agent: { name: "solver", id: "2" }, error: { code: "invalid-value" } },
  ]);
  expect(failures[0]?.error).toMatchObject({ message: expect.stringContaining("fields") });
  expect(JSON.stringify(failures[0]?.error)).toContain(expected);
});

test("fields that a codec cannot read are new ones, also for the runs that came since", async () => {
  const initial = () => ({ messages: 0 });
  const apply = (fields: { messages: number }, { type }: { readonly type: string }) =>
    type === "message-received" ? { messages: fields.messages + 1 } : fields;
  const first = await scene(["Yes."], { fields: { initial, apply } as never });
  await first.agent.chat("Is it?");
  await first.agent.fork("2");
  await (await first.open("2")).chat("And now?");
  await first.host.shutdown();
  const codec = { encode: (fields: unknown) => fields, decode: (): unknown => JSON.parse("{") };
  for (const version of ["1", "2"]) {
    const failures: AgentFailure[] = [];
    const migrate = (): never => expect.fail("what is new is of this version");
    const { agent, host } = await scene(["Still."], {
      version,
      fields: { initial, apply, codec, migrate } as never,
      id: "2",
      journal: first.journal,
      host: { onFailure: (failure) => void failures.push(failure) },
    });
    const memory = await agent.read();
    expect(memory.fields).toEqual({ messages: 1 });
    expect(memory.messages()).toHaveLength(4);
    expect(failures).toMatchObject([{ type: "memory-left-out", error: { code: "invalid-value" } }]);
    await host.shutdown();
  }
});

test("fields of one's own are made of events", async () => {
  const fields = {
    initial: () => ({ calls: 0 }),
    apply: (before: { calls: number }, { type }: { type: string }) =>
      type === "model-called" ? { calls: before.calls + 1 } : before,
  };
  const { agent } = await scene([calling(["add", { a: 1, b: 1 }]), "2"], { tools: [adder()], fields: fields as never });
  await agent.solve("1 + 1?");
  expect((await agent.read()).fields).toEqual({ calls: 2 });
});

test("a fault in fields of one's own leaves them as they were, is told, and keeps nothing else out of memory", async () => {
  const seen: string[] = [];
  const fields = {
    initial: () => ({ events: 0 }),
    apply: (before: { events: number }, { type }: { type: string }) => {
      seen.push(type);
      if (type === "model-called") return { events: before.events + 1 };
      throw new TypeError(`no ${type}`);
    },
  };
  const failures: AgentFailure[] = [];
  const host = { onFailure: (failure: AgentFailure) => void failures.push(failure) };
  const script = [calling(["add", { a: 1, b: 1 }]), "2"];
  const { agent, open, journal } = await scene(script, { tools: [adder()], fields: fields as never, host });
  await agent.solve("1 + 1?");
  const memory = await agent.read();
  expect(memory.fields).toEqual({ events: 2 });
  expect(memory.messages().map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant"]);
  expect(memory.stats).toMatchObject({ runs: 1 });
  expect(failures.map(({ type }) => type)).toContain("event-left-out");
  expect(failures[0]?.error.message).toBe(`no ${seen[0]}`);

  await agent.fork("2");
  expect((await (await open("2")).read()).messages()).toHaveLength(4);
  const again = await scene([], { tools: [adder()], fields: fields as never, journal });
  expect((await again.agent.read()).fields).toEqual({ events: 2 });
  expect((await again.agent.read()).messages()).toEqual(memory.messages());
});

test("what is too much is summed up by a model, which is on record with its range", async () => {
  const summaries: string[] = [];
  const long = "word ".repeat(60);
  const { agent, model } = await scene(
    ({ prompt }) => {
      const text = JSON.stringify(prompt);
      if (text.includes("Sum up this part")) return (summaries.push(text), "They talked of words.");
      return long;
    },
    { memory: { contextTokens: 400 }, compaction: {} },
  );
  for (let n = 1; n <= 8; n++) await agent.chat(`Say ${n}. ${long}`);
  expect(summaries.length).toBeGreaterThan(0);
  const memory = await agent.read();
  expect(memory.summary).toMatchObject({ text: "They talked of words.", from: 0 });
  expect(memory.summary?.to).toBeGreaterThan(1);
  expect(memory.messages()).toHaveLength(16);
  expect(JSON.stringify(model.calls.at(-1)?.prompt)).toContain("They talked of words.");
  expect(memory.stats.summed).toBe(memory.summary?.to);
});

test("who sums up is told whole arguments and results and of files, and never of nothing but what is shown anyway", async () => {
  const orders = tool({
    name: "orders",
    description: "Orders of a page.",
    input: z.object({ page: z.number(), note: z.string() }),
    access: "read",
    run: ({ page }) => ({
      rows: Array.from({ length: 20 }, (_, row) => ({ order: `A-${page}${row}` })),
      token: `found ${page}`,
    }),
  });
  const parts: string[] = [];
  let page = 0;
  const { agent } = await scene(
    ({ prompt }) => {
      const text = JSON.stringify(prompt);
      if (text.includes("Sum up this part")) return (parts.push(text), "A summary.");
      return page++ < 5 ? calling(["orders", { page, note: `${"n".repeat(250)} noted ${page}` }]) : "Done.";
    },
    { tools: [orders], memory: { contextTokens: 1_500 }, compaction: {} },
  );
  const image = { type: "file", mediaType: "image/png", name: "plan.png", base64: "iVBORw0KGgo=" } as const;
  await agent.solve([{ type: "text", text: "Look at this." }, image]);
  const { summary } = await agent.read();
  expect(summary).not.toHaveProperty("missing");
  expect(parts.every((part) => part.includes("calls orders"))).toBe(true);
  const told = parts.join("\n");
  expect(told).toContain("user: Look at this. (image/png plan.png)");
  for (let n = 1; n < 4; n++) {
    expect(told).toContain(`noted ${n}`);
    expect(told).toContain(`found ${n}`);
  }
});

test.each<[string, SceneOptions]>([
  ["instructions", { instructions: "Take care. ".repeat(80) }],
  ["the context that is shown", { showContext: true, context: () => ({ city: "Paris ".repeat(150) }) }],
  ["tools in the dialect's text", { dialect: "json", tools: [adder()] }],
])("what is too much because of %s is summed up in conversations of one turn a message", async (_, options) => {
  const long = "word ".repeat(60);
  const said = options.dialect === "json" ? JSON.stringify({ action: "result", answer: long }) : long;
  const { agent, host } = await scene(
    ({ prompt }) => (JSON.stringify(prompt).includes("Sum up this part") ? "They talked of words." : said),
    { memory: { contextTokens: 700 }, compaction: {}, ...options },
  );
  const runs: string[] = [];
  for (let n = 1; n <= 12; n++) runs.push((await agent.solve(`Say ${n}.`)).run);
  const events = await Promise.all(runs.map((run) => Array.fromAsync(host.runs.events(run), ({ type }) => type)));
  expect(events.flat()).not.toContain("context-pruned");
  const { summary } = await agent.read();
  expect(summary).toMatchObject({ text: "They talked of words.", from: 0 });
  for (const run of runs) expect(await agent.replay(run)).toMatchObject({ same: true });
});

test.each<[string, (value: object) => object]>([
  ["is summed up by what the system said before it was moved", (value) => value],
  ["is left out where the record does not tell what the system said", (value) => ({ ...value, system: undefined })],
])("what is too much of a memory that came from elsewhere %s", async (name, moved) => {
  const long = "word ".repeat(60);
  const options: SceneOptions = { instructions: "Take care. ".repeat(80), compaction: {} };
  const from = await scene(() => long, { ...options, memory: { contextTokens: 100_000 } });
  for (let n = 1; n <= 8; n++) await from.agent.chat(`Say ${n}.`);
  const { agent, host } = await scene(
    ({ prompt }) => (JSON.stringify(prompt).includes("Sum up this part") ? "They talked of words." : long),
    { ...options, memory: { contextTokens: 700 } },
  );
  const file = (await from.agent.exportMemory()) as { readonly value: object };
  await agent.importMemory({ ...file, value: moved(file.value) });
  const { run } = await agent.solve("Say 9.");
  const isSummed = name.startsWith("is summed up");
  expect((await agent.read()).summary !== undefined).toBe(isSummed);
  const events = await Array.fromAsync(host.runs.events(run), ({ type }) => type);
  expect(events.includes("context-pruned")).toBe(!isSummed);
  expect(await agent.replay(run)).toMatchObject({ same: true });
});

test.each<[string, MockAnswer]>([
  ["is empty", { text: " " }],
  ["its provider held back", { text: "I cannot", finishReason: "filtered" }],
])("a summary that %s leaves the one before", async (_, bad) => {
  let asked = 0;
  const long = "word ".repeat(60);
  const { agent, model } = await scene(
    ({ prompt }) => {
      if (!JSON.stringify(prompt).includes("Sum up this part")) return long;
      return ++asked === 1 ? "The word is plum." : bad;
    },
    { memory: { contextTokens: 400 }, compaction: {} },
  );
  for (let n = 1; n <= 12; n++) await agent.chat(`Say ${n}. ${long}`);
  expect(asked).toBeGreaterThan(1);
  expect((await agent.read()).summary).toMatchObject({ text: "The word is plum.", from: 0 });
  expect(JSON.stringify(model.calls.at(-1)?.prompt)).toContain("The word is plum.");
});

test("of a prompt that was longer than the model reads all that is too much is summed up, and nothing else left out", async () => {
  const overflow = { at: "start", kind: "status", status: 400, message: "maximum context length exceeded" } as const;
  const script = ["One. ", "Two. ", "Three. ", "Four. "].map((text) => text.repeat(50));
  const { agent, model } = await scene([...script, { fault: overflow }, "They counted.", "Five."], { compaction: {} });
  for (const text of script) await agent.chat(`Say ${text}`);
  const { run, answer } = await agent.solve("Go on.");
  expect(answer).toBe("Five.");
  const { summary } = await agent.read();
  const shown = JSON.stringify(model.calls.at(-1)?.prompt);
  expect(shown).toContain("They counted.");
  for (const [n, text] of script.entries()) expect(shown.includes(text)).toBe(2 * n >= summary!.to);
  expect(summary!.to).toBeLessThan(2 * script.length);
  expect(await agent.replay(run)).toMatchObject({ same: true });
});

describe("a summary says of how many messages in its range it does not tell", () => {
  const long = "word ".repeat(60);
  const memory = { maxMessages: 8, contextTokens: 250 };

  /** What was said between, and whether each of it was shown to whoever summed up. */
  async function told(
    say: readonly string[],
    sum: (asked: number) => MockAnswer | string,
  ): Promise<{ readonly read: ReactMemory; readonly missing: number }> {
    const parts: string[] = [];
    let answered = 0;
    const { agent } = await scene(
      ({ prompt }) => {
        const text = JSON.stringify(prompt);
        if (!text.includes("Sum up this part")) return `Answer ${answered++}.`;
        const answer = sum(parts.length);
        parts.push(typeof answer === "string" ? text : "");
        return answer;
      },
      { memory, compaction: {} },
    );
    for (const [n, text] of say.entries()) await agent.chat(`Said ${n}: ${text}`);
    const read = await agent.read();
    const { from, to } = read.summary ?? { from: 0, to: 0 };
    let missing = 0;
    for (let place = from; place < to; place++) {
      const text = place % 2 === 0 ? `Said ${place / 2}: ` : `Answer ${(place - 1) / 2}.`;
      if (!parts.some((part) => part.includes(text))) missing++;
    }
    return { read, missing };
  }

  test("that went by maxMessages before they were summed up", async () => {
    const short = Array.from({ length: 12 }, () => "short");
    const { read, missing } = await told([...Array(8).fill(long), ...short, ...Array(8).fill(long)], () => "Words.");
    expect(missing).toBeGreaterThan(0);
    expect(read.summary).toMatchObject({ text: "Words.", missing });
    const { from, to } = read.summary as { from: number; to: number };
    expect(read.stats.summed).toBe(to - from - missing);
    expect(read.format()).toContain(`summary of ${to - from - missing} messages: Words.`);
    expect(decodeMemory(encodeMemory(read), () => ({})).memory.summary).toEqual(read.summary);
  });

  test("that a model which says nothing was asked to sum up", async () => {
    const sum = (asked: number): MockAnswer | string => (asked === 0 ? "Words." : { text: " " });
    const { read, missing } = await told(Array(16).fill(long), sum);
    expect(missing).toBeGreaterThan(0);
    expect(read.summary).toMatchObject({ text: "Words.", missing });
  });

  test("which are none where all were summed up", async () => {
    const { read, missing } = await told(Array(8).fill(long), () => "Words.");
    expect(missing).toBe(0);
    expect(read.summary).not.toHaveProperty("missing");
    expect(read.stats.summed).toBe(read.summary?.to);
  });
});

test("what does not fit the model's window is cut to half and asked again", async () => {
  let refused = 0;
  const { agent } = await scene(({ prompt }) => {
    if (JSON.stringify(prompt).length < 2_500) return "Short.";
    refused++;
    return {
      fault: {
        at: "start",
        kind: "status",
        status: 400,
        message: "prompt is too long: 5000 tokens > 4000 maximum context length",
      },
    };
  });
  for (let n = 1; n <= 12; n++)
    expect(await agent.solve(`${n} ${"word ".repeat(60)}`)).toMatchObject({ answer: "Short." });
  expect(refused).toBeGreaterThan(0);
});

test("memory is shown as text, in parts", async () => {
  const { agent } = await scene([{ text: "I add.", ...calling(["add", { a: 1, b: 1 }]) }, "2"], { tools: [adder()] });
  await agent.solve("1 + 1?");
  const memory = await agent.read();
  expect(memory.format({ part: "conversation" })).toBe(
    'user: 1 + 1?\nassistant: I add.; calls add({"a":1,"b":1})\ntool add: 2\nassistant: 2',
  );
  expect(memory.format({ part: "trace", last: 2 })).toBe("1. observe: add ok\n2. answer: 2");
  expect(memory.format()).toContain('# tools\nadd({"a":1,"b":1}): ok, 0 ms');
  expect(memory.messages({ role: "assistant" }).map(({ role }) => role)).toEqual(["assistant", "assistant"]);
});

describe("a list of what is recent", () => {
  test("is what an array would be, however it is appended to and cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.record({ add: fc.array(fc.nat(), { maxLength: 80 }) }), fc.record({ drop: fc.nat(200) }))),
        (changes) => {
          let list = RecentList.of<number>();
          const all: number[] = [];
          let dropped = 0;
          for (const change of changes) {
            if ("add" in change) {
              list = list.append(...change.add);
              all.push(...change.add);
            } else {
              list = list.drop(change.drop);
              dropped = Math.min(all.length, dropped + change.drop);
            }
            expect([list.length, list.total, list.dropped]).toEqual([all.length - dropped, all.length, dropped]);
            expect(list.slice()).toEqual(all.slice(dropped));
            expect([...list]).toEqual(all.slice(dropped));
            for (const part of [
              [0, -70],
              [-9, -4],
              [3, 2],
            ])
              expect(list.slice(...part)).toEqual(all.slice(dropped).slice(...part));
            expect([list.at(0), list.at(-1), list.nth(all.length - 1)]).toEqual([
              all.slice(dropped)[0],
              all.slice(dropped).at(-1),
              all.slice(dropped).at(-1),
            ]);
          }
        },
      ),
    );
  });
});

test("a problem on record with a file without bytes, which is refused today, is read as it was", () => {
  const problem = [{ type: "file", mediaType: "image/png", base64: "" }];
  const event = { type: "message-received", run: "r1", data: { message: { problem } } } as unknown as EventEnvelope;
  const caps = { maxMessages: 9, maxToolExecutions: 9, maxTraceSteps: 9, contextTokens: undefined };
  const memory = memoryFold(caps, undefined)(ReactMemory.empty({}, {}), event);
  expect(memory.messages()).toMatchObject([{ role: "user", parts: problem }]);
});

test("a new memory is empty", () => {
  expect(ReactMemory.empty({}, {}).stats).toMatchObject({ messages: 0, toolExecutions: 0, runs: 0 });
});
