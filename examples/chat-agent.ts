// An agent to talk to, without a key and without a network: its model is scripted. In a clone:
//   npx aitor chat examples/chat-agent.ts
import { setTimeout } from "node:timers/promises";
import { defineReactAgent, LLMManager, tool } from "aitor";
import { MockProvider, type MockReply } from "aitor/testing";
import { z } from "zod";

const weather = tool({
  name: "weather",
  description: "Tells the weather of a city.",
  access: "read",
  input: z.object({ city: z.string() }),
  run: async ({ city }, step) => {
    step.progress({ note: "asking the station" });
    await setTimeout(300 * city.length, undefined, { signal: step.abortSignal });
    return `${city}: ${12 + city.length} °C, ${city.length % 2 === 0 ? "sunny" : "cloudy"}`;
  },
});

const pay = tool({
  name: "pay",
  description: "Pays an amount to somebody.",
  access: "money",
  input: z.object({ to: z.string(), euros: z.number().positive() }),
  approval: ({ euros }) => euros > 50 && `${euros} € is more than 50 €`,
  run: ({ to, euros }) => `paid ${euros} € to ${to}`,
});

/** Plays a model: looks at the last message, and calls a tool or answers. */
function reply(prompt: readonly { readonly role: string; readonly content: unknown }[]): MockReply {
  // If a person changed a call, the prompt says so after the call's result.
  const isTold = JSON.stringify(prompt.at(-1)?.content).includes("A person changed your call");
  const last = prompt.at(isTold ? -2 : -1);
  const parts = last?.content as readonly {
    readonly type: string;
    readonly text?: string;
    readonly output?: unknown;
  }[];
  if (last?.role === "tool") {
    const results = parts.map(({ output }) => Object.values(output as object).at(-1) as unknown);
    return { text: `Here is what I found: ${results.join("; ")}.`, pause: 30 };
  }
  const text = parts.map((part) => part.text ?? "").join(" ");
  const cities = ["Berlin", "Oslo", "Rome"].filter((city) => text.includes(city));
  if (cities.length > 0) {
    const toolCalls = cities.map((city) => ({ name: "weather", input: { city } }));
    return {
      reasoning: `They want to know about ${cities.join(" and ")}.`,
      text: "Let me look.",
      toolCalls,
      pause: 30,
    };
  }
  const [, euros, to] = /pay (\d+)(?: euros)? to (\w+)/i.exec(text) ?? [];
  if (to !== undefined) return { toolCalls: [{ name: "pay", input: { to, euros: Number(euros) } }] };
  return { text: `You said "${text}". Ask for the weather in Berlin, Oslo or Rome, or say: pay 80 to Ada.`, pause: 30 };
}

export default defineReactAgent({
  name: "companion",
  role: "a companion who tells the weather and pays bills",
  llm: new LLMManager({ models: [new MockProvider(({ prompt }) => reply(prompt))] }),
  tools: [weather, pay],
});

/* prints:
 */
