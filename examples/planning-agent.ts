import { setTimeout } from "node:timers/promises";
import { AitorHost, definePlanningAgent, LLMManager, tool } from "aitor";
import { MockProvider } from "aitor/testing";
import { z } from "zod";

const countFiles = tool({
  name: "count_files",
  description: "Counts the files of a folder.",
  input: z.object({ folder: z.string() }),
  access: "read",
  run: async ({ folder }) => {
    await setTimeout(100 * folder.length);
    return { src: 120, docs: 14 }[folder] ?? 0;
  },
});

// A scripted model for planner and sub-agents. What a sub-agent is told begins with its todo.
const llm = new LLMManager({ models: [new MockProvider(({ prompt }) => answer(JSON.stringify(prompt)))] });

const Surveyor = definePlanningAgent({
  name: "surveyor",
  llm,
  role: "somebody who surveys repositories",
  subAgents: [
    { name: "structure", role: "looks at folders and files", tools: [countFiles] },
    { name: "writer", role: "writes reports", tools: [], limits: { steps: 5 } },
  ],
  limits: { steps: 200, time: "10m" },
  plan: { parallel: 2 },
});

await using host = new AitorHost({ agents: [Surveyor] });
const surveyor = await host.open(Surveyor, "aitor");

const stream = surveyor.stream("Survey the repository.");
for await (const event of stream) {
  if (event.type === "plan-made") console.log("plan:", event.todos.join(", "));
  if (event.type === "todo-started") console.log(`${event.agent} begins with "${event.content}"`);
}
const { answer: said, plan } = await stream.result;
console.log(said);
for (const { id, end, agent, result } of plan?.todos ?? []) console.log(`${id}: ${end} by ${agent}: ${String(result)}`);

function answer(shown: string): string | { toolCalls: { name: string; input: unknown }[] } {
  const call = (name: string, input: unknown) => ({ toolCalls: [{ name, input }] });
  const folder = /"text":"count files in (\w+)/.exec(shown)?.[1];
  if (folder !== undefined) {
    const found = /"count_files".*"value":(\d+)/.exec(shown)?.[1];
    return found === undefined ? call("count_files", { folder }) : `${found} files`;
  }
  if (shown.includes('"text":"write')) return "134 files in two folders";
  if (!shown.includes('"toolName":"plan_add"')) {
    const todos = [
      { id: "src", content: "count files in src", assignee: "structure" },
      { id: "docs", content: "count files in docs", assignee: "structure" },
      { id: "report", content: "write a report", assignee: "writer", dependsOn: ["src", "docs"] },
    ];
    return call("plan_add", { todos });
  }
  return shown.includes("All todos are over") ? "The repository has 134 files." : call("plan_work", {});
}

/* prints:
plan: src, docs, report
structure begins with "count files in src"
structure begins with "count files in docs"
writer begins with "write a report"
The repository has 134 files.
src: done by structure: 120 files
docs: done by structure: 14 files
report: done by writer: 134 files in two folders
*/
