import { AitorHost, defineReactAgent, LLMManager, tool } from "aitor";
import { MockProvider } from "aitor/testing";
import { z } from "zod";

const lines = new Map([
  ["src", 8_120],
  ["docs", 940],
]);
const countLines = tool({
  name: "count_lines",
  description: "Counts the lines of a folder: src or docs.",
  access: "read",
  input: z.object({ folder: z.string() }),
  run: ({ folder }) => lines.get(folder) ?? Promise.reject(new Error(`there is no folder ${folder}`)),
});

// A scripted model, so that this runs without a key. With one: new LLMManager({ models: ["openai/gpt-5-mini"] }).
const model = new MockProvider([
  {
    text: "I look at both.",
    toolCalls: [
      { name: "count_lines", input: { folder: "src" } },
      { name: "count_lines", input: { folder: "docs" } },
    ],
  },
  "src holds the most: 8,120 lines.",
  "And docs holds 940.",
]);

const Analyst = defineReactAgent({
  name: "analyst",
  llm: new LLMManager({ models: [model] }),
  role: "an analyst of source code",
  instructions: "Count, do not guess.",
  tools: [countLines],
  limits: { steps: 20, errors: 3, tokens: 200_000, time: "5m" },
});

await using host = new AitorHost({ agents: [Analyst] });
const analyst = await host.open(Analyst, "team-7");

const { status, answer, steps, trace } = await analyst.solve("Which folder holds the most code?");
console.log(status, steps, answer);
for (const { type, tool: name, text, outcome } of trace) {
  console.log([type, name ?? text, outcome].filter((part) => part !== undefined).join(" "));
}

console.log(await analyst.chat("And the other one?")); // it remembers

/* prints:
answered 2 src holds the most: 8,120 lines.
think I look at both.
act count_lines
act count_lines
observe count_lines ok
observe count_lines ok
answer src holds the most: 8,120 lines.
And docs holds 940.
*/
