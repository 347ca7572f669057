// Work on a plan, and calls beside it in the same turn, killed at every write: what one of them has on record is known to the others
// when they decide anew, so that nothing is done twice, and nobody is left out.
import { expect, test } from "vitest";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { type CrashPoint, crashingJournal, type MockReply, virtualClock } from "../testing/index.ts";
import { type Asked, isSub, planningScene, type PlanningSceneOptions, todoOf } from "./planning.fixture.ts";
import { recordedPlanning } from "./sub-agents/recorded-plan.ts";

const delegated = (task: string) => ({ name: "subagent_delegate", input: { agent: "worker", task } });
const work = { name: "plan_work", input: {} };

function script(asked: Asked): MockReply {
  if (isSub(asked)) return `${todoOf(asked)} is done`;
  const todos = ["a", "b", "c"].map((content) => ({ content }));
  if (asked.results.length === 0) return { toolCalls: [{ name: "plan_add", input: { todos } }] };
  if (asked.results.length > 1) return JSON.stringify(asked.results);
  return { toolCalls: [delegated("one"), work, delegated("two"), work, delegated("three")] };
}

type Script = (asked: Asked) => MockReply;

/** What each process left that was killed at one of its writes, from the third on, one after the other. */
async function* leftByKills(
  reply: Script,
  options: PlanningSceneOptions,
  whens: readonly CrashPoint["when"][],
): AsyncGenerator<Journal> {
  for (const when of whens) {
    for (let append = 3; ; append++) {
      const journal = memoryJournal();
      const crashing = crashingJournal(journal, { append, when });
      const first = await planningScene(reply, { ...options, journal: crashing });
      const solving = first.agent.solve("Do it.", { id: "m" });
      solving.catch(() => {});
      if ((await Promise.race([solving, crashing.crashed])) !== undefined) break;
      await first.clock.advance(0);
      yield journal;
    }
  }
}

async function goOn(reply: Script, options: PlanningSceneOptions, journal: Journal) {
  const { agent } = await planningScene(reply, { ...options, journal, clock: virtualClock(60_000) });
  return { agent, ...(await agent.solve("Do it.", { id: "m" })) };
}

test.each([{ parallel: 1 }, { parallel: 2 }, { parallel: 2, share: 1 }, { parallel: 3, share: 1 }])(
  "with $parallel at a time, share $share",
  { timeout: 60_000 },
  async ({ parallel, share }) => {
    const more = {
      limits: { steps: 60 },
      plan: { parallel, review: "never" as const },
      subAgents: [{ name: "worker", ...(share !== undefined && { share }) }],
    };
    let kills = 0;
    for await (const journal of leftByKills(script, more, ["after"])) {
      kills++;
      const { agent, answer, plan, run } = await goOn(script, more, journal);
      expect(plan?.todos.map(({ end }) => end)).toEqual(["done", "done", "done"]);
      for (const task of ["one", "two", "three"]) expect(answer).toContain(`${task} is done`);
      expect(answer).not.toContain("no budget");
      const { agents } = await recordedPlanning(journal, run);
      expect(agents.map(({ task }) => task).sort()).toEqual(["call-2.1", "call-2.3", "call-2.5", "t1", "t2", "t3"]);
      expect((await agent.replay(run)).same).toBe(true);
    }
    expect(kills).toBeGreaterThan(50);
  },
);

test(
  "what is added beside the work that begins with it is done, wherever the process died",
  { timeout: 60_000 },
  async () => {
    const reply = (asked: Asked): MockReply => {
      if (isSub(asked)) return { text: `${todoOf(asked)} is done`, usage: "unknown" };
      const { length } = asked.results;
      const add = (content: string) => ({ name: "plan_add", input: { todos: [{ content }] } });
      // The work is called before what it works on is there; calls beside each other go on as they come.
      if (length === 0) return { toolCalls: [add("a")] };
      if (length === 1) return { toolCalls: [work, add("b"), add("c")] };
      return length < 6 ? { toolCalls: [work] } : "done";
    };
    const more = { limits: { steps: 60, tokens: 1_000_000 }, plan: { review: "never" as const } };
    let kills = 0;
    for await (const journal of leftByKills(reply, more, ["before", "after"])) {
      kills++;
      const { agent, plan, run } = await goOn(reply, more, journal);
      const ends = plan?.todos.map(({ content, end, result }) => `${content}: ${end}, ${result}`);
      expect(ends?.sort()).toEqual(["a: done, a is done", "b: done, b is done", "c: done, c is done"]);
      const { agents } = await recordedPlanning(journal, run);
      expect(agents.map(({ task }) => task).sort()).toEqual(["t1", "t2", "t3"]);
      expect(await agent.replay(run)).toMatchObject({ same: true });
    }
    expect(kills).toBeGreaterThan(50);
  },
);

test(
  "a sub-agent that was made beside a call that asks it is known to that call, wherever the process died",
  { timeout: 60_000 },
  async () => {
    const made = { name: "subagent_create", input: { name: "maker", role: "makes" } };
    const asking = { name: "subagent_delegate", input: { agent: "maker", task: "alone" } };
    const reply = (asked: Asked): MockReply => {
      if (isSub(asked)) return `${todoOf(asked)} is done`;
      return asked.results.length === 0 ? { toolCalls: [made, asking] } : JSON.stringify(asked.results);
    };
    let known = 0;
    for await (const journal of leftByKills(reply, {}, ["before", "after"])) {
      const wasMade = await isOnRecord(journal, "sub-agent-made");
      const { agent, answer, run } = await goOn(reply, {}, journal);
      expect(answer).toContain('{"made":"maker"}');
      // Of calls that both begin anew, either may be the first.
      if (wasMade) expect(answer).toContain("alone is done");
      known += wasMade ? 1 : 0;
      expect(await agent.replay(run)).toMatchObject({ same: true });
    }
    expect(known).toBeGreaterThan(10);
  },
);

