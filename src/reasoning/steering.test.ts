// What is said into a run in progress: on record, read at the next turn, never lost; also while it waits, and from elsewhere.
import { expect, test } from "vitest";
import { z } from "zod";
import { type AnyTool, tool } from "../tools/index.ts";
import { adder, calling, scene } from "./reasoning.fixture.ts";

function held(): { tool: AnyTool; open: () => void } {
  const gate = Promise.withResolvers<string>();
  const hold = tool({
    name: "hold",
    description: "Holds.",
    input: z.object({}),
    access: "read",
    run: () => gate.promise,
  });
  return { tool: hold, open: () => gate.resolve("let go") };
}

test("a steering message is read at the next turn, behind what the tools gave", async () => {
  const hold = held();
  const { agent, clock, model } = await scene([calling(["hold", {}]), "In French, then."], { tools: [hold.tool] });
  const solving = agent.solve("Write.");
  await clock.advance(0);
  await agent.steer("In French, please.");
  hold.open();
  expect(await solving).toMatchObject({ answer: "In French, then.", steps: 2 });
  expect(model.calls[1]?.prompt.slice(-2)).toMatchObject([
    { role: "tool" },
    { role: "user", content: [{ text: "In French, please." }] },
  ]);
});

test("what was to be the answer is not, where somebody steered meanwhile", async () => {
  const { agent, clock, model } = await scene([{ text: "Done.", latency: "1s" }, "Done, in French."]);
  const solving = agent.solve("Write.");
  await clock.advance(500);
  await agent.steer("In French, please.");
  await clock.advance(1_000);
  expect(await solving).toMatchObject({ answer: "Done, in French.", steps: 2 });
  expect(model.calls[1]?.prompt.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
});

test("a run that waits for an approval is steered, also by another process", async () => {
  const pay = tool({
    name: "pay",
    description: "Pays.",
    input: z.object({}),
    access: "money",
    approval: true,
    run: () => "paid",
  });
  const first = await scene([calling(["pay", {}])], { tools: [pay] });
  void first.agent.solve("Pay.", { id: "m" }).catch(() => {});
  await first.clock.advance(0);
  await first.host.shutdown({ deadline: 0 });
  const second = await scene(["Paid in euros."], { tools: [pay], journal: first.journal });
  await second.host.ready();
  await second.agent.steer("In euros.");
  const [asked] = await second.agent.approvals();
  await second.agent.approve(asked!);
  expect(await second.agent.solve("Pay.", { id: "m" })).toMatchObject({ answer: "Paid in euros." });
  expect(second.model.calls[0]?.prompt.at(-1)).toMatchObject({ role: "user", content: [{ text: "In euros." }] });
});

test("there is nothing to steer where no run is under way", async () => {
  const { agent } = await scene(["Yes."], { tools: [adder()] });
  await expect(agent.steer("Stop.")).rejects.toMatchObject({ code: "not-under-way" });
  const { run } = await agent.solve("Well?");
  await expect(agent.steer("Stop.", { run })).rejects.toMatchObject({ code: "not-under-way" });
});
