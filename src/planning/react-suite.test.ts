// All that holds of a reasoning agent holds of a planning one: its tests, once more.
import type { AgentClass } from "../agent/index.ts";
import type { ReactAgent } from "../reasoning/index.ts";
import { subject } from "../reasoning/reasoning.fixture.ts";
import { definePlanningAgent } from "./define-planning-agent.ts";
import { DELEGATING, PLAN_TOOLS } from "./planning-tools.ts";

subject.brings = [...PLAN_TOOLS, ...DELEGATING];
// Told nothing of planning, so that prompts are the same.
subject.define = (options) =>
  definePlanningAgent({ ...options, plan: { instructions: "" } }) as unknown as AgentClass<ReactAgent>;

await import("../reasoning/agent-tool.test.ts");
await import("../reasoning/approvals.test.ts");
await import("../reasoning/crash.test.ts");
await import("../reasoning/fork-replay.test.ts");
await import("../reasoning/fresh-process.test.ts");
await import("../reasoning/hostile.test.ts");
await import("../reasoning/loop.test.ts");
await import("../reasoning/random-approvals.test.ts");
await import("../reasoning/react-agent.test.ts");
await import("../reasoning/react-stream.test.ts");
await import("../reasoning/recorded-prompt.test.ts");
await import("../reasoning/steering.test.ts");
