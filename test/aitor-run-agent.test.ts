// aitor run, resume and show of reasoning agents, and aitor chat with one that plans, with real processes:
// - in a pipe a line for each thing that happens goes to stderr, and the answer alone to stdout; the exit code says whether there
//   is one; nothing of what a model, a tool or a user wrote is obeyed by a terminal
// - in a terminal the plan is a list that is painted anew, with who works on what, cut to the screen; at the end it stays there
// - what waits inside is told with the command line that answers it; in a chat it is asked in place
// - after a kill -9 it goes on, and what is done is not done again; Ctrl-C takes it back, SIGTERM leaves it
// - the plan, the runs of sub-agents and what each was sent are shown from the record, without the code
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { type UserFolder, userFolder } from "./aitor-command.ts";
import { hasTerminals, inTerminal } from "./pseudo-terminal.ts";

// A test starts up to half a dozen processes.
vi.setConfig({ testTimeout: 90_000 });

const AGENT = `import { appendFileSync, existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { definePlanningAgent, defineReactAgent, jsonSchema, LLMManager, PlanningReactAgent, tool } from "aitor";
import { MockProvider } from "aitor/testing";

const shape = (properties) => jsonSchema({ type: "object", properties, required: Object.keys(properties), additionalProperties: false });
const pay = tool({
  name: "pay", description: "Pays.", access: "money", approval: true,
  input: shape({ to: { type: "string" } }),
  run: ({ to }) => { appendFileSync("paid", to + " "); return "paid " + to; },
});
const look = tool({
  name: "look", description: "Looks.", access: "read",
  input: shape({ at: { type: "string" } }),
  run: async ({ at }, step) => {
    appendFileSync("looked", at + " ");
    while (at === "long" && !existsSync("released")) await setTimeout(20, undefined, { signal: step.abortSignal });
    return "saw " + at;
  },
});

const call = (name, input = {}) => ({ toolCalls: [{ name, input }] });
const textOf = ({ content }) => content.map(({ text = "" }) => text).join("");

/** What a sub-agent is told begins with its todo. */
function sub(todo, results) {
  const [what, at] = todo.split(" ");
  if (what === "look" || what === "pay") {
    return results.length > 0 ? what + "ed: " + at : { text: "I begin.", ...call(what, what === "look" ? { at } : { to: at }) };
  }
  return what === "fail" ? call("nothing") : "done \\x1b[31m" + what;
}

/** The problem is a list of todos; a "+" before one makes it wait for all before it. */
function plan(problem) {
  return problem.split(", ").flatMap((part, index) => {
    const [, count] = /^(\\d+) looks$/.exec(part) ?? [];
    if (count) return Array.from({ length: Number(count) }, (_, n) => ({ id: "n" + n, content: "look n" + n }));
    const before = Array.from({ length: index }, (_, n) => "t" + (n + 1));
    const todo = { id: "t" + (index + 1), content: part.replace("+", ""), ...(part.startsWith("+") && { dependsOn: before }) };
    return [part.startsWith("pay") ? { ...todo, assignee: "payer" } : todo];
  });
}

function reply(prompt) {
  const users = prompt.filter(({ role }) => role === "user").map(textOf);
  // Of the last problem.
  const begun = prompt.findLastIndex(({ role }) => role === "user");
  const results = prompt.slice(begun).filter(({ role }) => role === "tool").flatMap(({ content }) => content);
  if (users[0].includes("This is a part of a larger task")) return sub(users[0].split("\\n")[0], results);
  const problem = users.at(-1);
  const last = results.at(-1);
  if (problem.startsWith("simple ")) return last ? "simply \\x1b[2J" + problem : { text: "Let me see.", ...call("look", { at: problem.slice(7) }) };
  if (problem === "number") return "{\\"number\\": 7}";
  if (last === undefined) return { text: "I plan.", ...call("plan_add", { todos: plan(problem) }) };
  const { results: worked = [], note = "" } = Object.values(last.output).at(-1);
  const failed = worked.filter(({ status }) => status === "failed").map(({ todo }) => todo);
  if (failed.length > 0) return call("plan_mark", { todos: failed.map((id) => ({ id, status: "skipped", note: "not \\x1b[2J needed" })) });
  return last.toolName === "plan_work" && note.includes("over") ? "All is over." : call("plan_work");
}

const price = { input: 10, output: 10 };
const llm = new LLMManager({ models: [new MockProvider(({ prompt }) => reply(prompt), { price })] });
const options = {
  llm,
  tools: [look],
  subAgents: [{ name: "worker", limits: { errors: 1 } }, { name: "payer", tools: [pay] }],
  plan: { maxTodos: 1_000, maxPerCall: 600, parallel: 2, review: "failure" },
};
export default definePlanningAgent({ name: "surveyor", ...options });
export class Classic extends PlanningReactAgent {
  override readonly name = "classic";
  protected override planning() { return options; }
}
export const simple = defineReactAgent({ name: "simple", llm, tools: [look, pay] });
export const keyless = defineReactAgent({ name: "keyless", llm: new LLMManager({ models: ["openai/gpt-5-mini"] }) });
`;

