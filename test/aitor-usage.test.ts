// aitor usage, with real processes: what runs and agents used is told while another process holds the journal, and after
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { type UserFolder, userFolder } from "./aitor-command.ts";

vi.setConfig({ testTimeout: 90_000 });

const ASKING = `import { existsSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { Aitorflow, defineAgent, LLMManager, task, userMessage } from "aitor";
import { MockProvider } from "aitor/testing";

const answer = { text: "ok", usage: { inputTokens: 1_000, outputTokens: 100 } };
const price = { input: 1, output: 10 };
const llm = new LLMManager({ models: [new MockProvider([answer], { price }), new MockProvider([answer], { model: "free" })] });
const ask = (model: string) => async (step) => {
  await llm.generate({ messages: [userMessage("hi")], model, onCall: (call) => step.record("model-called", call) });
  while (!existsSync("released")) await setTimeout(20, undefined, { signal: step.abortSignal });
  return model;
};

export const digest = new Aitorflow("digest", task.step("ask", ask("mock/free")));
export const notes = defineAgent({
  name: "notes",
  memory: () => 0,
  onReceive: (_: string, ctx) => ctx.step("ask", (step) => ask("mock/scripted")(step)),
});
`;

let folder: UserFolder;

beforeAll(() => {
  folder = userFolder();
  folder.write({ "asking.ts": ASKING });
});

afterAll(() => folder[Symbol.dispose]());

test("is told while a run is under way, and when all have ended", async () => {
  const nothing = await folder.aitor("usage");
  expect(nothing.exitCode).toBe(1);
  const child = folder.start("run", "asking.ts#digest", "--input", '""');
  onTestFinished(() => void child.child.kill("SIGKILL"));
  await vi.waitFor(async () => expect((await folder.aitor("usage")).stdout).toContain("digest"), { timeout: 30_000 });
  expect((await folder.aitor("usage")).stdout).toBe(
    [
      "definition  id  calls  failed  input  cached  output     cost",
      "digest              1          1,000             100  unknown",
      "",
    ].join("\n"),
  );
  folder.write({ released: "" });
  await child.ended;
  expect((await folder.aitor("ask", "asking.ts#notes", "user-1", '"hi"', "--message-id", "m")).exitCode).toBe(0);
  const { stdout } = await folder.aitor("usage", "--by", "run", "--json");
  expect(JSON.parse(stdout)).toMatchObject([
    { run: "notes/user-1/m", name: "notes", id: "user-1", usage: { calls: 1, cost: 0.002, unpriced: 0 } },
    { name: "digest", usage: { calls: 1, cost: 0, unpriced: 1 } },
  ]);
  expect((await folder.aitor("usage", "--by", "model", "--limit", "1")).stdout.split("\n").slice(1, 3)).toEqual([
    expect.stringMatching(/^mock\/scripted +1 +1,000 +100 +\$0\.0020$/),
    expect.stringMatching(/^2 models +2 +2,000 +200 +\$0\.0020\+$/),
  ]);
});
