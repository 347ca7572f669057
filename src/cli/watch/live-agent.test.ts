// How a problem is solved, as a screen shows it: the plan as a list, with who works on what; below it how far all is, above it what
// the planner has changed, and why.
import { beforeEach, describe, expect, test } from "vitest";
import { type NewTodo, type PlanChange, type PlanningEvent, TodoPlan } from "../../planning/index.ts";
import type { ReactEvent } from "../../reasoning/index.ts";
import { virtualClock } from "../../testing/index.ts";
import { LiveAgent } from "./live-agent.ts";
import { PlainAgent } from "./plain-agent.ts";
import { Screen } from "../terminal/screen.fixture.ts";
import { Spending } from "../text/spending.ts";
import { style } from "../terminal/style.ts";
import { TodoBoard } from "../text/todo-board.ts";

let clock: ReturnType<typeof virtualClock>;
let screen: Screen;
let live: LiveAgent;
let plan: TodoPlan;

beforeEach(() => show(80, 24));

describe("a plan", () => {
  test("is a list: each todo with its state, who is at it and what with, what it took; and one line of progress", async () => {
    make([
      { id: "a", content: "first" },
      { id: "b", content: "second" },
      { id: "c", content: "third", dependsOn: ["a", "b"] },
      { id: "d", content: "left out" },
    ]);
    start("a", "worker");
    start("b", "worker");
    below("a", { type: "think-started", turn: 1 });
    below("a", { type: "think-finished", turn: 1, model: "m", text: "", reasoning: "", cost: 0.002, tokens: 1_234 });
    below("a", { type: "tool-called", turn: 1, call: "1.1", tool: "look", input: {} });
    end("b", { result: "fine" });
    changed(plan.at(0).skip("d", "no need"), ["no need"]);
    await clock.advance(14_000);
    expect(screen.lines()).toEqual([
      "▸ a plan of 4 todos: a, b, c, d",
      "↻ d skipped: no need",
      "⠋ a: first  worker, turn 1: calls look, 14 s, 1,234 tokens, $0.002",
      "✔ b: second  worker",
      "○ c: third  waits for a",
      "↷ d: left out  no need",
      "⠋ 2 of 4 · 1 working · 1,234 tokens · $0.002 · 00:14",
    ]);
  });

  test("is cut to the width, the facts before the content; what somebody wrote is not obeyed", async () => {
    show(40, 24);
    make([{ id: "a", content: `\x1b[2J${"x".repeat(500)}\n\u202e` }]);
    start("a", "worker");
    below("a", { type: "tool-called", turn: 3, call: "3.1", tool: "a_tool_with_a_long_name", input: {} });
    await clock.advance(100);
    const [, row = ""] = screen.lines();
    expect(row).toMatch(/^⠙ a: \\x1b\[2Jx+… {2}worker, turn 3: c\w*…$/);
    expect(row.length).toBeLessThan(40);
  });

  test("of 500 todos is windowed to the height: what somebody is at, what failed, what is next, and how many more", async () => {
    show(60, 12);
    make(Array.from({ length: 500 }, (_, index) => ({ id: `n${index}`, content: "todo" })));
    for (let index = 0; index < 300; index++) {
      start(`n${index}`, "worker");
      end(`n${index}`, index === 7 ? { error: "gone" } : { result: "ok" });
    }
    start("n400", "worker");
    await clock.advance(100);
    const shown = screen.lines().slice(-10);
    expect(shown).toHaveLength(10);
    expect(shown.map((line) => line.split(":")[0])).toEqual([
      "✖ n7",
      ...Array.from({ length: 6 }, (_, index) => `○ n${300 + index}`),
      "⠙ n400",
      "… and 492 more",
      "⠙ 300 of 500 · 1 working · 1 failed · 00",
    ]);
  });

  test("with headings is indented", async () => {
    make([
      { id: "a", content: "whole" },
      { id: "b", content: "part", parent: "a" },
    ]);
    await clock.advance(100);
    expect(screen.lines().slice(1, 3)).toEqual(["○ a: whole", "  ○ b: part"]);
  });

  test("whose sub-agent waits for an approval says so, until there is an answer, at whatever level", async () => {
    make([{ id: "a", content: "pay" }]);
    start("a", "middle");
    below("a", { type: "think-started", turn: 1 });
    const request = { tool: "pay", args: {}, hash: "h", reason: "r", expires: 0, access: ["money"], description: "" };
    const asked = { type: "approval-requested", turn: 1, call: "1.1", key: "k", request } as unknown as ReactEvent;
    apply({ type: "agent-event", run: "r/a/x/react/#1/y[z]", agent: "y", task: "z", level: 2, event: asked });
    await clock.advance(100);
    expect(screen.lines()).toContain("? a: pay  middle, turn 1: waits for approval of pay, 0.1 s");
    const answered: ReactEvent = { type: "approval-answered", turn: 1, call: "1.1" };
    apply({ type: "agent-event", run: "r/a/x/react/#1/y[z]", agent: "y", task: "z", level: 2, event: answered });
    await clock.advance(100);
    expect(screen.lines().join("\n")).toContain("⠹ a: pay");
  });

  test("that somebody comes late to is as the snapshot says, and what was spent before counts", async () => {
    make([{ id: "a", content: "first" }]);
    const before = plan.at(0).start("a", "worker").plan;
    show(80, 24, new Spending({ tokens: 1_000, cost: 1 }));
    apply({ type: "snapshot", turn: 2, trace: [], text: "", reasoning: "", plan: before.toJSON() });
    plan = before;
    below("a", { type: "think-finished", turn: 4, model: "m", text: "", reasoning: "", cost: 0.5, tokens: 10 });
    await clock.advance(100);
    expect(screen.lines()).toEqual([
      "⠙ a: first  worker, turn 4, 0.1 s, 10 tokens, $0.50",
      "⠙ 0 of 1 · 1 working · 1,010 tokens · $1.50 · 00:00",
    ]);
  });

  test("stays at the end, with what is said last, and nothing moves any more", async () => {
    make([{ id: "a", content: "first" }]);
    start("a", "worker");
    end("a", { result: "ok" });
    await clock.advance(100);
    live.above("printed");
    live.end(["the end"]);
    await clock.advance(1_000);
    expect(screen.lines()).toEqual(["▸ a plan of 1 todo: a", "printed", "✔ a: first  worker", "the end"]);
    expect(screen.written.at(-1)?.endsWith("\x1b[?25h")).toBe(true);
  });
});

test("calls of the agent's own stand below the list, and above it when they are over", async () => {
  const called = { turn: 1, call: "1.1", tool: "look" };
  apply({ type: "tool-called", ...called, input: { at: "a" } });
  await clock.advance(1_500);
  expect(screen.lines()).toEqual(['⠴ look(at: "a")  1.5 s', "⠴ 00:01"]);
  apply({ type: "tool-finished", ...called, outcome: "ok", value: "seen", durationMs: 1_500 });
  await clock.advance(100);
  expect(screen.lines()).toEqual(['✔ look(at: "a")  1.5 s  seen', "⠦ 00:01"]);
});

test("a call without a price makes the cost of all unknown, and tokens are counted", async () => {
  apply({ type: "think-finished", turn: 1, model: "m", text: "", reasoning: "", cost: 1, tokens: 10 });
  apply({ type: "think-finished", turn: 2, model: "m", text: "", reasoning: "", tokens: 10 });
  await clock.advance(100);
  expect(screen.lines()).toEqual(["⠙ 20 tokens · 00:00"]);
});

test("in a pipe, a sign of life comes where nothing is told for a while", async () => {
  const said: string[] = [];
  const board = new TodoBoard(TodoPlan.empty(), new Spending());
  const plain = new PlainAgent(board, { plans: true, write: (text) => said.push(text), clock, style: style(false) });
  plan = TodoPlan.empty();
  const { events, plan: after } = plan.at(0).add([{ content: "x" }]);
  plain.apply({ type: "plan-made", todos: ["t1"], changes: events, progress: after.progress() });
  await clock.advance(9_000);
  plain.apply({ type: "think-started", turn: 2 });
  await clock.advance(12_000);
  plain.end(["over"]);
  await clock.advance(60_000);
  expect(said).toEqual([
    "▸ a plan of 1 todo: t1\n",
    "… 0 of 1 · thinks, turn 2 · 10 s\n",
    "… 0 of 1 · thinks, turn 2 · 20 s\n",
    "over\n",
  ]);
});

function show(columns: number, rows: number, spent: Spending = new Spending()): void {
  clock = virtualClock();
  screen = new Screen(columns, rows);
  plan = TodoPlan.empty();
  live = new LiveAgent(new TodoBoard(plan, spent), { plans: true, terminal: screen, clock, style: style(false) });
}

function apply(event: PlanningEvent): void {
  live.apply(event);
}

function make(todos: readonly NewTodo[]): void {
  const change = plan.at(0).add(todos);
  ({ plan } = change);
  apply({ type: "plan-made", todos: change.ids, changes: change.events, progress: plan.progress() });
}

function changed(change: PlanChange, reasons: readonly string[]): void {
  ({ plan } = change);
  apply({ type: "plan-changed", changes: change.events, reasons, progress: plan.progress() });
}

function start(todo: string, agent: string): void {
  const { events: changes, plan: after } = plan.at(0).start(todo, agent);
  plan = after;
  apply({ type: "todo-started", todo, content: "", agent, attempt: 1, changes });
}

function end(todo: string, how: { readonly result: string } | { readonly error: string }): void {
  const change = "result" in how ? plan.at(0).complete(todo, how.result) : plan.at(0).fail(todo, how.error);
  ({ plan } = change);
  const what = { todo, agent: "worker", changes: change.events, progress: plan.progress() };
  apply("result" in how ? { type: "todo-finished", ...what, ...how } : { type: "todo-failed", ...what, ...how });
}

/** In the run of the sub-agent that is at a todo. */
function below(task: string, event: ReactEvent): void {
  apply({ type: "agent-event", run: `r/a/x`, agent: "worker", task, level: 1, event });
}