let folder: UserFolder;

beforeAll(() => {
  folder = userFolder();
  folder.write({ "agent.ts": AGENT });
});

afterAll(() => folder[Symbol.dispose]());

/** With nothing paid, looked at or released. */
function freshJournal(): readonly ["--journal", string] {
  for (const file of ["paid", "looked"]) folder.write({ [file]: "" });
  folder.remove("released");
  return folder.freshJournal();
}

type Ended = Awaited<ReturnType<UserFolder["aitor"]>>;

function solved(target: string, problem: unknown, ...args: readonly string[]): Promise<Ended> {
  return folder.aitor("run", target, "--input", JSON.stringify(problem), ...args);
}

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly parent?: string;
}

function runs(...args: readonly string[]): Promise<Listed[]> {
  return folder.json<Listed[]>("runs", "--json", ...args);
}

/** The first command line that answers something, as it was told. */
function answerOf(stderr: string): string[] {
  const [, line = ""] = /^ *aitor (answer .*"approve":true\}')/m.exec(stderr) ?? [];
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare = ""]) => quoted ?? bare);
}

/** All that is not seen but line feeds. */
const ESCAPES = /(?!\n)[\p{Cc}\u202e]/u;

describe("in a pipe", () => {
  test("a line tells each thing that happens to the plan, and the answer alone goes to stdout", async () => {
    const { exitCode, stdout, stderr } = await solved("agent.ts", "look src, fail it, +report", ...freshJournal());
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "All is over.\n" });
    expect(stderr).not.toMatch(ESCAPES);
    expect(stderr).toMatch(/^▸ surveyor default {2}run surveyor\/default\/[\da-f-]{36}\n/);
    for (const line of [
      /^I plan\.$/m,
      /^▸ a plan of 3 todos: t1, t2, t3$/m,
      /^▸ t1: look src {2}\(worker\)$/m,
      /^· t1: calls look {2}\(worker, turn 1\)$/m,
      /^✔ t1: looked: src {2}\([12] of 3, [\d,]+ tokens, \$0\.\d+\)$/m,
      /^✖ t2: errors {2}\([12] of 3, [\d,]+ tokens, \$0\.\d+\)$/m,
      /^↻ t2 skipped: not \\x1b\[2J needed$/m,
      /^✔ t3: done \\x1b\[31mreport {2}\(3 of 3, /m,
    ])
      expect(stderr).toMatch(line);
    expect(stderr).toMatch(/✔ surveyor default {2}\d turns, .*, [\d,]+ tokens, \$0\.\d+\n$/);
    // What plan tools do is told by what happens to the plan.
    expect(stderr).not.toContain("plan_");
  });

  test("a sub-agent's run that has ended gives its answer again, or says that there is none", async () => {
    const journal = freshJournal();
    await solved("agent.ts", "look src, fail it", ...journal);
    const below = (await runs("--children", ...journal)).filter(({ parent }) => parent !== undefined);
    const ended = async (todo: string): Promise<Ended> => {
      const run = below.find(({ id }) => id.endsWith(`[${todo}]`)) as Listed;
      return await folder.aitor("resume", run.id, ...journal);
    };
    expect(await ended("t1")).toMatchObject({ exitCode: 0, stdout: "looked: src\n" });
    const failed = await ended("t2");
    expect(failed).toMatchObject({ exitCode: 1, stdout: "" });
    expect(failed.stderr).toContain("an end without one: errors");
  });

  test("with --json all that is known of the outcome is there, with plan, usage and cost", async () => {
    const { stdout } = await solved("agent.ts#Classic", "look src, +report", "--json", "--no-journal");
    const result = JSON.parse(stdout) as Record<string, unknown>;
    expect(result).toMatchObject({ status: "answered", answer: "All is over.", cost: expect.any(Number) as number });
    expect(result).toMatchObject({
      plan: {
        todos: [
          { id: "t1", end: "done", agent: "worker", tokens: expect.any(Number) as number },
          { id: "t2", end: "done" },
        ],
      },
    });
    expect(result).not.toHaveProperty("trace");
  });

  test("an agent that does not plan solves a problem, too; its calls have lines", async () => {
    const journal = freshJournal();
    const { exitCode, stdout, stderr } = await solved("agent.ts#simple", "simple a", ...journal, "--id", "x");
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "simply \\x1b[2Jsimple a\n" });
    expect(stderr).toMatch(
      /^▸ simple x .*\nLet me see\.\n▸ look\(at: "a"\)\n✔ look\(at: "a"\) {2}.*saw a\n✔ simple x {2}2 turns, /,
    );
    // The conversation goes on under its id.
    await solved("agent.ts#simple", { problem: "simple b", context: { city: "Rome" } }, ...journal, "--id", "x");
    const memory = await folder.json<{ messages: unknown[] }>("memory", "agent.ts#simple", "x", ...journal);
    expect(memory.messages).toHaveLength(8);
  });

  test("an answer that is no text is printed as JSON", async () => {
    const schema = { type: "object", properties: { number: { type: "number" } }, required: ["number"] };
    const asked = await solved("agent.ts#simple", { problem: "number", answer: { schema } }, "--no-journal");
    expect(asked).toMatchObject({ exitCode: 0, stdout: '{"number":7}\n' });
  });

  test("a problem that is not solved is a failure, and says why; --json tells the rest", async () => {
    const problem = { problem: "simple a", limits: { steps: 1 } };
    const { exitCode, stdout, stderr } = await solved("agent.ts#simple", problem, ...freshJournal());
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain("✖ no answer: it took as many turns as it may");
    expect(stderr).toMatch(/\n {2}aitor show simple\/default\/.* --journal journals\/\d+\.db\nLet me see\.\n/);
    const again = await solved("agent.ts#simple", problem, "--json", "--no-journal");
    expect(again.exitCode).toBe(1);
    expect(JSON.parse(again.stdout)).toMatchObject({ status: "limited", reason: "steps", partial: "Let me see." });
    expect(again.stderr).not.toContain("aitor show");
  });

  test.each([
    [["run", "agent.ts"], 2, "there is no problem to solve"],
    [["run", "agent.ts", "--input", '""'], 2, "this is no problem to solve"],
    [["run", "agent.ts", "--input", '{"text":"x"}'], 2, "expected: a text, parts of a message, or { problem"],
    [
      ["run", "agent.ts", "--input", '{"problem":"x","limts":{"usd":1}}'],
      2,
      'problem, answer, context, limits\n  got: "limts"',
    ],
    [["run", "agent.ts", "--input", '{"problem":"x","grant":{"usd":1}}'], 2, 'got: "grant"'],
    [["run", "agent.ts", "--input", '{"problem":"x","limits":{"usd":"1"}}'], 2, ".limits.usd: a number ≥ 0"],
    [["run", "agent.ts", "--input", '{"problem":"x","answer":null}'], 2, ".answer: { schema }, a JSON Schema"],
    [["run", "agent.ts", "--input", '"x"', "--id", ""], 2, "the id is empty"],
    [["run", "agent.ts#keyless", "--input", '"x"'], 1, "there is no API key for the model"],
    [["run", "agent.ts#other", "--input", '"x"'], 2, 'has no export "other"'],
  ] as const)("aitor %s is refused before anything is asked", async (args, code, text) => {
    const journal = freshJournal();
    const { exitCode, stdout, stderr } = await folder.aitor(...args, ...journal);
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" });
    expect(stderr).toContain(text);
  });

  test("an approval inside is told with the command line that answers it, and the run goes on with it", async () => {
    const journal = freshJournal();
    const run = folder.start("run", "agent.ts", "--input", '"look src, pay Alba"', ...journal);
    await run.says('"approve":true');
    const [listed] = await runs("--state", "suspended", ...journal);
    const shown = await folder.aitor("show", listed?.id as string, ...journal);
    const told = `pay(to: "Alba") needs your approval: the tool asks for it  (asked by payer, for t2)`;
    expect(shown.stdout).toContain(told);
    const answer = answerOf(shown.stdout);
    expect(answer[1]).toMatch(/^surveyor\/default\/.*\/payer\[t2\]$/);
    expect((await folder.aitor(...answer)).exitCode).toBe(0);
    const { exitCode, stdout, stderr } = await run.ended;
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "All is over.\n" });
    expect(answerOf(stderr)).toEqual(answer);
    expect(stderr.split(told)).toHaveLength(2);
    expect(stderr).toContain("· t2: waits for approval of pay  (payer, turn 1)");
    expect(folder.read("paid")).toBe("Alba ");
  });

  test("an approval of a run in memory cannot be given, which is said", async () => {
    const run = folder.start("run", "agent.ts", "--input", '"pay Alba"', "--no-journal");
    await run.says("nobody can answer it, as the run is in memory: run it without --no-journal");
    run.child.kill("SIGTERM");
    expect(await run.ended).toMatchObject({ exitCode: 130, stdout: "" });
  });

  test("after a kill -9 it is resumed, tells the plan, and does nothing again that is done", async () => {
    const journal = freshJournal();
    const run = folder.start("run", "agent.ts", "--id", "7", "--input", '"look src, look long, +report"', ...journal);
    await run.says("✔ t1: looked: src");
    run.child.kill("SIGKILL");
    await run.ended;
    const [listed] = await runs(...journal);
    const id = listed?.id as string;
    const cut = await folder.aitor("show", id, ...journal);
    expect(cut.stdout).toMatch(
      /\nplan\n1 of 3 over, 1 in-progress\n✔ t1: look src {2}worker, .*\n▸ t2: look long .*\n/,
    );
    folder.write({ released: "" });
    const again = await folder.aitor("resume", id.slice("surveyor/7/".length), ...journal);
    expect(again).toMatchObject({ exitCode: 0, stdout: "All is over.\n" });
    expect(again.stderr).toMatch(/^▸ surveyor 7 {2}run surveyor\/7\/.*, \d+ steps on record\n/);
    expect(again.stderr).toMatch(/✔ t2: looked: long {2}\(2 of 3, [\d,]+ tokens/);
    expect(again.stderr).not.toContain("t1: looked");
    expect(folder.read("looked")).toBe("src long long ");
    // The end is on record: nothing is executed any more.
    const ended = await folder.aitor("resume", id, ...journal);
    expect(ended).toMatchObject({ exitCode: 0, stdout: "All is over.\n" });
    expect(await folder.json("resume", id, "--json", ...journal)).toMatchObject({ status: "answered", plan: {} });
    expect(folder.read("looked")).toBe("src long long ");
  });

  test("an approval from before is told again on resume; a sub-agent's run is resumed with the one at the top", async () => {
    const journal = freshJournal();
    const run = folder.start("run", "agent.ts", "--input", '"pay Alba"', ...journal);
    await run.says('"approve":true');
    run.child.kill("SIGKILL");
    await run.ended;
    const all = await runs("--children", ...journal);
    const below = all.find(({ parent }) => parent !== undefined) as Listed;
    const refused = await folder.aitor("resume", below.id, ...journal);
    expect(refused.stderr).toContain(`fix: aitor resume ${below.parent}`);
    // With nobody there, an answer to another call is refused at once: it would stand in the way of a right one.
    const [, , key] = answerOf((await folder.aitor("show", below.parent as string, ...journal)).stdout);
    const value = JSON.stringify({ hash: "another", approve: true });
    for (const asked of [key as string, "tool approval"]) {
      const wrong = await folder.aitor("answer", below.id, asked, "--value", value, ...journal);
      expect(wrong).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('got: the hash "another"') as string,
      });
    }
    const again = folder.start("resume", below.parent as string, ...journal);
    await again.says('"approve":true');
    await folder.aitor(...answerOf((await folder.aitor("show", below.parent as string, ...journal)).stdout));
    expect(await again.ended).toMatchObject({ exitCode: 0, stdout: "All is over.\n" });
    expect(folder.read("paid")).toBe("Alba ");
  });

  test("an answer that is recorded for a sub-agent, as no process is there, says which run goes on with it", async () => {
    const journal = freshJournal();
    const run = folder.start("run", "agent.ts", "--input", '"pay Alba"', "--id", "two words", ...journal);
    await run.says('"approve":true');
    run.child.kill("SIGKILL");
    await run.ended;
    const top = ((await runs(...journal))[0] as Listed).id;
    const answered = await folder.aitor(...answerOf((await folder.aitor("show", top, ...journal)).stdout));
    const [, short] = /it counts when the run goes on: aitor resume '(.*?)'/.exec(answered.stderr) ?? [];
    expect(top.startsWith(short ?? "nothing")).toBe(true);
    expect(await folder.aitor("resume", short as string, ...journal)).toMatchObject({ stdout: "All is over.\n" });
  });

  test("Ctrl-C takes the problem back, SIGTERM leaves it to aitor resume", async () => {
    const journal = freshJournal();
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const run = folder.start("run", "agent.ts", "--id", signal, "--input", '"look long, +report"', ...journal);
      await run.says("· t1: calls look");
      run.child.kill(signal);
      const { exitCode, stdout, stderr } = await run.ended;
      expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: "" });
      expect(stderr.includes("the run has not ended; go on with it: aitor resume")).toBe(signal === "SIGTERM");
    }
    const listed = await runs("--children", ...journal);
    expect(listed.map(({ id, name, state }) => `${id.split("/")[1]} ${name} ${state}`).sort()).toEqual([
      "SIGINT surveyor cancelled",
      "SIGINT worker cancelled",
      "SIGTERM surveyor interrupted",
      "SIGTERM worker interrupted",
    ]);
  });

  test("Ctrl-C waits for nothing that goes on first", async () => {
    const journal = freshJournal();
    const solve = ["run", "agent.ts", "--input", '"look long, +report"', ...journal];
    const left = folder.start(...solve);
    await left.says("· t1: calls look");
    left.child.kill("SIGTERM");
    await left.ended;
    const run = folder.start(...solve);
    const states = async (): Promise<string> => (await runs(...journal)).map(({ state }) => state).join();
    const comesTo = (state: string) =>
      vi.waitUntil(async () => (await states()).startsWith(state), { timeout: 20_000 });
    await comesTo("queued,running");
    run.child.kill("SIGINT");
    await comesTo("cancelled");
    folder.write({ released: "" });
    expect(await run.ended).toMatchObject({ exitCode: 130, stdout: "" });
    expect(await states()).toBe("cancelled,interrupted");
  });

  test("what the agent has not ended goes on first, and is said", async () => {
    const journal = freshJournal();
    const first = folder.start("run", "agent.ts#simple", "--input", '"simple long"', ...journal);
    await first.says("▸ look");
    first.child.kill("SIGTERM");
    await first.ended;
    folder.write({ released: "" });
    const next = await solved("agent.ts#simple", "simple a", ...journal);
    expect(next).toMatchObject({ exitCode: 0, stdout: "simply \\x1b[2Jsimple a\n" });
    expect(next.stderr).toMatch(/^▸ simple default goes on with run simple\/default\/.* first\n/);
    expect((await runs(...journal)).map(({ state }) => state)).toEqual(["finished", "finished"]);
  });
});

