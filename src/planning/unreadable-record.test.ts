// Sub-agents whose records cannot be read: the call that reads one fails, and those beside it and behind it go on.
import { expect, test } from "vitest";
import { defineAgent } from "../agent/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import type { ReactMessage, ReactReply } from "../reasoning/index.ts";
import type { MockReply } from "../testing/index.ts";
import { type Asked, isSub, planningScene, todoOf } from "./planning.fixture.ts";

/** A journal from which runs whose ids end so cannot be read while that is wanted. */
function unreadable(end: string, wanted: () => boolean): Journal {
  const journal = memoryJournal();
  const read: Journal["read"] = (stream, from) => {
    if (stream.endsWith(end) && wanted()) throw new Error("the disk is gone");
    return journal.read(stream, from);
  };
  return new Proxy(journal, {
    get: (target, name) => {
      if (name === "read") return read;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

const call = (name: string, input: unknown = {}): MockReply => ({ toolCalls: [{ name, input }] });
const delegated = (agent: string, task: string) => ({ name: "subagent_delegate", input: { agent, task } });

test("what was granted to one that failed is there for others, also where its record cannot be read", async () => {
  const broken = defineAgent({
    name: "broken",
    memory: () => ({}),
    onReceive: (_message: ReactMessage): ReactReply => {
      throw new Error("broken");
    },
  });
  const script = (asked: Asked): MockReply => {
    if (isSub(asked)) return `${todoOf(asked)} is done`;
    if (asked.results.length > 0) return JSON.stringify(asked.results);
    return { toolCalls: [delegated("broken", "one"), delegated("worker", "two")] };
  };
  let reads = 0;
  const { agent } = await planningScene(script, {
    // It is read once when it begins.
    journal: unreadable("broken[call-1.1]", () => reads++ > 0),
    limits: { tokens: 1_000_000 },
    subAgents: [
      { agent: broken, share: 1 },
      { name: "worker", share: 1 },
    ],
  });
  const { answer } = await agent.solve("Do it.");
  expect(answer).toContain("the disk is gone");
  expect(answer).toContain("two is done");
});

test("work that could not begin leaves its places and grants to what is begun later", async () => {
  let isGone = false;
  const script = (asked: Asked): MockReply => {
    if (isSub(asked)) return { text: "done", latency: "1m" };
    const { results, last } = asked;
    const { tool, output } = results.at(-1) ?? {};
    if (tool === undefined) return call("plan_add", { todos: [{ content: "a" }] });
    if (last === "Do it." || tool === "plan_mark") return call("plan_work");
    const failed = JSON.stringify(output).includes("the disk is gone");
    if (failed) return call("plan_mark", { todos: [{ id: "t1", status: "pending" }] });
    return JSON.stringify(output).includes("All todos are over") ? "Over." : call("plan_work");
  };
  const { agent, clock } = await planningScene(script, {
    // Who begins it again is told what the one that was cut off had done.
    journal: unreadable("worker[t1]", () => isGone && !(isGone = false)),
    limits: { tokens: 1_000_000 },
    plan: { parallel: 1 },
    subAgents: [{ name: "worker", share: 1 }],
  });
  const stream = agent.stream("Do it.");
  await clock.advance("1s");
  await stream.cancel("enough");
  await stream.result;
  isGone = true;
  const solving = agent.solve("Go on.");
  await clock.advance("1h");
  const { plan } = await solving;
  expect(isGone).toBe(false);
  expect(plan?.todos).toMatchObject([{ end: "done" }]);
});
