// What a run is limited to, and what it decided, is the same however many processes it is executed in.
// - work counts in its time, in turns that have not ended too; that people are waited for, and that no process is there, does not
// - whether messages are summed up is not decided again by the model that is chosen now
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { AitorHost } from "../agent/index.ts";
import type { EventEnvelope } from "../base/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { LLMManager } from "../llm/index.ts";
import { MockProvider, type MockScript, virtualClock } from "../testing/index.ts";
import { tool } from "../tools/index.ts";
import { defineReactAgent } from "./define-react-agent.ts";
import { RecordedTurns } from "./memory/recorded-turns.ts";
import { calling, type Scene, scene, type SceneOptions } from "./reasoning.fixture.ts";

const clock = virtualClock(1_000);

/** A tool that takes as long as the model says. */
const work = tool({
  name: "work",
  description: "Works.",
  input: z.object({ seconds: z.number() }),
  access: "read",
  run: ({ seconds }) => new Promise<string>((resolve) => void clock.timer(seconds * 1_000, () => resolve("worked"))),
});

const pay = tool({
  name: "pay",
  description: "Pays.",
  input: z.object({}),
  access: "money",
  approval: true,
  run: () => "paid",
});

describe("the time of a run", () => {
  /** A process of the run, on the same clock. */
  async function life(calls: readonly (readonly [string, unknown])[], options: SceneOptions): Promise<Scene> {
    const script: MockScript = ({ prompt }) => (prompt.at(-1)?.role === "tool" ? "Done." : calling(...calls));
    return scene(script, { clock, tools: [work, pay], limits: { time: "10s" }, ...options });
  }

  async function stopped({ host }: Scene): Promise<void> {
    const over = host.shutdown({ deadline: 0 });
    await clock.advance(0);
    await over;
  }

  test("is over after as much work in several processes as in one", async () => {
    const [journal, calls] = [memoryJournal(), [7, 8, 9].map((seconds) => ["work", { seconds }] as const)];
    const options = { journal, parallel: 1 };
    for (const ms of [7_500, 8_500]) {
      const before = await life(calls, options);
      before.agent.solve("Go.", { id: "m" }).catch(() => {});
      await clock.advance(ms);
      await stopped(before);
    }
    const { agent } = await life(calls, options);
    const solving = agent.solve("Go.", { id: "m" });
    await clock.advance(9_000);
    const result = await solving;
    expect(result).toMatchObject({ status: "limited", reason: "time" });
    expect(result.trace.filter(({ outcome }) => outcome === "ok")).toHaveLength(3);
    expect(await agent.replay(result.run)).toMatchObject({ same: true });
  });

  test.each([
    ["counts where an approval waits beside work", 11, { status: "limited", reason: "time" }],
    ["leaves out that an approval alone is waited for, and that there is no process", 9, { status: "answered" }],
  ] as const)("%s", async (_, seconds, expected) => {
    const [journal, calls] = [memoryJournal(), [["pay", {}] as const, ["work", { seconds }] as const]];
    const before = await life(calls, { journal });
    before.agent.solve("Go.", { id: "m" }).catch(() => {});
    await clock.advance(seconds * 1_000);
    await clock.advance("1h");
    await stopped(before);
    await clock.advance("1h");
    const { agent } = await life(calls, { journal });
    const solving = agent.solve("Go.", { id: "m" });
    await clock.advance("1h");
    await agent.approve((await agent.approvals())[0]!);
    expect(await solving).toMatchObject(expected);
  });

  test.each([
    ["nothing of a turn that has ended", [0, "step-started"], [5, "step-finished"], [5, "turn-finished"], 0],
    ["what is beside each other once", [0, "step-started"], [0, "step-started"], [4, "step-finished"], 4],
    ["nothing of what was under way at a kill", [0, "step-started"], [9, "run-resumed"], [9, "step-started"], 0],
    ["nothing of an answer after it", [0, "step-started"], [9, "signal-received"], [9, "run-resumed"], 0],
    ["no rest", [0, "signal-awaited"], [0, "run-suspended"], [9, "signal-received"], 0],
    ["what came before a stop", [0, "step-started"], [5, "run-paused"], [9, "run-resumed"], 5],
    ["no clock that was set back", [5, "step-started"], [0, "step-finished"], [3, "step-finished"], 3],
  ] as const)("has of its record %s", async (_, ...told) => {
    const ms = told.at(-1);
    const recorded = new RecordedTurns();
    await recorded.read(record([0, "run-started"], ...(told.slice(0, -1) as Told[])));
    expect(recorded.time).toBe(ms);
  });
});

type Told = readonly [at: number, type: string];

async function* record(...events: readonly Told[]): AsyncGenerator<EventEnvelope> {
  for (const [at, type] of events) {
    const key = type === "turn-finished" ? "react" : type.startsWith("run-") ? "" : "react/#1/work[1.1]/inner";
    yield { v: 1, stream: "r", seq: 1, at, run: "r", key, type, data: {} };
  }
}

describe("whether messages are summed up", () => {
  const script: MockScript = ({ prompt }) => {
    const text = JSON.stringify(prompt);
    if (text.includes("Sum up this part")) return "A summary.";
    return text.includes("Pay.") && prompt.at(-1)?.role !== "tool" ? calling(["pay", {}]) : "word ".repeat(30);
  };

  /** A process in which the first of these models is asked. */
  async function life(journal: Journal, ...windows: readonly number[]) {
    const models = windows.map(
      (contextWindow) => new MockProvider(script, { model: `${contextWindow}`, contextWindow }),
    );
    const Payer = defineReactAgent({ name: "payer", llm: new LLMManager({ models }), tools: [pay], compaction: {} });
    const host = new AitorHost({ journal, agents: [Payer] });
    return { host, agent: await host.open(Payer, "1") };
  }

  test.each([
    ["was, once a large model is chosen", 300, 100_000, 1],
    ["was not, once a small model is chosen", 100_000, 300, 0],
  ] as const)("is what it %s", async (_, then, now, summaries) => {
    const journal = memoryJournal();
    const first = await life(journal, then, now);
    await first.agent.useModel("mock/100000");
    for (let count = 0; count < 6; count++) await first.agent.chat(`Tell me of ${count}.`);
    await first.agent.useModel(`mock/${then}`);
    const stream = first.agent.stream("Pay.");
    for await (const { type } of stream) if (type === "run-suspended") break;
    await first.host.shutdown();
    const { agent, host } = await life(journal, now, then);
    const going = await agent.follow(stream.id);
    await agent.approve((await agent.approvals())[0]!);
    const { run } = await going.result;
    const firstTurn = (await Array.fromAsync(host.runs.events(run))).filter(({ key }) => key === "react/#1/compact");
    expect(firstTurn.filter(({ type }) => type === "step-finished")).toHaveLength(summaries);
    expect(await agent.replay(run)).toMatchObject({ same: true });
  });
});
