// Work on a plan, and calls beside it in the same turn, killed twice at any moment: what one of them has on record is known to the
// others when they decide anew, so that nothing is done twice, and nobody is left out.
import { expect, test } from "vitest";
import { memoryJournal } from "../journal/index.ts";
import { type MockReply, virtualClock, type VirtualClock } from "../testing/index.ts";
import { type Asked, isSub, planningScene, type PlanningScene, todoOf } from "./planning.fixture.ts";
import { recordedPlanning } from "./recorded-plan.ts";

const delegated = (task: string) => ({ name: "subagent_delegate", input: { agent: "worker", task } });
const work = { name: "plan_work", input: {} };

function script(asked: Asked): MockReply {
  if (isSub(asked)) return { text: `${todoOf(asked)} is done`, latency: "1s" };
  const todos = ["a", "b", "c"].map((content) => ({ content }));
  if (asked.results.length === 0) return { toolCalls: [{ name: "plan_add", input: { todos } }] };
  if (asked.results.length > 1) return JSON.stringify(asked.results);
  return { toolCalls: [delegated("one"), work, delegated("two"), work, delegated("three")] };
}

async function pass(clock: VirtualClock, halfSeconds: number): Promise<void> {
  for (let n = 0; n < halfSeconds; n++) {
    await clock.advance("500ms");
    await new Promise(setImmediate);
  }
}

async function killed({ host, clock }: PlanningScene): Promise<void> {
  await Promise.all([host.shutdown({ deadline: 0 }), clock.advance(0)]);
}

test.each([{ parallel: 1 }, { parallel: 2 }, { parallel: 2, share: 1 }, { parallel: 3, share: 1 }])(
  "with $parallel at a time, share $share",
  async ({ parallel, share }) => {
    for (let at = 1; at < 16; at += 2) {
      const journal = memoryJournal();
      const opened = (now: number) =>
        planningScene(script, {
          journal,
          clock: virtualClock(now),
          limits: { steps: 60 },
          plan: { parallel, review: "never" },
          subAgents: [{ name: "worker", ...(share !== undefined && { share }) }],
        });
      const first = await opened(0);
      first.agent.solve("Do it.", { id: "m" }).catch(() => {});
      await pass(first.clock, at);
      await killed(first);
      const second = await opened(60_000);
      await second.host.ready();
      await pass(second.clock, Math.floor(at / 2));
      await killed(second);
      const { agent, clock, host } = await opened(120_000);
      await host.ready();
      await pass(clock, 40);
      const { answer, plan, run } = await agent.solve("Do it.", { id: "m" });
      expect(plan?.todos.map(({ end }) => end)).toEqual(["done", "done", "done"]);
      for (const task of ["one", "two", "three"]) expect(answer).toContain(`${task} is done`);
      expect(answer).not.toContain("no budget");
      const { agents } = await recordedPlanning(journal, run);
      expect(agents.map(({ task }) => task).sort()).toEqual(["call-2.1", "call-2.3", "call-2.5", "t1", "t2", "t3"]);
      expect((await agent.replay(run)).same).toBe(true);
    }
  },
);
