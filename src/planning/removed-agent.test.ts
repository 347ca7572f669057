// A sub-agent that was taken out of a planner's definition while it was at work.
import { expect, test } from "vitest";
import { z } from "zod";
import type { MockReply } from "../testing/index.ts";
import { tool } from "../tools/index.ts";
import { type Asked, isSub, planningScene, todoOf } from "./planning.fixture.ts";

const pay = tool({
  name: "pay",
  description: "Pays.",
  input: z.object({}),
  access: "money",
  approval: true,
  run: () => "paid",
});

function script(asked: Asked): MockReply {
  if (isSub(asked)) {
    if (todoOf(asked) === "slow") return { text: "done slowly", latency: "2m" };
    return asked.results.length > 0 ? "paid, done" : { toolCalls: [{ name: "pay", input: {} }] };
  }
  const { results } = asked;
  if (results.length === 0)
    return {
      toolCalls: [
        {
          name: "plan_add",
          input: {
            todos: [
              { id: "p", content: "pay it", assignee: "payer" },
              { id: "s", content: "slow", assignee: "worker" },
            ],
          },
        },
      ],
    };
  if (results.at(-1)?.tool === "plan_add") return { toolCalls: [{ name: "plan_work", input: {} }] };
  return "Over.";
}

test("its todo fails at once, and its run ends, while others go on", async () => {
  const tools = [pay];
  const limits = { steps: 40 };
  const [worker, payer] = [
    { name: "worker", role: "works" },
    { name: "payer", role: "pays" },
  ];
  const plan = { review: "never" } as const;
  const first = await planningScene(script, { tools, limits, subAgents: [payer, worker], plan });
  void first.agent.solve("Pay.", { id: "m" }).catch(() => {});
  while ((await first.agent.approvals()).length === 0) await first.clock.advance(0);
  await Promise.all([first.host.shutdown({ deadline: 0 }), first.clock.advance(0)]);
  const { journal, clock } = first;
  const second = await planningScene(script, { journal, clock, tools, limits, subAgents: [worker], plan });
  await second.host.ready();
  while ((await second.agent.approvals()).length > 0) await clock.advance(0);
  const states = async (): Promise<Record<string, string>> => {
    const heads = await Array.fromAsync(journal.heads({ kind: "run" }));
    return Object.fromEntries(heads.map(({ stream, state }) => [stream.slice(stream.lastIndexOf("/") + 1), state]));
  };
  expect(await states()).toEqual({ m: "running", "payer[p]": "cancelled", "worker[s]": "running" });
  const solving = second.agent.solve("Pay.", { id: "m" });
  await clock.advance("2h");
  const result = await solving;
  expect(result.answer).toBe("Over.");
  expect(result.plan?.todos.map(({ id, end, reason }) => [id, end, reason])).toMatchObject([
    // A planner knows no keys of steps: what went wrong stands alone.
    ["p", "failed", 'there is no sub-agent "payer"; one of worker'],
    ["s", "done", undefined],
  ]);
  expect(result.plan?.agents.steps).toBe(2);
});
