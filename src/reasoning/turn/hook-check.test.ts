// What is given wrongly is refused where it is given, with what was expected and what came; a hook that is misunderstood lets nothing pass.
import { describe, expect, test } from "vitest";
import type { ReactAgent } from "../react-agent.ts";
import { adder, calling, scene } from "../reasoning.fixture.ts";
import type { ReasoningHooks } from "./reasoning-options.ts";

const said = (what: string): unknown => expect.stringContaining(`${what} cannot be used`);

describe("options of a problem", () => {
  const calls: readonly (readonly [string, (agent: ReactAgent, options: never) => Promise<unknown>])[] = [
    ["solve", (agent, options) => agent.solve("Well?", options)],
    ["chat", (agent, options) => agent.chat("Well?", options)],
    ["stream", async (agent, options) => agent.stream("Well?", options).result],
  ];
  describe.each(calls)("%s", (what, call) => {
    test.each([
      ["nothing", null, { message: said(`the options of ${what}`), got: "null" }],
      ["a text", "5m", { message: said(`the options of ${what}`), got: '"5m"' }],
      ["one of another name", { time: "5m" }, { expected: expect.stringContaining("deadline"), got: '"time"' }],
      ["a signal that is none", { signal: 5 }, { message: said(`the signal of ${what}`), got: "number 5" }],
    ])("%s", async (_, options, error) => {
      const { agent, model } = await scene(["Yes."]);
      await expect(call(agent, options as never)).rejects.toMatchObject({ code: "invalid-option", ...error });
      expect(model.calls).toHaveLength(0);
    });

    test.each([
      ["limits that are none", { limits: 5 }],
      ["limits of nothing", { limits: null }],
    ])("%s", async (_, options) => {
      const { agent, model } = await scene(["Yes."]);
      const error = { code: "invalid-value", expected: expect.stringContaining("an object, such as { steps: 20 }") };
      await expect(call(agent, options as never)).rejects.toMatchObject(error);
      expect(model.calls).toHaveLength(0);
    });
  });
});

test("a signal of an ask is refused before the message is sent", async () => {
  const { agent, host, clock } = await scene(["Yes."]);
  await expect(agent.ask("Well?", { signal: 5 as never })).rejects.toMatchObject({ code: "invalid-option" });
  await clock.advance(0);
  expect(await host.runs.unfinished({ name: "solver", id: "1" })).toEqual([]);
});

test.each([
  ["that are none", "x"],
  ["of a name that there is not", { beforeTurn: () => {} }],
  ["that is no function", { afterTurn: 5 }],
])("hooks %s", async (_, hooks) => {
  await expect(scene([], { hooks: hooks as never })).rejects.toMatchObject({ code: "invalid-option" });
});

describe("what a hook gives", () => {
  const turn = (change: unknown): ReasoningHooks => ({ prepareTurn: () => change as never });
  test.each<[string, ReasoningHooks, string]>([
    ["a change that is none", turn("x"), "what prepareTurn gave cannot be used"],
    ["a change of a name that there is not", turn({ tool: [] }), "what prepareTurn gave cannot be used"],
    ["no list of tools", turn({ tools: null }), "tools of what prepareTurn gave cannot be used"],
    ["tools that are no names", turn({ tools: [5] }), "tools of what prepareTurn gave cannot be used"],
    [
      "instructions that are no text",
      turn({ instructions: 5 }),
      "instructions of what prepareTurn gave cannot be used",
    ],
    ["a model that is no name", turn({ model: null }), "model of what prepareTurn gave cannot be used"],
    ["settings that are none", turn({ settings: null }), "settings of what prepareTurn gave cannot be used"],
    ["a fault that is no text", { afterModel: () => 5 as never }, "what hook afterModel gave cannot be used"],
    ["a refusal that is no text", { beforeTool: () => true as never }, "what hook beforeTool gave cannot be used"],
  ])("%s ends the run", async (_, hooks, message) => {
    const tool = adder();
    const { agent } = await scene([calling(["add", { a: 1, b: 1 }]), "2"], { tools: [tool], hooks });
    const error = { code: "invalid-option", message };
    expect(await agent.solve("1 + 1?")).toMatchObject({ status: "failed", reason: "code", error });
    expect(tool.calls).toEqual([]);
  });

  test("nothing changes nothing", async () => {
    const nothing = (): null => null;
    const hooks = { prepareTurn: nothing, afterModel: nothing, beforeTool: nothing } as never;
    const { agent } = await scene([calling(["add", { a: 1, b: 1 }]), "2"], { tools: [adder()], hooks });
    expect(await agent.solve("1 + 1?")).toMatchObject({ answer: "2" });
  });
});
