import type { PlanningEvent } from "../../planning/index.ts";
import type { ReactEvent } from "../../reasoning/index.ts";

/** What the streams of reasoning agents tell, of those that plan and of those that do not. */
export type AgentEvent = PlanningEvent | ReactEvent;
