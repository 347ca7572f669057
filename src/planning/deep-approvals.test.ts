// An approval three levels down is listed at the top with its address and answered there, a restart later too; none is lost, and
// each call is made once. The time in which nothing but people is waited for does not count, at any level.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { memoryJournal } from "../journal/index.ts";
import { sqliteJournal } from "../sqlite/index.ts";
import { type MockReply, virtualClock } from "../testing/index.ts";
import { tool } from "../tools/index.ts";
import { definePlanningAgent } from "./define-planning-agent.ts";
import { type Asked, planningScene, type PlanningScene, type PlanningSceneOptions } from "./planning.fixture.ts";

const call = (name: string, input: unknown = {}): MockReply => ({ toolCalls: [{ name, input }] });

/** Top and middle plan two todos each, and the lowest pays. */
function script({ task, results, call: { tools = [] } }: Asked): MockReply {
  const isLowest = !tools.some(({ name }) => name === "plan_work");
  const who = /^(?:pay )?(\w+)/.exec(task)?.[1] ?? "";
  if (isLowest) return results.length === 0 ? call("pay", { to: who }) : `paid ${JSON.stringify(results[0]?.output)}`;
  switch (results.length) {
    case 0: {
      const todos = ["x", "y"].map((part) => ({ id: part, content: `${who}${part}` }));
      return call("plan_add", { todos });
    }
    case 1:
      return call("plan_work");
    default:
      return JSON.stringify(results.at(-1)?.output);
  }
}

function payments(
  options: PlanningSceneOptions = {},
  paid: string[] = [],
): { paid: string[]; options: PlanningSceneOptions } {
  const pay = tool({
    name: "pay",
    description: "Pays.",
    input: z.object({ to: z.string() }),
    access: "money",
    approval: true,
    run: ({ to }) => (paid.push(to), `paid ${to}`),
  });
  const subAgents: PlanningSceneOptions["sub"] = (llm) => [
    { agent: definePlanningAgent({ name: "middle", llm, tools: [pay], limits: { time: "10m" } }) },
  ];
  // All of the lowest wait at the same time.
  return { paid, options: { sub: subAgents, limits: { time: "10m" }, plan: { parallel: 8 }, ...options } };
}

async function until(scene: PlanningScene, count: number): Promise<void> {
  while ((await scene.agent.approvals()).length < count) await scene.clock.advance(0);
}

test("they are listed with their addresses, and answered in any order", async () => {
  const { paid, options } = payments();
  const scene = await planningScene(script, options);
  const solving = scene.agent.solve("top", { id: "m" });
  await until(scene, 4);
  const asked = await scene.agent.approvals();
  expect(asked.map(({ args }) => (args as { to: string }).to).sort()).toEqual(["topxx", "topxy", "topyx", "topyy"]);
  for (const { run } of asked) expect(run).toMatch(/^planner\/1\/m\/.*\/middle\[[xy]\]\/.*\/worker\[[xy]\]$/);
  expect(scene.host.stats()).toMatchObject({ suspended: 1 });
  await scene.clock.advance("3d");
  for (const one of asked.toReversed()) {
    const { to } = one.args as { to: string };
    if (to === "topxy") await scene.agent.reject(one, "not that one");
    else if (to === "topyx") await scene.agent.edit(one, { to: "somebody" });
    else await scene.agent.approve(one);
  }
  const result = await solving;
  expect(result).toMatchObject({ status: "answered" });
  expect(paid.sort()).toEqual(["somebody", "topxx", "topyy"]);
  expect(result.answer).toContain("not that one");
  expect(await scene.agent.approvals()).toEqual([]);
});

