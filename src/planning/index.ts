/** @internal */
export { addressOf } from "./sub-agents/agent-address.ts";
export type { AgentAddress } from "./sub-agents/agent-address.ts";
export type { DropOptions, TodoPlace } from "./plan/arranging.ts";
export { definePlanningAgent } from "./define-planning-agent.ts";
export type { PlanningAgentDefinition } from "./define-planning-agent.ts";
export type { PlanningErrorCode } from "./planning-error-code.ts";
/** @internal */
export { hostedPlanningAgent, isPlanningAgent } from "./hosted-planning-agent.ts";
export type { PlanCommands } from "./plan/plan-commands.ts";
export type { PlanChartOptions } from "./plan/plan-chart.ts";
export type { AddedTodo, PlanEvent, TodoEdit } from "./plan/plan-event.ts";
export type { PlanHolder } from "./plan/plan-holder.ts";
export type { PlanJson } from "./plan/plan-json.ts";
export type { PlanLimits } from "./plan/plan-limits.ts";
/** @internal */
export { lastRunOf } from "./plan/plan-outcome.ts";
export type { PlanOutcome, TodoEnd, TodoOutcome, TodoRun } from "./plan/plan-outcome.ts";
export type { PlanProgress, PlanStatistics } from "./plan/plan-progress.ts";
export type { PlanTextOptions } from "./plan/plan-text.ts";
export { planTools } from "./work/plan-tools.ts";
export type { PlanToolsOptions } from "./work/plan-tools.ts";
export { PlanningReactAgent } from "./planning-agent.ts";
export type { PlanningDefinition, PlanningResult, PlanningStream } from "./planning-agent.ts";
export type { PlanningEvent } from "./planning-event.ts";
export type { PlanningFields, RecordedPlanningEvent } from "./sub-agents/planning-fields.ts";
export type { PlanningAgentOptions } from "./planning-options.ts";
export type { CreateAgentOptions, PlanOptions, PlanReview } from "./sub-agents/planning-settings.ts";
export type { MadeAgent, SubAgent, SubAgentDefinition, SubAgentSpec } from "./sub-agents/sub-agent.ts";
/** @internal */
export { PLAN_TOOLS } from "./work/planning-tools.ts";
export { recordedPlanning } from "./sub-agents/recorded-plan.ts";
export type { RecordedAgent, RecordedPlanning } from "./sub-agents/recorded-plan.ts";
export type { NewTodo, Todo, TodoMetadata, TodoPart, TodoPriority, TodoStatus } from "./plan/todo.ts";
export { TodoManager } from "./plan/todo-manager.ts";
export type { TodoManagerOptions } from "./plan/todo-manager.ts";
export { applyPlanEvent, TodoPlan } from "./plan/todo-plan.ts";
export type { PlanChange, PlanExcerpt, TodoFilter, TodoNode } from "./plan/todo-plan.ts";