describe("on record", () => {
  test("plan and sub-agents are shown, each with its run, which is shown with what it was sent", async () => {
    const journal = freshJournal();
    await solved("agent.ts", "look src, fail it, +report", ...journal);
    folder.write({ "agent.ts": "throw new Error('nobody runs this')" });
    onTestFinished(() => folder.write({ "agent.ts": AGENT }));
    const [listed] = await runs(...journal);
    const id = listed?.id as string;
    const { stdout } = await folder.aitor("show", id, ...journal);
    expect(stdout).not.toMatch(ESCAPES);
    expect(stdout).toMatch(
      /\nplan\n3 of 3 over, 1 skipped\n✔ t1: look src {2}worker, .*, [\d,]+ tokens, \$0.*\n↷ t2: fail it {2}not \\x1b\[2J needed, worker, .*\n✔ t3: report {2}worker, /,
    );
    expect(stdout).toMatch(/\nchart of the plan\n```mermaid\nflowchart TD\n/);
    const below = [...stdout.matchAll(/^worker +(t\d) +finished +(\d) .* (surveyor\/default\/\S+)$/gm)];
    expect(below.map(([, todo, turns]) => `${todo} ${turns}`)).toEqual(["t1 2", "t2 1", "t3 1"]);
    const run = below[0]?.[3] as string;
    for (const [shown, step, text] of [
      [id, "react/#1/think", "look src, fail it, +report"],
      [id, "react/#3/think", "plan_work gave:"],
      [run, "react/#1/think", "This is a part of a larger task"],
      [run, "react/#2/think", "look gave: saw src"],
    ] as const) {
      const step1 = await folder.aitor("show", shown, "--step", step, ...journal);
      expect(step1.stdout).toContain("✔ this is what was sent: its hash is that of the request");
      expect(step1.stdout).toContain(text);
    }
    const call = await folder.aitor("show", run, "--step", "look", ...journal);
    expect(call.stdout).toContain('\narguments\n{\n  "at": "src"\n}\n');
    const asJson = await folder.json<{ plan: unknown; agents: unknown }>("show", id, "--json", ...journal);
    expect(asJson).toMatchObject({
      plan: { progress: { over: 3, total: 3 }, todos: [{ id: "t1", status: "completed" }, {}, {}] },
      agents: [{ run, agent: "worker", task: "t1", level: 1, turns: 2, usage: { calls: 2 } }, {}, {}],
    });
    expect((await folder.aitor("show", id, "--mermaid", ...journal)).stdout).toMatch(/^flowchart TD\n/);
  });

  test("a plan that the run before left goes on, and is shown as it was after each of them", async () => {
    const journal = freshJournal();
    const first = folder.start("run", "agent.ts", "--input", '"look src, look long, +report"', ...journal);
    await first.says("✔ t1: looked: src");
    first.child.kill("SIGINT");
    await first.ended;
    folder.write({ released: "" });
    const next = await solved("agent.ts", "go on", "--json", ...journal);
    expect(JSON.parse(next.stdout)).toMatchObject({ plan: { progress: { over: 3, total: 3 } } });
    expect(next.stderr).not.toContain("t1: looked");
    expect(folder.read("looked")).toBe("src long long ");
    const [second, begun] = await runs(...journal);
    const shown = async (run: Listed | undefined): Promise<string> =>
      (await folder.aitor("show", run?.id as string, ...journal)).stdout;
    expect(await shown(begun)).toContain("\nplan\n1 of 3 over\n");
    expect(await shown(second)).toContain("\nplan\n3 of 3 over\n");
  });
});

if (!hasTerminals)
  process.stderr.write("NOT PROVED: aitor run of agents in a terminal, as there is no `script` of util-linux\n");

describe.runIf(hasTerminals)("in a terminal", () => {
  test("the plan is a list with who works on what; at the end it stays, above the answer", async () => {
    const problem = `look src, look long, fail ${"x".repeat(200)}, +report`;
    const run = inTerminal(folder, ["run", "agent.ts", "--input", JSON.stringify(problem), ...freshJournal()], 70);
    await run.shows(/^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] t2: look long {2}worker, turn 1: calls look, /m);
    await run.shows(/^✔ t1: look src {2}worker, .*\$/m);
    await run.shows(/^✖ t3: fail x+… {2}errors, worker, .*$/m);
    await run.shows(/^⊘ t4: report {2}waits for t2, t3 \(failed\)$/m);
    await run.shows(/^. 2 of 4 · 1 working · 1 failed · 1 blocked · [\d,]+ tokens.* · 00:\d\d$/m);
    for (const line of run.lines()) expect(line.length).toBeLessThanOrEqual(70);
    folder.write({ released: "" });
    expect(await run.ended).toBe(0);
    const lines = run.lines();
    expect(lines.filter((line) => line === "↻ t3 skipped: not \\x1b[2J needed")).toHaveLength(1);
    expect(lines.at(-1)).toBe("All is over.");
    expect(lines.at(-2)).toMatch(/^✔ surveyor default {2}\d turns, /);
    expect(lines.slice(-6, -2).map((line) => line.slice(0, 5))).toEqual(["✔ t1:", "✔ t2:", "↷ t3:", "✔ t4:"]);
    expect(lines.filter((line) => line.includes("t2: look long"))).toHaveLength(1);
    const written = run.written();
    expect(written.lastIndexOf("\x1b[?25h")).toBeGreaterThan(written.lastIndexOf("\x1b[?25l"));
  });

  test("of 500 todos those are shown that matter, as many as fit", async () => {
    freshJournal();
    const run = inTerminal(folder, ["run", "agent.ts", "--input", '"look long, 499 looks"', "--no-journal"]);
    await run.shows(/^… and \d+ more$/m);
    await run.shows(/^. \d+ of 500 · [12] working/m);
    // All rows but two, the last of which tells how far it is.
    expect(
      run
        .lines()
        .slice(-48)
        .filter((line) => /^. [nt]\d+: /.test(line)),
    ).toHaveLength(46);
    run.press("\x03");
    expect(await run.ended).toBe(130);
  });

  test("an approval inside is told above the list, and answered from elsewhere", async () => {
    const journal = freshJournal();
    const run = inTerminal(folder, ["run", "agent.ts", "--input", '"pay Alba, +report"', ...journal], 400);
    await run.shows(/^\? t1: pay Alba {2}payer, turn 1: waits for approval of pay, /m);
    await run.shows('"approve":true');
    await folder.aitor(...answerOf(run.lines().join("\n")));
    expect(await run.ended).toBe(0);
    expect(run.lines().at(-1)).toBe("All is over.");
    expect(folder.read("paid")).toBe("Alba ");
  });

  test("a chat tells the plan in short lines, and asks what sub-agents need in place", async () => {
    const journal = freshJournal();
    const chat = inTerminal(folder, ["chat", "agent.ts", ...journal], 120);
    await chat.shows("›");
    chat.press("look src, pay Alba, pay Bob, +report\r");
    await chat.shows(`pay(to: "Alba") needs your approval: the tool asks for it  (asked by payer, for t2)`);
    await chat.shows(/approve\? y, n .*›$/);
    process.kill(chat.pid(), "SIGKILL");
    await chat.ended;
    const again = inTerminal(folder, ["chat", "agent.ts", ...journal], 120);
    await again.shows(/approve\? y, n .*›$/);
    again.press("y\r");
    await again.shows(`pay(to: "Bob") needs your approval`);
    again.press("n too much\r");
    await again.shows(/✔ t4: done .*\(4 of 4/);
    await again.shows(/All is over\.\n\d+ turns, .*\n›$/);
    expect(again.lines().join("\n")).not.toContain("plan_");
    expect(folder.read("paid")).toBe("Alba ");
    again.press("\x04");
    await again.ended;
  });
});

test("a chat in a pipe tells the plan in lines, and how to answer what sub-agents ask", async () => {
  const journal = freshJournal();
  const chat = folder.start("chat", "agent.ts", "--message", "look src, pay Alba", ...journal);
  await chat.says('"reject":"why"');
  const [run] = await runs("--state", "suspended", ...journal);
  await folder.aitor(...answerOf((await folder.aitor("show", run?.id as string, ...journal)).stdout));
  const { exitCode, stdout, stderr } = await chat.ended;
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "All is over.\n" });
  expect(stderr).toMatch(/^▸ a plan of 2 todos: t1, t2\n▸ t1: look src {2}\(worker\)\n▸ t2: pay Alba {2}\(payer\)\n/m);
  expect(stderr).toContain(`? pay(to: "Alba") needs your approval: the tool asks for it  (asked by payer, for t2)`);
  expect(stderr).toMatch(/^✔ t2: payed: Alba {2}\(2 of 2, /m);
  expect(stderr).not.toMatch(/plan_(add|mark|work\()/);
});