test.each(["memory", "disk"])("they survive the process, one after the other: %s", async (kind) => {
  const folder = mkdtempSync(join(tmpdir(), "aitor-deep-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const kept = memoryJournal();
  const paid: string[] = [];
  let left = 4;
  for (let life = 0; life < 5; life++) {
    const journal = kind === "disk" ? sqliteJournal(join(folder, "a.db")) : kept;
    const clock = virtualClock(1_000 + life * 86_400_000);
    const scene = await planningScene(script, { ...payments({}, paid).options, journal, clock });
    const solving = scene.agent.solve("top", { id: "m" });
    solving.catch(() => {});
    await until(scene, left);
    const asked = await scene.agent.approvals();
    expect(asked).toHaveLength(left);
    if (left === 0) {
      expect(await solving).toMatchObject({ status: "answered" });
    } else {
      await scene.agent.approve(asked[life % asked.length]!);
      left--;
      if (left > 0) while ((await scene.agent.approvals()).length > left) await scene.clock.advance(0);
      else await solving;
    }
    await scene.host.shutdown({ deadline: 0 });
    if (kind === "disk") await journal.close();
  }
  expect(paid.sort()).toEqual(["topxx", "topxy", "topyx", "topyy"]);
});

test("one three levels below the top is listed there, survives the process, and is answered there", async () => {
  const journal = memoryJournal();
  const { paid, options } = payments();
  const deep: PlanningSceneOptions = {
    ...options,
    plan: { depth: 3, parallel: 8 },
    sub: (llm) => {
      const below = options.sub?.(llm) ?? [];
      return [{ agent: definePlanningAgent({ name: "upper", llm, subAgents: below, plan: { parallel: 4 } }) }];
    },
  };
  for (let life = 0; life < 2; life++) {
    const scene = await planningScene(script, { ...deep, journal, clock: virtualClock(1_000 + life) });
    const solving = scene.agent.solve("top", { id: "m" });
    solving.catch(() => {});
    // What is on record waits again once it goes on.
    await scene.host.ready();
    await scene.clock.advance(0);
    await until(scene, 8);
    const asked = await scene.agent.approvals();
    expect(asked.map(({ args }) => (args as { to: string }).to).sort()).toEqual(
      ["xxx", "xxy", "xyx", "xyy", "yxx", "yxy", "yyx", "yyy"].map((part) => `top${part}`),
    );
    for (const { run } of asked) expect(run.match(/\/(?:upper|middle|worker)\[[xy]\]/g)).toHaveLength(3);
    expect(paid).toEqual([]);
    if (life === 1) {
      for (const one of asked) await scene.agent.approve(one);
      expect(await solving).toMatchObject({ status: "answered" });
    }
    await scene.host.shutdown({ deadline: 0 });
  }
  expect(paid).toHaveLength(8);
  expect(new Set(paid).size).toBe(8);
});

test("a cancel at the top ends what waits below", async () => {
  const { paid, options } = payments();
  const scene = await planningScene(script, options);
  const solving = scene.agent.solve("top", { id: "m" });
  await until(scene, 4);
  await scene.agent.cancel("planner/1/m", "enough");
  expect(await solving).toMatchObject({ status: "stopped", reason: "aborted" });
  expect(await scene.agent.approvals()).toEqual([]);
  expect(paid).toEqual([]);
  for await (const { ended } of scene.journal.heads({ kind: "run" })) expect(ended).toBe(true);
});

test("no wait for a person counts, however many there are at a level", async () => {
  const { options } = payments();
  const twice = ({ task, results, call: { tools = [] } }: Asked): MockReply => {
    if (tools.some(({ name }) => name === "plan_work")) return script({ task, results, call: { tools } } as Asked);
    return results.length < 3 ? call("pay", { to: `${results.length}` }) : "paid thrice";
  };
  const scene = await planningScene(twice, options);
  const solving = scene.agent.solve("top", { id: "m" });
  for (let wait = 0; wait < 3; wait++) {
    await until(scene, 4);
    for (const one of await scene.agent.approvals()) {
      // Somebody takes a day for each.
      await scene.clock.advance("1d");
      await scene.agent.approve(one);
      await scene.clock.advance(0);
    }
  }
  expect(await solving).toMatchObject({ status: "answered" });
  expect((await solving).plan?.todos.map(({ end }) => end)).toEqual(["done", "done"]);
});
