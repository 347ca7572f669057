import {
  type AnyTool,
  defineReactAgent,
  jsonSchema,
  LLMManager,
  type LLMProvider,
  type ProviderCall,
  tool,
} from "aitor";
import { type MockAnswer, MockProvider } from "aitor/testing";

import type { Outside } from "./outside.ts";
import { Random } from "./random.ts";

const FAMILIES = ["generic", "anthropic", "openai", "google", "mistral"] as const;
/** US dollars for a million tokens. */
const PRICE = { input: 1_000, output: 3_000 };

/** What a model says that means no good, or cannot mean any. */
const TEXTS = [
  "Done.",
  "",
  "  \n",
  "half a character \ud83d",
  '{"tool": "look"}',
  "😀".repeat(20),
  "<tool_call>look</tool_call>",
];
const LONG = "It is done, as far as I can tell from all that was said and asked before, and there is more to say.";
const INPUTS: readonly unknown[] = [{ n: 1 }, { n: 2 }, {}, { n: "1" }, "text", null, [1], { n: 1, more: true }];
const NAMES = ["look", "look", "pay", "pay", "helper", "nothing", "", "bad name/ä", "__proto__"];
const IDS = ["call_1", "call_1", "c", "weird id/ä", "x".repeat(80), ""];

/** A manager whose models say anything: two, of different families, so that histories go from one to the other. */
function hostileModels(outside: Outside, agent: string): LLMManager {
  const random = new Random(`${outside.seed} ${agent} models`);
  const providers = [1, 2].map((number) => {
    const family = random.pick(FAMILIES);
    return scripted(outside, agent, number, family);
  });
  return new LLMManager({
    models: providers,
    clock: outside.clock,
    breaker: false,
    retry: { attempts: 2, initialDelay: 0 },
  });
}

function scripted(outside: Outside, agent: string, number: number, family: (typeof FAMILIES)[number]): LLMProvider {
  const name = `${agent} ${number}`;
  const answer = async (call: ProviderCall): Promise<MockAnswer> => {
    await outside.alive();
    const { prompt } = call;
    outside.ledger.prompts++;
    const faults = outside.shown(prompt, family);
    for (const fault of faults) outside.ledger.illegal.push(`${name}: ${fault}`);
    const { problem, turn } = whereabouts(prompt);
    const place = `${outside.seed} ${name} ${problem} ${turn}`;
    const asked = (outside.ledger.asked.get(place) ?? 0) + 1;
    outside.ledger.asked.set(place, asked);
    const reply = hostileAnswer(new Random(place), problem, outside.calm ? undefined : new Random(`${place} ${asked}`));
    // What it takes and writes it takes and writes, whoever still listens.
    const usage = {
      inputTokens: prompt.length,
      outputTokens: outside.written(reply.tokens, call.maxOutputTokens ?? Infinity),
    };
    if (reply.answer.fault?.at !== "start") {
      const usd = (usage.inputTokens * PRICE.input + usage.outputTokens * PRICE.output) / 1_000_000;
      const tokens = usage.inputTokens + usage.outputTokens;
      outside.ledger.spend(problem, { life: outside.number, place: `${agent} ${problem} ${turn}`, tokens, usd });
    }
    await outside.pause("model");
    return { ...reply.answer, usage: reply.silent ? "unknown" : usage };
  };
  return new MockProvider(answer, {
    provider: name.replaceAll(" ", "-"),
    model: "scripted",
    family,
    price: PRICE,
    maxOutputTokens: 400,
    chunk: 40,
    clock: outside.clock,
  });
}

/** The problem that is worked on stands in the last thing that was said to the model; the turn is how often it answered since. */
function whereabouts(prompt: ProviderCall["prompt"]): { readonly problem: string; readonly turn: number } {
  let problem = "";
  let turn = 0;
  for (const { role, content } of prompt) {
    if (role === "assistant") turn++;
    if (role !== "user") continue;
    const text = content.map((part) => (part.type === "text" ? part.text : "")).join(" ");
    const found = [...text.matchAll(/problem (\w+)/g)].at(-1)?.[1];
    if (found === undefined) continue;
    problem = found;
    turn = 0;
  }
  return { problem, turn };
}

/** @param trouble What of it is not the same when it is asked again. */
function hostileAnswer(
  random: Random,
  problem: string,
  trouble: Random | undefined,
): { readonly answer: MockAnswer; readonly tokens: number; readonly silent: boolean } {
  const calls = random.chance(0.3)
    ? []
    : Array.from({ length: random.between(1, 4) }, (_, index) => {
        const name = random.pick(NAMES);
        const input = name === "helper" ? { problem: `problem ${problem}: help` } : random.pick(INPUTS);
        return { name, input, id: random.chance(0.5) ? random.pick(IDS) : `made_${index}` };
      });
  const fault =
    trouble !== undefined && trouble.chance(0.15)
      ? trouble.pick([
          { kind: "status", status: trouble.pick([400, 429, 500, 503]), at: "start" } as const,
          { kind: "disconnect", at: trouble.pick(["start", "text", "end"] as const) } as const,
          { kind: "malformed", at: "text" } as const,
          {
            kind: "truncated",
            at: trouble.pick(["text", calls.length > 0 ? "tool-call" : "end", "end"] as const),
          } as const,
        ])
      : undefined;
  const answer: MockAnswer = {
    // What breaks off has said something before: a provider that said nothing was not asked, and is not paid.
    text: fault === undefined || fault.at === "start" ? random.pick(TEXTS) : LONG,
    ...(random.chance(0.3) && { reasoning: random.pick(TEXTS) }),
    ...(calls.length > 0 && { toolCalls: calls }),
    ...(random.chance(0.1) && { finishReason: random.pick(["length", "filtered", "other"] as const) }),
    ...(fault && { fault }),
  };
  return { answer, tokens: random.between(1, 400), silent: trouble?.chance(0.1) ?? false };
}

const NUMBER = jsonSchema({
  type: "object",
  properties: { n: { type: "number" } },
  required: ["n"],
  additionalProperties: false,
});

/** `look` may be repeated; `pay` must not happen twice. */
function tools(outside: Outside): AnyTool[] {
  return [
    tool({
      name: "look",
      description: "Looks.",
      input: NUMBER,
      access: "read",
      run: (_: unknown, step) => outside.effect(step),
    }),
    tool({
      name: "pay",
      description: "Pays.",
      input: NUMBER,
      access: "money",
      run: (_: unknown, step) => outside.effect(step, true),
    }),
  ];
}

const COMMON = { repetition: Infinity, parallel: 3 } as const;

export function helper(outside: Outside) {
  return defineReactAgent({
    ...COMMON,
    name: "helper",
    llm: hostileModels(outside, "helper"),
    tools: tools(outside),
    limits: { steps: 3, errors: 2 },
  });
}

/** @param help The helper, as a tool. */
export function solver(outside: Outside, help: AnyTool) {
  return defineReactAgent({
    ...COMMON,
    name: "solver",
    llm: hostileModels(outside, "solver"),
    tools: [...tools(outside), help],
    limits: { steps: 6, errors: 3 },
  });
}
