// A conversation, as a screen shows it: what is over above, at the bottom what is not, and the line that is typed.
import { beforeEach, expect, test } from "vitest";
import { TodoPlan } from "../../planning/index.ts";
import type { ReactEvent, ReactResult } from "../../reasoning/index.ts";
import { virtualClock } from "../../testing/index.ts";
import { ChatScreen, type ChatState, type TypedLine } from "./chat-screen.ts";
import { Screen } from "../terminal/screen.fixture.ts";
import { style } from "../terminal/style.ts";

let clock: ReturnType<typeof virtualClock>;
let screen: Screen;
let chat: ChatScreen;
let typed: { -readonly [Field in keyof TypedLine]: TypedLine[Field] };
let state: { -readonly [Field in keyof ChatState]: ChatState[Field] };

beforeEach(() => show(40, 20));

test("an answer is shown as it is written, and once", async () => {
  busy();
  chat.said("hello");
  write("You said", " hello", ".");
  expect(screen.lines()).toEqual(["› hello", "You said hello.", "› ⠋ 0 ms  Ctrl-C stops it"]);
  await answered("You said hello.");
  expect(screen.lines()).toEqual(["› hello", "You said hello.", "2 turns, 0 ms, 30 tokens, $0.50", "›"]);
});

test("an answer that did not come about is looked at in the journal that the conversation is in", async () => {
  show(80, 20);
  await ended({ status: "stopped", reason: "steps" });
  expect(screen.lines()).toContain("  aitor show r --journal j.db");
});

test("what is queued takes no more than the screen, whatever else is shown", () => {
  show(40, 10);
  call("1.1", "look", {});
  busy();
  state.queued = Array.from({ length: 12 }, (_, at) => `message ${at}`);
  chat.changed();
  chat.changed();
  expect(screen.lines().filter((line) => line.includes("message 0"))).toHaveLength(1);
  expect(screen.lines()).toContain("… and 8 more");
  expect(screen.cursor.line).toContain("Ctrl-C stops it");
});

test("the start of a step that is told late takes nothing from what was written", async () => {
  write("You said");
  event({ type: "think-started", turn: 1 });
  write(" hello.");
  await answered("You said hello.");
  expect(screen.lines().filter((line) => line.includes("hello"))).toEqual(["You said hello."]);
});

test("long lines are broken at spaces, and nothing of them is lost", async () => {
  const text = `${"many words that go on and on, ".repeat(5)}${"x".repeat(95)}\n\n  indented 日本語日本語`;
  for (let at = 0; at < text.length; at += 7) write(text.slice(at, at + 7));
  await answered(text);
  const rows = screen.lines().slice(0, -2);
  for (const row of rows) expect(row.length).toBeLessThanOrEqual(39);
  expect(rows.join("").replaceAll(" ", "")).toBe(text.replaceAll(/\s/g, ""));
});

test("calls that go on at the same time have a row each, and a line when they are over", async () => {
  show(60, 20);
  think("Let me look.");
  call("1.1", "weather", { city: "Oslo" });
  call("1.2", "weather", { city: "Rome", days: 3, of: "a list that is long", more: "and more" });
  event({ type: "tool-progressed", turn: 1, call: "1.2", tool: "weather", note: "waits" });
  await clock.advance(1_500);
  chat.changed();
  expect(screen.lines()).toEqual([
    "Let me look.",
    '⠴ weather(city: "Oslo")  1.5 s',
    '⠴ weather(city: "Rome", days: 3, of: "a list…  1.5 s  waits',
    "›",
  ]);
  over("1.1", "tool-failed", { message: "no such city\nat all" });
  call("1.3", "add", [1]);
  over("1.3", "ok", { value: { sum: 1 } });
  expect(screen.lines()).toEqual([
    "Let me look.",
    '✖ weather(city: "Oslo")  20 ms  no such city',
    '✔ add([1])  20 ms  {"sum":1}',
    '⠴ weather(city: "Rome", days: 3, of: "a list…  1.5 s  waits',
    "›",
  ]);
});

