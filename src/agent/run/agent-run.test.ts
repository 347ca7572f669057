// What a handler begins, and does not await
// - does not end the process, be it a flow or what it delegates; the handler's reply counts, and the log is told
// - is given as something that can be executed
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Run, Runnable } from "../../base/index.ts";
import { unawaited } from "../../engine/unawaited.fixture.ts";
import { failureOf, stage } from "../agent.fixture.ts";
import { defineAgent } from "../definition/agent-definition.ts";
import type { AgentContext } from "../definition/agent-options.ts";

const { records, unhandled } = unawaited();

const slow: Runnable<string, string> = {
  name: "slow",
  version: "1",
  execute: (run: Run) => run.step("wait", () => new Promise<string>(() => {})),
};

const failing: Runnable<string, string> = {
  name: "failing",
  version: "1",
  execute: async () => {
    throw new Error("no");
  },
};

const Slow = defineAgent({
  name: "slow agent",
  memory: () => 0,
  onReceive: (text: string, ctx) => slow.execute(ctx as never, text),
});

/** Asks an agent whose handler begins something, and replies some turns later. */
async function asked(begin: (ctx: AgentContext<number>) => unknown): Promise<unknown> {
  const Agent = defineAgent({
    name: "forgetful",
    memory: () => 0,
    onReceive: async (_text: string, ctx) => {
      void begin(ctx);
      for (let turn = 0; turn < 5; turn++) await setImmediate();
      return "done";
    },
  });
  const { host } = stage();
  const reply = await (await host.open(Agent, "1")).ask("go");
  for (let turn = 0; turn < 5; turn++) await setImmediate();
  await host.shutdown();
  return reply;
}

test.each<[what: string, begin: (ctx: AgentContext<number>) => unknown, told: string | undefined]>([
  ["a flow", (ctx) => ctx.run(slow, "x"), 'scope "slow" of run'],
  ["a flow that fails", (ctx) => ctx.run(failing, "x"), undefined],
  ["what it delegates", (ctx) => ctx.delegate(Slow, "x", { name: "1" }), 'step "slow agent[1]" of run'],
])("%s that a handler does not await does not end the process", async (_what, begin, told) => {
  expect(await asked(begin)).toBe("done");
  expect(unhandled).toEqual([]);
  const texts = records.map(({ message: [text] }) => String(text)).filter((text) => !text.startsWith("run of"));
  expect(texts).toEqual(told === undefined ? [] : [expect.stringContaining(told)]);
});

test("what it is to run and cannot be executed is refused with what is expected", async () => {
  let failure: Error | undefined;
  await asked(async (ctx) => (failure = await failureOf((async () => ctx.run({} as never, "x"))())));
  expect(failure).toMatchObject({ code: "invalid-option", message: expect.stringContaining("what ctx.run executes") });
});
