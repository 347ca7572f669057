import type { EventEnvelope } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import type { MockReply } from "../testing/index.ts";
import { type Asked, isSub, todoOf } from "./planning.fixture.ts";
import type { PlanEvent } from "./plan/plan-event.ts";
import { PLAN_CHANGED, type PlanChanged } from "./sub-agents/planning-fields.ts";
import { isMet } from "./plan/todo.ts";
import { TodoPlan } from "./plan/todo-plan.ts";

/** A number from 0 up to `below`, the same for the same texts. */
function chosen(below: number, ...of: readonly unknown[]): number {
  let hash = 2_166_136_261;
  for (const character of of.join("|")) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619);
  return ((hash ^ (hash >>> 13)) >>> 0) % below;
}

interface Trial {
  readonly seed: number;
  readonly todos: number;
}

/** What a planner is asked: its model makes the plan of this. */
export function problemOf({ seed, todos }: Trial): string {
  return `plan ${todos} with ${seed}`;
}

/**
 * A model for planner and sub-agents that decides all by what it is shown: a plan of so many todos, sub-agents that fail now and
 * then, and a planner that tries again, splits, skips, drops, or leaves what failed.
 */
export function randomModel(usage?: { readonly inputTokens: number; readonly outputTokens: number }) {
  return (asked: Asked): MockReply => {
    const reply = isSub(asked) ? subReply(asked) : plannerReply(asked);
    return usage === undefined ? reply : { ...(typeof reply === "string" ? { text: reply } : reply), usage };
  };
}

function subReply(asked: Asked): MockReply {
  const todo = todoOf(asked);
  const again = asked.task.includes("failedBefore");
  if (chosen(again ? 8 : 4, todo, again) === 0) return { toolCalls: [{ name: "no_such_tool", input: {} }] };
  if (asked.results.length === 0 && chosen(2, todo, "look") === 0)
    return { toolCalls: [{ name: "look", input: { todo } }] };
  return `result of ${todo}`;
}

function plannerReply({ task, results }: Asked): MockReply {
  const [, todos = 0, seed = 0] = (/plan (\d+) with (\d+)/.exec(task) ?? []).map(Number);
  const last = results.at(-1);
  if (last === undefined) return { toolCalls: [{ name: "plan_add", input: { todos: randomTodos(seed, todos) } }] };
  const output = last.output as { results?: { todo: string; status: string }[] };
  if (last.tool !== "plan_work") return { toolCalls: [{ name: "plan_work", input: {} }] };
  if (output.results === undefined || output.results.length === 0) return "That is all.";
  const failed = output.results.filter(({ status }) => status === "failed");
  const calls = failed.flatMap(({ todo: id }) => adapted(id, seed));
  return { toolCalls: calls.length > 0 ? calls : [{ name: "plan_work", input: {} }] };
}

function adapted(id: string, seed: number): { name: string; input: unknown }[] {
  switch (chosen(5, id, seed)) {
    case 0:
      return [{ name: "plan_mark", input: { todos: [{ id, status: "pending", note: "again" }] } }];
    case 1:
      return [
        {
          name: "plan_split",
          input: { id, parts: [{ content: `${id} first half` }, { content: `${id} second half` }] },
        },
      ];
    case 2:
      return [{ name: "plan_mark", input: { todos: [{ id, status: "skipped", note: "without" }] } }];
    case 3:
      return [{ name: "plan_drop", input: { ids: [id], reason: "no", dependents: "release" } }];
    default:
      return [];
  }
}

function randomTodos(seed: number, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const before = Array.from(
      { length: Math.min(index, chosen(3, seed, index, "how many")) },
      (__, nth) => `n${chosen(index, seed, index, nth)}`,
    );
    const priority = ["urgent", "high", "medium", "low"][chosen(4, seed, index, "priority")];
    return { id: `n${index}`, content: `n${index} of ${seed}`, priority, dependsOn: [...new Set(before)] };
  });
}

/** All events of a run and those below it, in the order of the journal. */
export async function eventsBelow(journal: Journal, run: string): Promise<EventEnvelope[]> {
  const all: EventEnvelope[] = [];
  for await (const { stream } of journal.heads({ kind: "run" })) {
    if (stream === run || stream.startsWith(`${run}/`)) all.push(...(await Array.fromAsync(journal.read(stream))));
  }
  return all.sort((a, b) => a.seq - b.seq);
}

/** What is wrong with how a plan was worked through, by its record alone, what plan that comes to, and all that was ever added to it. */
export function recordedWork(
  events: readonly EventEnvelope[],
  run: string,
): { faults: string[]; plan: TodoPlan; added: string[] } {
  const faults: string[] = [];
  const added: string[] = [];
  const known = new Map<string, string>();
  const answered = new Map<string, number>();
  let plan = TodoPlan.empty({ maxTodos: 10_000, maxDepth: 64 });
  for (const event of events) {
    if (event.run === run && event.type === PLAN_CHANGED) {
      const { key, events: changes, ...about } = event.data as PlanChanged;
      const said = JSON.stringify({ changes, about });
      // A step that comes again after a crash says what it has said, and decides nothing anew.
      if (known.has(key) && known.get(key) !== said) faults.push(`${key} was decided twice`);
      if (known.has(key)) continue;
      known.set(key, said);
      for (const change of changes) {
        faults.push(...changeFaults(plan, change));
        if (change.type === "todos-added") added.push(...change.todos.map(({ id }) => id));
        if (change.type === "todo-split") added.push(...change.parts.map(({ id }) => id));
        plan = plan.apply([change]);
      }
    }
    if (event.run !== run && event.type === "run-finished") {
      const { output } = event.data as { readonly output?: { readonly status?: string } };
      const task = event.run.slice(event.run.lastIndexOf("[") + 1, event.run.lastIndexOf("]"));
      if (output?.status === "answered") answered.set(task, (answered.get(task) ?? 0) + 1);
    }
  }
  for (const [task, times] of answered) if (times > 1) faults.push(`${task} was done ${times} times`);
  return { faults, plan, added };
}

function changeFaults(plan: TodoPlan, change: PlanEvent): string[] {
  if (change.type !== "todo-started" && change.type !== "todo-completed") return [];
  const { id } = change;
  const status = plan.get(id)?.status;
  if (change.type === "todo-completed") return status === "in-progress" ? [] : [`${id} was completed as ${status}`];
  const unmet = plan.waitsFor(id).filter((todo) => !isMet(todo.status));
  return [
    ...(unmet.length > 0 ? [`${id} was begun before ${unmet.map((todo) => todo.id).join()}`] : []),
    ...(status === "pending" ? [] : [`${id} was begun as ${status}`]),
  ];
}

/** Tokens and turns of all runs of a tree. */
export function spentIn(events: readonly EventEnvelope[]): { tokens: number; steps: number; usd: number } {
  const spent = { tokens: 0, steps: 0, usd: 0 };
  for (const { type, key, data } of events) {
    if (type === "model-called") {
      const { usage, cost = 0 } = data as { usage: { inputTokens?: number; outputTokens?: number }; cost?: number };
      spent.tokens += (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
      spent.usd += cost;
    }
    if (type === "step-finished" && /(?:^|\/)react\/#\d+\/think$/.test(key)) spent.steps++;
  }
  return spent;
}