test(
  "work goes on where a call beside it gives up what it was about to begin, wherever the process died",
  { timeout: 60_000 },
  async () => {
    const cancel = { name: "plan_mark", input: { todos: [{ id: "t1", status: "cancelled", note: "no" }] } };
    const reply = (asked: Asked): MockReply => {
      if (isSub(asked)) return `${todoOf(asked)} is done`;
      const { length } = asked.results;
      const todos = ["a", "b", "c"].map((content) => ({ content }));
      if (length === 0) return { toolCalls: [{ name: "plan_add", input: { todos } }] };
      return length === 1 ? { toolCalls: [work, cancel, work] } : JSON.stringify(asked.results);
    };
    const more = { limits: { steps: 60 }, plan: { parallel: 1, review: "never" as const } };
    let kills = 0;
    for await (const journal of leftByKills(reply, more, ["after"])) {
      kills++;
      const { agent, answer, plan, run } = await goOn(reply, more, journal);
      expect(answer).not.toContain("cannot be started");
      expect(plan?.todos.map(({ end }) => end)).toEqual(["cancelled", "done", "done"]);
      expect(await agent.replay(run)).toMatchObject({ same: true });
    }
    expect(kills).toBeGreaterThan(40);
  },
);

const anew = {
  "dropped, and another took its id": [
    work,
    { name: "plan_drop", input: { ids: ["t1"], reason: "wrong", dependents: "release" } },
    { name: "plan_add", input: { todos: [{ id: "t1", content: "new" }] } },
    work,
  ],
  "opened again": [work, { name: "plan_mark", input: { todos: [{ id: "t1", status: "pending" }] } }, work],
};

/** The work that was begun first ends first, and while the other is under way. */
function replyAnew(calls: (typeof anew)[keyof typeof anew]) {
  return (asked: Asked): MockReply => {
    if (isSub(asked)) return { text: `${todoOf(asked)} is done`, latency: todoOf(asked) === "new" ? "2m" : "1m" };
    const todos = [
      { id: "t1", content: "old" },
      { id: "t2", content: "next", dependsOn: ["t1"] },
    ];
    if (asked.results.length === 0) return { toolCalls: [{ name: "plan_add", input: { todos } }] };
    const isOver = asked.results.some(({ output }) => JSON.stringify(output).includes("All todos are over"));
    if (asked.results.length === 1) return { toolCalls: calls };
    return isOver ? "done" : { toolCalls: [work] };
  };
}

/** Two calls at a time: those behind the work come while that is under way. */
const beside = { parallel: 2, limits: { steps: 60, tokens: 1_000_000 } };

test.each(Object.entries(anew))(
  "what a sub-agent was given for a todo is not the result of what is done since it was %s, wherever the process died",
  { timeout: 60_000 },
  async (_, calls) => {
    let kills = 0;
    let opened = 0;
    for (let append = 3; ; append++) {
      const journal = memoryJournal();
      const crashing = crashingJournal(journal, { append, when: "after" });
      const first = await planningScene(replyAnew(calls), { ...beside, journal: crashing });
      const solving = first.agent.solve("Do it.", { id: "m" });
      solving.catch(() => {});
      const ended = Promise.race([solving, crashing.crashed]);
      await first.clock.advance("1h");
      if ((await ended) !== undefined) break;
      kills++;
      const { agent, clock } = await planningScene(replyAnew(calls), {
        ...beside,
        journal,
        clock: virtualClock(10_000_000),
      });
      const again = agent.solve("Do it.", { id: "m" });
      await clock.advance("1h");
      const { plan, run } = await again;
      const todo = plan?.todos.find(({ id }) => id === "t1");
      const content = calls === anew["opened again"] ? "old" : "new";
      expect(todo).toMatchObject({ end: "done", result: `${content} is done` });
      // Of calls that both begin anew either may be the first: then nothing was opened again, or the work had nothing to begin.
      const isAnew =
        !(await isOnRecord(journal, "step-failed", "plan_mark[2.2]")) &&
        (await isOnRecord(journal, "step-started", "plan_work[2.1]/worker[t1]"));
      opened += isAnew ? 1 : 0;
      if (isAnew) expect(todo?.run).toContain(`plan_work[2.${calls.length}]`);
      expect(await agent.replay(run)).toMatchObject({ same: true });
    }
    expect(kills).toBeGreaterThan(20);
    expect(opened).toBeGreaterThan(15);
  },
);

test("what was begun anew is opened again where the run ends before it, though the first has ended", async () => {
  const { agent, clock } = await planningScene(replyAnew(anew["dropped, and another took its id"]), beside);
  const stream = agent.stream("Do it.");
  await clock.advance("90s");
  await stream.cancel("enough");
  const { plan } = await stream.result;
  expect(plan?.todos.map(({ id, end }) => `${id} ${end}`).sort()).toEqual(["t1 dropped", "t1 unfinished", "t2 done"]);
  expect(await agent.todos({ status: "in-progress" })).toEqual([]);
});

async function isOnRecord(journal: Journal, type: string, key = ""): Promise<boolean> {
  for await (const event of journal.read("planner/1/m"))
    if (event.type === type && event.key.endsWith(key)) return true;
  return false;
}
