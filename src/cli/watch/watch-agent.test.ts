// How a problem is solved is watched to its end; an interruption is dealt with once, whenever it comes.
import { expect, test } from "vitest";
import { AitorHost } from "../../agent/index.ts";
import { messageRun, runReport } from "../../engine/index.ts";
import { LLMManager } from "../../llm/index.ts";
import { TodoPlan } from "../../planning/index.ts";
import { defineReactAgent } from "../../reasoning/index.ts";
import { MockProvider } from "../../testing/index.ts";
import { AgentWaits } from "./agent-waits.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { InterruptedError } from "../terminal/errors.ts";
import { hostedAgent } from "./hosted-agent.ts";
import type { Interruption } from "../terminal/interruption.ts";
import { Spending } from "../text/spending.ts";
import { style } from "../terminal/style.ts";
import { TodoBoard } from "../text/todo-board.ts";
import { watchAgent } from "./watch-agent.ts";
import { PATIENCE } from "../text/watch-text.ts";

test.each(["while it is opened", "when it is under way"])("Ctrl-C %s cancels it, and is told once", async (when) => {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort(new InterruptedError("SIGINT"));
  const asked = Promise.withResolvers<void>();
  const never = async (): Promise<never> => {
    asked.resolve();
    return new Promise<never>(() => {});
  };
  const llm = new LLMManager({ models: [new MockProvider(never)] });
  const definition = defineReactAgent({ name: "waiter", llm });
  await using host = new AitorHost({ agents: [definition] });
  const agent = hostedAgent(host, { definition }, "1");
  const run = messageRun({ name: "waiter", id: "1" }, "m", 1);
  const told: string[] = [];
  const tell = (text: string): void => void told.push(text);
  const watching = watchAgent({
    host,
    name: "waiter 1",
    run,
    plans: false,
    board: new TodoBoard(TodoPlan.empty(), new Spending()),
    waits: new AgentWaits("waiter/1", undefined, tell),
    place: undefined,
    output: {
      terminal: undefined,
      style: style(false),
      tell,
      write: tell,
      showThrough: () => () => {},
    } as unknown as CommandOutput,
    interruption: { signal: controller.signal } as unknown as Interruption,
    open: async () => {
      const stream = agent.stream("wait", { id: "m" });
      await asked.promise;
      if (when === "while it is opened") interrupt();
      else setImmediate(interrupt);
      return stream;
    },
  });
  await expect(watching).rejects.toThrow(InterruptedError);
  expect(told.filter((text) => text.includes(PATIENCE))).toHaveLength(1);
  expect((await runReport(host.runs.events(run)))?.state).toBe("cancelled");
});
