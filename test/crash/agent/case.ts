// The agents that are killed, in one form.
import type { Witnesses } from "../points/witness.ts";
import type { AgentCase } from "./agent-case.ts";
import { clerkCase } from "./clerk.ts";
import { plannerCase } from "./planner.ts";

const cases = { clerk: clerkCase, planner: plannerCase };

export type CaseName = keyof typeof cases;

/** @param life The number of this process. */
export function agentCase(name: CaseName, life: number, witnesses: Witnesses): AgentCase {
  return cases[name](life, witnesses);
}
