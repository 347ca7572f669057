// A run as it is watched: every event in order, nothing of it slowed or ended by who watches.
import { expect, test } from "vitest";
import { MockProvider } from "../testing/index.ts";
import type { ReactEvent } from "./react-event.ts";
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

test("leaving the loop does not cancel the run, and who comes again gets a snapshot and then the rest", async () => {
  const { agent } = await scene(SCRIPT, { tools: [adder()] });
  const stream = agent.stream("2 + 3?");
  for await (const event of stream) if (event.type === "tool-finished") break;
  const rest = await Array.fromAsync(stream);
  expect(rest[0]).toMatchObject({ type: "snapshot", trace: [{ type: "think" }, { type: "act" }, { type: "observe" }] });
  expect(rest.at(-1)).toMatchObject({ type: "run-finished", result: { status: "answered" } });
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

test("a cancelled stream has a result with what came so far paid for", async () => {
  const { agent, clock } = await scene([calling(["add", { a: 1, b: 1 }]), { text: "late", latency: "1h" }], {
    tools: [adder()],
  });
  const stream = agent.stream("Take long.");
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

function typesOf(events: readonly ReactEvent[]): string[] {
  return events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]);
}

function textOf(events: readonly ReactEvent[]): string {
  return events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
}