test("a todo that somebody is at keeps its name beside a long note, and its row leaves the last column free", () => {
  show(60, 20);
  const change = TodoPlan.empty()
    .at(0)
    .add([{ id: "docs", content: "read what is written about it" }]);
  const { events: changes } = change.plan.at(0).start("docs", "reader");
  const todo = { todo: "docs", agent: "reader" };
  chat.event({ type: "todo-started", ...todo, content: "read what is written about it", attempt: 1, changes });
  const note = "I look at what is written about it first, and then at the code, and then at what both say";
  chat.event({ type: "todo-progressed", ...todo, run: "r/docs/reader", turn: 3, note });
  const [, row = ""] = screen.lines();
  expect(row).toBe("⠋ docs: read what is writte…  0 ms  turn 3: I look at what…");
  expect(row.length).toBeLessThanOrEqual(59);
});

test("what a terminal would obey is written out, whoever wrote it and however it is cut into pieces", async () => {
  const hostile = "\x1b[2J\x1b]0;title\x07 \u202eabc \x9b31m \r\n";
  chat.said(hostile);
  for (const sign of hostile) write(sign);
  write("\ud83d", "\ude00", "\r", "\n");
  event({ type: "reasoning-delta", turn: 1, text: hostile });
  call("1.1", hostile, { [hostile]: hostile });
  over("1.1", hostile, { message: hostile });
  event({ type: "message-steered", content: hostile });
  event({ type: "model-retried", turn: 1, model: hostile, message: hostile });
  chat.failed(new Error(hostile));
  chat.note(hostile);
  typed.line = hostile;
  typed.cursor = hostile.length;
  chat.changed();
  for (const text of screen.written) {
    // Only what the screen itself does with the cursor is left; colours are off.
    const parts = text.split("\x1b[").map((part) => part.replace(/^(?:\?25[lh]|\d+[AC]|[JK])/, ""));
    expect(parts.join("").replaceAll(/[\r\n]/g, "")).not.toMatch(/[\p{Cc}\u202e]/u);
  }
  expect(screen.lines().join("\n")).toContain("😀");
});

test("what may be JSON that is meant for Aitor is held back until it is read", async () => {
  write('{"action":"result",', '"answer":"42"}');
  expect(screen.lines()).toEqual(["›"]);
  event({ type: "think-finished", turn: 1, model: "m", text: "42", reasoning: "" });
  await ended({ status: "answered", reason: "answer", answer: "42" });
  expect(screen.lines()).toEqual(["42", "2 turns, 0 ms, 30 tokens, $0.50", "›"]);
});

test("a reply that begins anew says so, and an answer that nobody wrote is shown all the same", async () => {
  write("Half of");
  event({ type: "snapshot", turn: 1, trace: [], text: "", reasoning: "" });
  write("All of it.");
  await answered("All of it.");
  await ended({ status: "answered", reason: "answer", answer: "From the record." });
  expect(screen.lines()).toEqual([
    "Half of",
    "▲ the reply begins anew",
    "All of it.",
    "2 turns, 0 ms, 30 tokens, $0.50",
    "From the record.",
    "2 turns, 0 ms, 30 tokens, $0.50",
    "›",
  ]);
});

test("the cursor is where the next sign goes, also in a line that is longer than the screen", () => {
  type("hello", 2);
  expect(screen.cursor).toEqual({ line: "› hello", column: 4 });
  type("日本", 1);
  expect(screen.cursor).toEqual({ line: "› 日本", column: 4 });
  type("x".repeat(100), 100);
  expect(screen.cursor.line.length).toBeLessThanOrEqual(40);
  expect(screen.cursor).toMatchObject({ column: screen.cursor.line.length });
  type("x".repeat(100), 0);
  expect(screen.cursor).toMatchObject({ column: 2 });
});

test("what is typed meanwhile stays in the last row, with what waits for its turn above it", () => {
  busy();
  state.queued = ["the next one"];
  type("half a mess", 11);
  write("Words come.");
  expect(screen.lines()).toEqual(["Words come.", "  next: the next one", "› half a mess"]);
  expect(screen.cursor.column).toBe(13);
});

