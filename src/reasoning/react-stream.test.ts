// A run as it is watched: every event in order, nothing of it slowed or ended by who watches.
import { expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { type AgentDefinition, AitorHost, defineAgent } from "../agent/index.ts";
import { LLMManager } from "../llm/index.ts";
import { MockProvider } from "../testing/index.ts";
import { tool } from "../tools/index.ts";
import { defineReactAgent } from "./define-react-agent.ts";
import { checkModelOf, hostedReactAgent, isReactAgent } from "./hosted-react-agent.ts";
import type { PendingApproval } from "./turn/pending-approval.ts";
import { ReactAgent } from "./react-agent.ts";
import type { ReasoningDefinition } from "./react-agent-options.ts";
import type { ReactEvent } from "./result/react-event.ts";
import { adder, calling, scene } from "./reasoning.fixture.ts";

const SCRIPT = [{ reasoning: "Two numbers.", ...calling(["add", { a: 2, b: 3 }]) }, "It is five."];

test("a stream tells what happens as it happens, and ends with the result", async () => {
  const { agent } = await scene(SCRIPT, { tools: [adder()] });
  const stream = agent.stream("2 + 3?");
  const events = await Array.fromAsync(stream);
  expect(typesOf(events)).toEqual([
    "run-started",
    "think-started",
    "reasoning-delta",
    "tool-call-delta",
    "think-finished",
    "tool-called",
    "tool-finished",
    "think-started",
    "text-delta",
    "think-finished",
    "run-finished",
  ]);
  expect(textOf(events)).toBe("It is five.");
  expect(events.at(-1)).toMatchObject({ type: "run-finished", result: { answer: "It is five." } });
  expect(await stream.result).toMatchObject({ run: stream.id, answer: "It is five." });
});

test("of actions that a model writes as JSON, a stream tells the text alone", async () => {
  const script = [
    { action: "use_tool", thought: "I add.", calls: [{ tool: "add", input: { a: 2, b: 3 } }] },
    { action: "result", answer: 'It is "five".\n' },
  ].map((action) => `\`\`\`json\n${JSON.stringify(action)}\n\`\`\``);
  const { agent } = await scene(script, { tools: [adder()], dialect: "json" });
  const events = await Array.fromAsync(agent.stream("2 + 3?"));
  expect(textOf(events)).toBe('I add.It is "five".\n');
  expect(events.at(-1)).toMatchObject({ result: { answer: 'It is "five".\n' } });
});

test("leaving the loop does not cancel the run, and who comes again gets a snapshot and then the rest", async () => {
  const { agent } = await scene(SCRIPT, { tools: [adder()] });
  const stream = agent.stream("2 + 3?");
  for await (const event of stream) if (event.type === "tool-finished") break;
  const rest = await Array.fromAsync(stream);
  expect(rest[0]).toMatchObject({ type: "snapshot", trace: [{ type: "think" }, { type: "act" }, { type: "observe" }] });
  expect(rest.at(-1)).toMatchObject({ type: "run-finished", result: { status: "answered" } });
});

test("who comes after the end gets a snapshot and the end, however often", async () => {
  const { agent } = await scene(SCRIPT, { tools: [adder()] });
  const stream = agent.stream("2 + 3?");
  for await (const { type } of stream) if (type === "think-started") break;
  await stream.result;
  for (const followed of [stream, stream, await agent.follow(stream.id)]) {
    for (let time = 0; time < 2; time++) {
      const events = await Array.fromAsync(followed);
      expect(events).toMatchObject([{ type: "snapshot" }, { type: "run-finished", result: { status: "answered" } }]);
    }
  }
});

test("a stream of a message that was sent before begins with a snapshot of all so far, also when it has ended", async () => {
  const { agent, clock } = await scene([SCRIPT[0]!, { text: "It is five.", latency: "1m" }], { tools: [adder()] });
  const first = agent.stream("2 + 3?", { id: "m" });
  const all = Array.fromAsync(first);
  await clock.advance(0);
  const second = agent.stream("2 + 3?", { id: "m" });
  const rest = Array.fromAsync(second);
  await clock.advance("1m");
  expect(typesOf(await all).slice(0, 3)).toEqual(["run-started", "think-started", "reasoning-delta"]);
  const trace = [{ type: "think" }, { type: "act" }, { type: "observe" }];
  expect((await rest)[0]).toMatchObject({ type: "snapshot", trace });
  expect(typesOf(await rest).slice(1)).toEqual(["text-delta", "think-finished", "run-finished"]);
  expect(await second.result).toEqual(await first.result);
  const ended = await Array.fromAsync(agent.stream("2 + 3?", { id: "m" }));
  expect(typesOf(ended)).toEqual(["snapshot", "run-finished"]);
  expect(ended[0]).toMatchObject({ trace: [...trace, { type: "answer" }] });
});

test("a stream that nobody reads keeps no run from its end, and what it missed comes as a snapshot", async () => {
  const text = "word ".repeat(3_000);
  const { agent, model } = await scene([text], { mock: { chunk: 5 } });
  const stream = agent.stream("Write much.");
  await stream.result;
  expect(model.inFlight.now).toBe(0);
  const events = await Array.fromAsync(stream);
  expect(typesOf(events)).toEqual(["snapshot", "run-finished"]);
  expect(events[0]).toMatchObject({ trace: [{ type: "answer", text }] });
});

test.each([
  ["of a message", {}],
  ["of one whose id is chosen", { id: "m" }],
])("a cancelled stream, %s, has a result with what came so far paid for", async (_, options) => {
  const { agent, clock } = await scene([calling(["add", { a: 1, b: 1 }]), { text: "late", latency: "1h" }], {
    tools: [adder()],
  });
  const stream = agent.stream("Take long.", options);
  for await (const event of stream) if (event.type === "tool-finished") break;
  await clock.advance(1_000);
  await stream.cancel("no more");
  expect(await stream.result).toMatchObject({ status: "stopped", reason: "aborted", steps: 1, usage: { calls: 2 } });
});

test("a reply that begins anew at another model is told by a snapshot", async () => {
  const { agent, llm, clock } = await scene([{ text: "Half of it is", fault: { at: "text", kind: "disconnect" } }]);
  llm.add(new MockProvider(["All of it."], { model: "other", clock }));
  const events = await Array.fromAsync(agent.stream("Say something."));
  const at = events.findIndex(({ type }) => type === "snapshot");
  expect(textOf(events.slice(0, at))).toBe("Half of ");
  expect(events[at]).toMatchObject({ text: "" });
  expect(textOf(events.slice(at))).toBe("All of it.");
});

test("a run that goes on in another process is followed there: a snapshot of what is on record, then the rest", async () => {
  const { agent, host, journal, llm, clock } = await scene([calling(["pay", { euros: 80 }]), "Paid."], {
    tools: [pay],
  });
  const stream = agent.stream("Pay 80.");
  for await (const event of stream) if (event.type === "run-suspended") break;
  stream.result.catch(() => {});
  await host.shutdown();
  const Again = defineReactAgent({ name: "solver", llm, tools: [pay] });
  await using later = new AitorHost({ journal, clock, agents: [Again] });
  const again = await later.open(Again, "1");
  const followed = await again.follow(stream.id);
  const reading = Array.fromAsync(followed);
  const [approval] = await again.approvals();
  await again.approve(approval as PendingApproval);
  const events = await reading;
  expect(events[0]).toMatchObject({ type: "snapshot", trace: [{ type: "act", tool: "pay" }] });
  expect(typesOf(events).slice(-3)).toEqual(["text-delta", "think-finished", "run-finished"]);
  expect(events.at(-1)).toMatchObject({ result: { status: "answered", answer: "Paid.", run: stream.id } });
  // One that is over is a snapshot and its end; nothing is asked again.
  const over = await Array.fromAsync(await again.follow(stream.id));
  expect(typesOf(over)).toEqual(["snapshot", "run-finished"]);
  expect(over.at(-1)).toMatchObject({ result: { answer: "Paid." } });
  await expect(again.follow("solver/1/none")).rejects.toMatchObject({ code: "run-unknown" });
});

test("a run that has ended is followed to its end, and its message is not handled again, also when its id is forgotten", async () => {
  const { agent, clock, model } = await scene([calling(["pay", { euros: 80 }])], {
    tools: [pay],
    host: { dedupe: "1d", history: 1 },
  });
  const stream = agent.stream("Pay 80.", { id: "m" });
  for await (const event of stream) if (event.type === "run-suspended") break;
  await stream.cancel("too late");
  const ended = await stream.result;
  for (let times = 0; times < 40; times++) await agent.setContext({ times });
  await clock.advance("2d");
  const followed = await agent.follow(stream.id);
  expect(await followed.result).toEqual({ ...ended, error: { ...ended.error, stack: expect.any(String) } });
  expect(model.calls).toHaveLength(1);
});

test("a stream of a message whose id is forgotten is that of the new run", async () => {
  const { agent, clock } = await scene(["One.", calling(["pay", { euros: 80 }]), '{"answer":7}', '{"answer":8}'], {
    tools: [pay],
    host: { dedupe: "1d", history: 1 },
  });
  const forget = async (): Promise<void> => {
    for (let times = 0; times < 40; times++) await agent.setContext({ times });
    await clock.advance("2d");
  };
  const { run } = await agent.solve("Count.", { id: "m" });
  await forget();
  const stream = agent.stream("Pay 80.", { id: "m" });
  const told: string[] = [];
  for await (const { type } of stream) {
    told.push(type);
    if (type === "run-suspended") break;
  }
  expect(told[0]).toBe("run-started");
  expect(stream.id).toBe(`${run}#2`);
  await stream.cancel("too late");
  expect(await stream.result).toMatchObject({ run: `${run}#2`, reason: "aborted", steps: 1 });
  await forget();
  const schema = z.object({ answer: z.number().refine((answer) => answer > 7, "more than 7") });
  expect(await agent.stream("Count.", { id: "m", schema }).result).toMatchObject({
    run: `${run}#3`,
    answer: { answer: 8 },
  });
});

test("the run of a command is not followed, as it has no result", async () => {
  const { agent } = await scene([]);
  await agent.ask({ set: { user: "ada" } }, { id: "c" });
  await expect(agent.follow("solver/1/c")).rejects.toMatchObject({
    code: "invalid-option",
    expected: "one that solves a problem",
  });
});

test("nothing of a run is listened to whose record cannot be read", async () => {
  const { agent, host } = await scene(["Yes."]);
  const { run } = await agent.solve("Is it?");
  const unfollow = vi.fn();
  vi.spyOn(host.runs, "follow").mockReturnValue(unfollow);
  vi.spyOn(host.runs, "events").mockImplementation(() => {
    throw new Error("a bad sector");
  });
  await expect(agent.follow(run)).rejects.toThrow("a bad sector");
  expect(unfollow).toHaveBeenCalledOnce();
});

test("an agent is hosted whichever way it was defined, and only a reasoning one", async () => {
  const model = new MockProvider(["Yes."]);
  const options = { name: "solver", llm: new LLMManager({ models: [model] }) };
  class Solver extends ReactAgent {
    override readonly name = "solver";
    protected override reasoning(): ReasoningDefinition<Record<string, unknown>, Record<string, never>> {
      return { llm: options.llm };
    }
  }
  for (const defined of [defineReactAgent(options), Solver, new ReactAgent({ ...options, id: "elsewhere" })]) {
    const definition = defined as unknown as AgentDefinition;
    expect(isReactAgent(definition)).toBe(true);
    await using host = new AitorHost();
    const agent = hostedReactAgent(host, definition, "1");
    expect(await agent.chat("Are you there?")).toBe("Yes.");
    expect((await host.list()).map(({ name, id }) => `${name} ${id}`)).toEqual(["solver 1"]);
  }
  expect(isReactAgent(defineAgent({ name: "other", memory: () => 0, onReceive: () => null }) as AgentDefinition)).toBe(
    false,
  );
});

test("whether a model can be asked is known before it is", async () => {
  const model = new MockProvider(["Yes."]);
  const llm = new LLMManager({ models: [model] });
  const Solver = defineReactAgent({ name: "solver", llm }) as unknown as AgentDefinition;
  await checkModelOf(Solver);
  vi.stubEnv("OPENAI_API_KEY", "");
  onTestFinished(() => void vi.unstubAllEnvs());
  llm.default = llm.add({ model: "openai/gpt-5-mini", name: "keyless" });
  await expect(checkModelOf(Solver)).rejects.toMatchObject({ code: "key-missing" });
  expect(model.calls).toEqual([]);
});

const pay = tool({
  name: "pay",
  description: "Pays.",
  access: "money",
  input: z.object({ euros: z.number() }),
  approval: () => "it is money",
  run: ({ euros }) => `paid ${euros}`,
});

function typesOf(events: readonly ReactEvent[]): string[] {
  return events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]);
}

function textOf(events: readonly ReactEvent[]): string {
  return events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
}
