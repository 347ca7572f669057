// A planning agent to run, without a key and without a network: its model is scripted. In a clone:
//   npx aitor run examples/run-agent.ts --input '"How large is this repository?"'
import { setTimeout } from "node:timers/promises";
import { definePlanningAgent, LLMManager, tool } from "aitor";
import { MockProvider, type MockReply } from "aitor/testing";
import { z } from "zod";

const countFiles = tool({
  name: "count_files",
  description: "Counts the files of a folder.",
  input: z.object({ folder: z.string() }),
  access: "read",
  run: async ({ folder }, step) => {
    await setTimeout(400 * folder.length, undefined, { signal: step.abortSignal });
    return folder.length * 23;
  },
});

const sendMail = tool({
  name: "send_mail",
  description: "Sends a mail to the team.",
  input: z.object({ text: z.string() }),
  access: "external",
  approval: true,
  run: ({ text }) => `sent: ${text}`,
});

const TODOS = [
  { id: "src", content: "count files in src", assignee: "structure" },
  { id: "examples", content: "count files in examples", assignee: "structure" },
  { id: "tests", content: "count files in nowhere", assignee: "structure" },
  { id: "report", content: "write a report", assignee: "writer", dependsOn: ["src", "examples", "tests"] },
  { id: "mail", content: "mail it to the team", assignee: "clerk", dependsOn: ["report"] },
];

/** Plays a model for planner and sub-agents. What a sub-agent is told begins with its todo. */
function reply(shown: string): MockReply {
  const call = (name: string, input: unknown): MockReply => ({
    latency: "700ms",
    toolCalls: [{ name, input }],
  });
  const folder = /"text":"count files in (\w+)/.exec(shown)?.[1];
  if (folder === "nowhere") return call("no_such_tool", {});
  if (folder !== undefined) {
    const found = /"count_files".*"value":(\d+)/.exec(shown)?.[1];
    return found === undefined ? call("count_files", { folder }) : `${found} files`;
  }
  if (shown.includes('"text":"write a report')) return { text: "230 files in two folders", latency: "1s" };
  if (shown.includes('"text":"mail it')) {
    return shown.includes("sent: ") ? "The team knows." : call("send_mail", { text: "230 files" });
  }
  if (!shown.includes('"toolName":"plan_add"')) return call("plan_add", { todos: TODOS });
  if (shown.includes("All todos are over")) return "It has 230 files, in two folders.";
  if (shown.includes('"todo":"tests","status":"failed"') && !shown.includes('"toolName":"plan_mark"')) {
    return call("plan_mark", { todos: [{ id: "tests", status: "skipped", note: "there are none" }] });
  }
  return call("plan_work", {});
}

export default definePlanningAgent({
  name: "surveyor",
  llm: new LLMManager({
    models: [
      new MockProvider(({ prompt }) => reply(JSON.stringify(prompt)), {
        price: { input: 0.25, output: 2 },
      }),
    ],
  }),
  subAgents: [
    { name: "structure", role: "looks at folders and files", tools: [countFiles], limits: { errors: 1 } },
    { name: "writer", role: "writes reports", tools: [] },
    { name: "clerk", role: "sends mails", tools: [sendMail] },
  ],
});

/* prints:
 */
