// What an agent is given that it cannot use is refused with what was expected and what came, before anything happens.
import { describe as group, expect, test } from "vitest";
import { isAitorError } from "../base/index.ts";
import { defineReactAgent } from "./define-react-agent.ts";
import type { ReactAgent } from "./react-agent.ts";
import type { ReactAgentOptions } from "./react-agent-options.ts";
import { adder, scene } from "./reasoning.fixture.ts";

type Call = (agent: ReactAgent, run: string, wrong: never) => unknown;

const CALLS: Readonly<Record<string, Call>> = {
  "approve(…)": (agent, _, wrong) => agent.approve(wrong),
  "edit(…, args)": (agent, _, wrong) => agent.edit(wrong, {}),
  "reject(…, why)": (agent, _, wrong) => agent.reject(wrong, "no"),
  "steer(…)": (agent, _, wrong) => agent.steer(wrong),
  "steer(text, …)": (agent, _, wrong) => agent.steer("Go.", wrong),
  "steer(text, { run: … })": (agent, _, run) => agent.steer("Go.", { run }),
  "answer(…, answer)": (agent, _, wrong) => agent.answer(wrong, { value: 1 }),
  "answer({ key: … }, answer)": (agent, run, key) => agent.answer({ run, key }, { value: 1 }),
  "answer({ run: … }, answer)": (agent, _, run) => agent.answer({ run, key: "go" }, { value: 1 }),
  "answer(signal, …)": (agent, run, wrong) => agent.answer({ run, key: "go" }, wrong),
  "cancel(…)": (agent, _, wrong) => agent.cancel(wrong),
  "forkRun(…)": (agent, _, wrong) => agent.forkRun(wrong),
  "forkRun(run, …)": (agent, run, wrong) => agent.forkRun(run, wrong),
  "forkRun(run, { at: … })": (agent, run, at) => agent.forkRun(run, { at }),
  "forkRun(run, { as: … })": (agent, run, as) => agent.forkRun(run, { as }),
  "replay(…)": (agent, _, wrong) => agent.replay(wrong),
  "follow(…)": (agent, _, wrong) => agent.follow(wrong),
  "fork(…)": (agent, _, wrong) => agent.fork(wrong),
  "fork(id, …)": (agent, _, wrong) => agent.fork("2", wrong),
  "fork(id, { at: … })": (agent, _, at) => agent.fork("2", { at }),
  "clearSession(…)": (agent, _, wrong) => agent.clearSession(wrong),
  "ask(message, …)": (agent, _, wrong) => agent.ask("Go.", wrong),
  "tell(message, …)": (agent, _, wrong) => agent.tell("Go.", wrong),
  "read(…)": (agent, _, wrong) => agent.read(wrong),
  "observe(…)": (agent, _, wrong) => agent.observe(wrong),
  "asTool(…)": (agent, _, wrong) => agent.asTool(wrong),
};

const OPTIONAL = /^(ask|tell|steer|fork|forkRun)\(\w+, …|: … \}\)$|^(clearSession|read)/;

test.each(Object.entries(CALLS))("%s", async (name, call) => {
  const { agent, journal } = await scene(["Yes."]);
  const { run } = await agent.solve("Is it?");
  const before = await agent.exportMemory();
  const wrong = [null, 7.5, Symbol("wrong"), [], { misspelt: 1 }];
  if (!OPTIONAL.test(name)) wrong.push(undefined as never);
  for (const value of wrong) {
    const thrown: unknown = await Promise.try(() => call(agent, run, value as never)).then(
      () => "nothing",
      (error: unknown) => error,
    );
    expect(isAitorError(thrown), `${String(thrown)} of ${describeWrong(value)}`).toBe(true);
    expect(thrown).toMatchObject({ expected: expect.stringMatching(/./), got: expect.stringMatching(/./) });
  }
  expect(await agent.exportMemory()).toEqual(before);
  const heads: string[] = [];
  for await (const { stream } of journal.heads({ kind: "run" })) heads.push(stream);
  expect(heads).toEqual([run]);
});

const DEFINITIONS: Readonly<Record<string, (options: ReactAgentOptions) => unknown>> = {
  "llm: a name": (options) => defineReactAgent({ ...options, llm: "openai/gpt-5-mini" as never }),
  "limits: { steps: 0 }": (options) => defineReactAgent({ ...options, limits: { steps: 0 } }),
  'limits: { time: "5 minutes" }': (options) =>
    defineReactAgent({ ...options, limits: { time: "5 minutes" as never } }),
  "tools: one twice": (options) => defineReactAgent({ ...options, tools: [adder(), adder()] }),
};

group("the stack of its error names the line that gave it, also behind more frames than are kept:", () => {
  test.each(Object.entries(DEFINITIONS))("%s", async (_, define) => {
    const { llm } = await scene([]);
    expect(await tenFrames(() => define({ name: "wrong", llm }))).toContain("wrong-arguments.test.ts");
  });

  test.each(Object.entries(CALLS))("%s", async (_, call) => {
    const { agent } = await scene([]);
    expect(await tenFrames(() => call(agent, "run", Symbol("wrong") as never))).toContain("wrong-arguments.test.ts");
  });
});

/** The stack of what is thrown in a program that has set nothing. */
async function tenFrames(call: () => unknown): Promise<string | undefined> {
  const settings = Error as { stackTraceLimit?: number };
  const { stackTraceLimit } = settings;
  settings.stackTraceLimit = 10;
  try {
    await call();
    return undefined;
  } catch (error) {
    return (error as Error).stack;
  } finally {
    Object.assign(settings, { stackTraceLimit });
  }
}

test.each([
  [{ answer: null }, ".answer: { schema }, a JSON Schema, not null"],
  [{ answer: { type: "number" } }, ".answer: { schema }, a JSON Schema, not an object with type"],
  [{ answer: { schema: { type: "text" } } }, ".answer: a type of"],
  [{ context: "Rome" }, ".context: an object, not"],
  [{ limits: { usd: "x" } }, ".limits.usd: a number ≥ 0, not"],
  [{ limits: { dollars: 1 } }, '.limits: steps, tokens, usd, time, deadline, errors, not "dollars"'],
  [{ grant: null }, ".grant: an object, such as { steps: 20 }, not null"],
  [{ grant: { usd: "x" } }, ".grant.usd: a number ≥ 0, not"],
  [{ grant: { time: "5m" } }, ".grant: steps, tokens, usd, not"],
  [{ constructor: 1 }, "problem, answer, context, limits, grant, not"],
])("a message with %j is refused before it is on record, and tells which field is wrong", async (wrong, told) => {
  const { agent, model } = await scene(["Yes."]);
  const refused = agent.tell({ problem: "Is it?", ...wrong } as never);
  await expect(refused).rejects.toMatchObject({ code: "invalid-value", expected: expect.stringContaining(told) });
  expect(model.calls).toEqual([]);
});

function describeWrong(value: unknown): string {
  return typeof value === "symbol" ? "a symbol" : JSON.stringify(value);
}