test("a question is shown once, and asked where something is typed; the call that it is of waits", () => {
  const asked: boolean[] = [];
  chat.show(
    typed,
    () => state,
    (isAsking) => asked.push(isAsking),
  );
  think("");
  call("1.1", "pay", { euros: 80 });
  event({ type: "approval-requested", turn: 1, call: "1.1", key: "k", request: {} as never });
  const question = {
    run: "r",
    key: "k",
    lines: ["may I?", "  a detail"],
    prompt: "y, n",
    prefill: undefined,
    elsewhere: [],
    take: () => Promise.resolve({ isOver: true }),
  };
  chat.ask(question);
  expect(screen.lines()).toEqual(["? may I?", "  a detail", "? pay(euros: 80)  waits for you", "y, n ›"]);
  chat.ask(undefined);
  event({ type: "approval-answered", turn: 1, call: "1.1" });
  expect(screen.lines()).toEqual(["? may I?", "  a detail", "⠋ pay(euros: 80)  0 ms", "›"]);
  expect(asked).toEqual([true, false]);
});

test("what a run had done before is shown, and its open calls go on", () => {
  const step = { run: "r", turn: 1 } as const;
  chat.past([
    { ...step, type: "think", text: "Let me see." },
    { ...step, type: "act", tool: "a", input: { n: 1 } },
    { ...step, type: "act", tool: "b", input: {} },
    { ...step, type: "observe", tool: "b", outcome: "ok" },
  ]);
  expect(screen.lines()).toEqual(["Let me see.", "✔ b()", "⠋ a(n: 1)  0 ms", "›"]);
  chat.waits("react/#1/tool approval[1.1]");
  expect(screen.lines()).toEqual(["Let me see.", "✔ b()", "? a(n: 1)  waits for you", "›"]);
  event({ type: "approval-answered", turn: 1, call: "1.1" });
  over("1.1", "ok", { value: 2 });
  expect(screen.lines()).toEqual(["Let me see.", "✔ b()", "✔ a(n: 1)  20 ms  2", "›"]);
});

test("a terminal that becomes narrower or wider is painted anew, with one line to type in", () => {
  type("a line that is being typed", 26);
  for (const columns of [30, 20, 60]) {
    screen.resize(columns, 10);
    expect(screen.lines().filter((line) => line.includes("›"))).toHaveLength(1);
  }
});

test("it moves only while something is under way, and is never left without a cursor", async () => {
  const before = screen.written.length;
  await clock.advance(5_000);
  expect(screen.written.length).toBe(before);
  busy();
  chat.changed();
  await clock.advance(500);
  expect(screen.written.length).toBe(before + 6);
  chat[Symbol.dispose]();
  await clock.advance(5_000);
  expect(screen.written.length).toBe(before + 7);
  for (const text of screen.written) expect(text.endsWith("\x1b[?25h")).toBe(true);
});

function show(columns: number, rows: number): void {
  clock = virtualClock();
  screen = new Screen(columns, rows);
  typed = { line: "", cursor: 0, above: 0 };
  state = { busy: false, cancelling: false, queued: [] };
  chat = new ChatScreen(screen, clock, style(false), { plans: false, option: " --journal j.db" });
  chat.show(
    typed,
    () => state,
    () => {},
  );
}

function busy(): void {
  state.busy = true;
}

function type(line: string, cursor: number): void {
  Object.assign(typed, { line, cursor });
  chat.changed();
}

function event(event: ReactEvent): void {
  chat.event(event);
}

function write(...pieces: readonly string[]): void {
  for (const text of pieces) event({ type: "text-delta", turn: 1, text });
}

function think(text: string): void {
  event({ type: "think-finished", turn: 1, model: "m", text, reasoning: "" });
}

function call(id: string, tool: string, input: unknown): void {
  event({ type: "tool-called", turn: 1, call: id, tool, input });
}

function over(id: string, outcome: string, what: { readonly value?: unknown; readonly message?: string }): void {
  event({ type: "tool-finished", turn: 1, call: id, tool: "t", outcome, durationMs: 20, ...what });
}

async function answered(text: string): Promise<void> {
  think(text);
  await ended({ status: "answered", reason: "answer", answer: text });
}

async function ended(ending: Pick<ReactResult<unknown>, "status" | "reason"> & { readonly answer?: string }) {
  state.busy = false;
  const usage = { inputTokens: 10, outputTokens: 20 };
  const result = { ...ending, steps: 2, usage, cost: 0.5, run: "r", trace: [] };
  await chat.ended(result as unknown as ReactResult<unknown>);
}
