import { AitorHost, type AitorHostOptions } from "../agent/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { LLMManager, type ProviderCall } from "../llm/index.ts";
import { type MockOptions, MockProvider, type MockReply, virtualClock, type VirtualClock } from "../testing/index.ts";
import { definePlanningAgent } from "./define-planning-agent.ts";
import type { PlanningReactAgent } from "./planning-agent.ts";
import type { PlanningAgentOptions } from "./planning-options.ts";

/** What a scripted model is asked. */
export interface Asked {
  readonly call: ProviderCall;
  /** The text of the system's part. */
  readonly system: string;
  /** The first user message of the conversation that is shown, the last one, and all tool results, the last one last. */
  readonly task: string;
  readonly last: string;
  readonly results: readonly { readonly tool: string; readonly output: unknown }[];
}

export interface PlanningScene {
  readonly agent: PlanningReactAgent;
  readonly host: AitorHost;
  readonly clock: VirtualClock;
  readonly journal: Journal;
  readonly model: MockProvider;
  readonly llm: LLMManager;
}

export interface PlanningSceneOptions extends Partial<Omit<PlanningAgentOptions, "llm">> {
  readonly journal?: Journal;
  readonly clock?: VirtualClock;
  readonly mock?: MockOptions;
  readonly host?: AitorHostOptions;
  /** @default the planner's */
  readonly sub?: (llm: LLMManager) => PlanningAgentOptions["subAgents"];
}

/** Planner and sub-agents ask one model, which answers by what it is shown: also after a restart. */
export function scripted(
  script: (asked: Asked) => MockReply | Promise<MockReply>,
  options: MockOptions = {},
): MockProvider {
  return new MockProvider((call) => script(askedOf(call)), options);
}

export async function planningScene(
  script: (asked: Asked) => MockReply | Promise<MockReply>,
  options: PlanningSceneOptions = {},
): Promise<PlanningScene> {
  const { journal = memoryJournal(), clock = virtualClock(1_000), mock, host: hosted, sub, ...own } = options;
  const model = scripted(script, { clock, ...mock });
  const llm = new LLMManager({ models: [model], clock, retry: 1 });
  const subAgents = sub?.(llm);
  const Planner = definePlanningAgent({ name: "planner", llm, ...own, ...(subAgents && { subAgents }) });
  const host = new AitorHost({ journal, clock, agents: [Planner], ...hosted });
  return { agent: await host.open(Planner, "1"), host, clock, journal, model, llm };
}

function askedOf(call: ProviderCall): Asked {
  const users: string[] = [];
  const results: { tool: string; output: unknown }[] = [];
  let system = "";
  for (const entry of call.prompt) {
    if (entry.role === "system") system += entry.content;
    else if (entry.role === "user")
      users.push(entry.content.map((part) => (part.type === "text" ? part.text : "")).join(""));
    else if (entry.role === "tool") {
      for (const part of entry.content) {
        if (part.type !== "tool-result") continue;
        const { output } = part;
        results.push({ tool: part.toolName, output: "value" in output ? output.value : output });
      }
    }
  }
  return { call, system, task: users[0] ?? "", last: users.at(-1) ?? "", results };
}

/** Whether a sub-agent asks: it is told what it is a part of. */
export function isSub({ task }: Asked): boolean {
  return task.includes("This is a part of a larger task");
}

/** The first line of what a sub-agent is to do. */
export function todoOf({ task }: Asked): string {
  return task.slice(0, task.indexOf("\n"));
}
