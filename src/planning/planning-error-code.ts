import type { PlanErrorCode } from "./plan/errors.ts";
import type { SubAgentErrorCode } from "./sub-agents/sub-agent-errors.ts";

/** The error codes of `aitor/planning`. */
export type PlanningErrorCode = PlanErrorCode | SubAgentErrorCode;
