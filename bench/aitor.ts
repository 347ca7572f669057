import { z } from "zod";

import {
  Aitorflow,
  AitorHost,
  defineReactAgent,
  type FlowBuilder,
  type Handle,
  type Input,
  LLMManager,
  type LLMProvider,
  type ProviderEvent,
  type Schema,
  task,
  tool,
  userMessage,
} from "../src/index.ts";
import type { PromptMessage } from "../src/llm/index.ts";
import type { ReactAgentDefinition } from "../src/reasoning/index.ts";
import type { Contender, Job } from "./contender.ts";
import { type Shape, sinks, sum } from "./graphs.ts";
import { add, delta, DELTAS } from "./work.ts";

type Adder = ReactAgentDefinition<Record<string, unknown>, Record<string, never>>;

/** As users run it: a reasoning agent of a host, a flow on the default engine, an answer of a manager. */
export const contender: Contender = { agent, flow: (shape) => flow(shape), stream };

/** One host for all runs, an agent of its own for each; the host is closed and made again before its journal is large. */
function agent(turns: number): Job {
  const Adder = defineAdder(turns);
  let shared: { readonly host: AitorHost; opened: number; open: number } | undefined;
  const most = Math.max(1, Math.ceil(AGENTS_TURNS / turns));
  return async () => {
    shared ??= { host: new AitorHost({ agents: [Adder] }), opened: 0, open: 0 };
    const place = shared;
    place.open++;
    const opened = await place.host.open(Adder, String(place.opened++));
    if (place.opened >= most) shared = undefined;
    const answer = await opened.chat("Add.");
    place.open--;
    if (shared !== place && place.open === 0) await place.host.shutdown();
    return answer;
  };
}

/** So many turns are recorded in one host's journal in memory. */
const AGENTS_TURNS = 5_000;

/**
 * An agent whose model calls `add` in all turns but the last, and then answers.
 *
 * @param asked Is awaited before each turn.
 */
export function defineAdder(turns: number, asked?: (turn: number) => Promise<void>): Adder {
  const usage = { inputTokens: 10, outputTokens: 5 };
  const provider: LLMProvider = {
    provider: "bench",
    model: "adder",
    async *stream({ prompt }): AsyncGenerator<ProviderEvent> {
      const turn = turnOf(prompt.at(-1));
      if (asked !== undefined) await asked(turn);
      if (turn < turns - 1) {
        yield { type: "tool-call", id: `call_${turn}`, name: "add", input: `{"a":${turn},"b":1}` };
        yield { type: "finish", reason: "tool-calls", usage };
        return;
      }
      yield { type: "text-delta", text: "done" };
      yield { type: "finish", reason: "stop", usage };
    },
  };
  return defineReactAgent({
    name: "adder",
    llm: new LLMManager({ models: [provider] }),
    tools: [
      tool({
        name: "add",
        description: "Adds two numbers.",
        access: "read",
        input: z.object({ a: z.number(), b: z.number() }),
        run: add,
      }),
    ],
    limits: { steps: turns + 1 },
  });
}

/** What was added up last tells it; the prompt's length does not: old messages are left out of a long run's. */
function turnOf(last: PromptMessage | undefined): number {
  if (last?.role !== "tool") return 0;
  const [result] = last.content;
  return result?.type === "tool-result" && "value" in result.output ? Number(result.output.value) : 0;
}

/** @param schema Of each input and output. */
export function flow(shape: Shape, schema?: Schema<unknown, number>): Job {
  const graph = graphFlow(shape, schema);
  const { exits } = graph;
  return async () => {
    const { results } = await graph.run(1);
    return exits.map((exit) => results[exit]);
  };
}

function graphFlow(shape: Shape, schema: Schema<unknown, number> | undefined): Aitorflow<number, unknown> {
  return Aitorflow.define(shape.name, (flow: FlowBuilder, input: Input<number>) => {
    const handles: Handle<string, number>[] = [];
    for (const [index, parents] of shape.parents.entries()) {
      const inputs =
        parents.length === 0 ? [input] : parents.map((parent) => handles[parent] as Handle<string, number>);
      const options = schema === undefined ? {} : { input: inputs.map(() => schema), output: schema };
      handles.push(flow.add(task(`n${index}`, sum, options), ...inputs));
    }
    return sinks(shape).map((sink) => handles[sink] as Handle<string, number>);
  });
}

/** The whole way of a call: prompt, attempt, answer, usage, events. */
function stream(): Job {
  const provider: LLMProvider = {
    provider: "bench",
    model: "pieces",
    // As `pieces`: one promise for each delta, as from a connection, and no layer besides.
    // eslint-disable-next-line require-await -- a provider's stream
    async *stream(): AsyncGenerator<ProviderEvent> {
      for (let index = 0; index < DELTAS; index++) yield { type: "text-delta", text: delta(index) };
      yield { type: "finish", reason: "stop", usage: { inputTokens: 10, outputTokens: DELTAS } };
    },
  };
  const manager = new LLMManager({ models: [provider] });
  const messages = [userMessage("What is the capital of France?")];
  return async () => {
    let length = 0;
    for await (const event of manager.stream({ messages })) {
      if (event.type === "text-delta") length += event.text.length;
    }
    return length;
  };
}
