// A call as it is on record.
import { expect, test } from "vitest";
import { z } from "zod";
import { tool } from "../../tools/index.ts";
import { calling, scene } from "../reasoning.fixture.ts";
import type { EventEnvelope } from "../../base/index.ts";
import { recordedCall } from "./recorded-call.ts";

test("a tool may be called as the step is in which the model is asked", async () => {
  const think = tool({
    name: "think",
    description: "Takes down a thought.",
    input: z.object({ thought: z.string() }),
    access: "read",
    run: () => "noted",
  });
  const { agent, journal } = await scene([calling(["think", { thought: "Hm." }]), "Done."], { tools: [think] });
  const { run } = await agent.solve("Think.");
  expect(await recordedCall(journal, run, "react/#1/think[1.1]")).toEqual({
    tool: "think",
    turn: 1,
    place: 1,
    args: { thought: "Hm." },
  });
  expect(await recordedCall(journal, run, "react/#1/think")).toBeUndefined();
});

test("an answer that was refused when the run went on is none", async () => {
  const key = "react/#1/tool approval[1.1]";
  const event = (type: string, data: unknown, at = 0, of = key): EventEnvelope => ({
    v: 1,
    stream: "r",
    seq: at,
    at,
    run: "r",
    key: of,
    type,
    data,
  });
  const message = { v: 1, id: "m", role: "assistant", parts: [{ type: "tool-call", id: "c", name: "pay", input: {} }] };
  const asked = { tool: "pay", args: {}, hash: "h", expires: 9 };
  const events = [
    event("step-finished", { result: { message, approvals: { 1: asked } } }, 1, "react/#1/think"),
    event("signal-awaited", { name: "tool approval" }, 2),
    event("signal-received", { value: { hash: "another", approve: true } }, 3),
    event("signal-refused", { error: { name: "Error", message: "no" } }, 4),
  ];
  const read = async function* (): AsyncGenerator<EventEnvelope> {
    yield* events;
  };
  expect(await recordedCall({ read }, "r", key)).toMatchObject({ approval: { asked, since: 2 } });
  expect((await recordedCall({ read }, "r", key))?.approval).not.toHaveProperty("answer");
});
