// All that holds of a reasoning agent holds of a planning one: its tests, once more.
import { afterAll } from "vitest";
import type { AgentClass } from "../agent/index.ts";
import type { ReactAgent } from "../reasoning/index.ts";
import { subject } from "../reasoning/reasoning.fixture.ts";
import { definePlanningAgent } from "./define-planning-agent.ts";
import { DELEGATING, PLAN_TOOLS } from "./work/planning-tools.ts";

const reasoning = { ...subject };
afterAll(() => Object.assign(subject, reasoning));
subject.brings = [...PLAN_TOOLS, ...DELEGATING];
// Told nothing of planning, so that prompts are the same.
subject.define = (options) =>
  definePlanningAgent({ ...options, plan: { instructions: "" } }) as unknown as AgentClass<ReactAgent>;

/** Under names of their own: the files may be loaded in this process for themselves, too. */
const SUITES = [
  "agent-tool",
  "approvals",
  "crash",
  "fork-replay",
  "fresh-process",
  "hostile",
  "loop",
  "random-approvals",
  "react-agent",
  "react-stream",
  "recorded-prompt",
  "steering",
];
for (const suite of SUITES) await import(`../reasoning/${suite}.test.ts?planning`);
