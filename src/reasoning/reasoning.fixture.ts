import { z } from "zod";
import { type AgentClass, AitorHost, type AitorHostOptions } from "../agent/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { LLMManager } from "../llm/index.ts";
import {
  type MockAnswer,
  type MockOptions,
  MockProvider,
  type MockScript,
  virtualClock,
  type VirtualClock,
} from "../testing/index.ts";
import { type AnyTool, tool } from "../tools/index.ts";
import { defineReactAgent } from "./define-react-agent.ts";
import type { ReactAgent } from "./react-agent.ts";
import type { ReactAgentOptions } from "./react-agent-options.ts";

/** A tool that adds, and counts its calls. */
export function adder(): AnyTool & { readonly calls: { a: number; b: number }[] } {
  const calls: { a: number; b: number }[] = [];
  const add = tool({
    name: "add",
    description: "Adds two numbers.",
    input: z.object({ a: z.number(), b: z.number() }),
    access: "read",
    run: (args) => {
      calls.push(args);
      return args.a + args.b;
    },
  });
  return { ...add, calls };
}

/** What a model says that calls tools. */
export function calling(...calls: readonly (readonly [name: string, input: unknown])[]): MockAnswer {
  return { toolCalls: calls.map(([name, input]) => ({ name, input })) };
}

/** What the tests of reasoning agents are about: these, or agents that extend them. */
export const subject: {
  define: (options: ReactAgentOptions) => AgentClass<ReactAgent>;
  /** Names of the tools that they bring themselves. */
  brings: readonly string[];
} = { define: defineReactAgent, brings: [] };

/** The names of tools, without those that the agents of the tests bring themselves. */
export function namesOf(tools: readonly { readonly name: string }[] | undefined): string[] | undefined {
  return tools?.map(({ name }) => name).filter((name) => !subject.brings.includes(name));
}

export interface Scene {
  readonly agent: ReactAgent;
  /** Another one of its definition. */
  readonly open: (id: string) => Promise<ReactAgent>;
  readonly host: AitorHost;
  readonly model: MockProvider;
  readonly llm: LLMManager;
  readonly clock: VirtualClock;
  readonly journal: Journal;
}

export interface SceneOptions extends Partial<Omit<ReactAgentOptions, "llm">> {
  readonly journal?: Journal;
  readonly clock?: VirtualClock;
  readonly mock?: MockOptions;
  readonly host?: AitorHostOptions;
  readonly id?: string;
}

/** An agent with a scripted model, on a host where time stands still until it is moved. */
export async function scene(script: MockScript, options: SceneOptions = {}): Promise<Scene> {
  const { journal = memoryJournal(), clock = virtualClock(1_000), mock, host: hosted, id = "1", ...own } = options;
  const model = new MockProvider(script, { clock, ...mock });
  const llm = new LLMManager({ models: [model], clock, retry: 1 });
  const Solver = subject.define({ name: "solver", llm, ...own });
  const host = new AitorHost({ journal, clock, agents: [Solver], ...hosted });
  const open = (as: string): Promise<ReactAgent> => host.open(Solver, as);
  return { agent: await open(id), open, host, model, llm, clock, journal };
}
