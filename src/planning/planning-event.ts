import type { ReactEvent } from "../reasoning/index.ts";
import type { PlanEvent } from "./plan/plan-event.ts";
import type { PlanJson } from "./plan/plan-json.ts";
import type { PlanProgress } from "./plan/plan-progress.ts";

/** An event of a planning agent's run, for those who watch it: the events of a reasoning agent's run, and these. */
export type PlanningEvent =
  | Exclude<ReactEvent, { readonly type: "snapshot" }>
  /** Replaces everything before it. */
  | (Extract<ReactEvent, { readonly type: "snapshot" }> & { readonly plan: PlanJson })
  /** There was no plan before, or an empty one. */
  | (PlanMoved & { readonly type: "plan-made"; readonly todos: readonly string[] })
  /** The planner changed the plan. `reasons` has the reasons that it gave. */
  | (PlanMoved & { readonly type: "plan-changed"; readonly reasons: readonly string[] })
  | {
      readonly type: "todo-started";
      readonly changes: readonly PlanEvent[];
      readonly todo: string;
      readonly content: string;
      readonly agent: string;
      readonly attempt: number;
    }
  /** What the sub-agent is doing. */
  | {
      readonly type: "todo-progressed";
      readonly todo: string;
      readonly agent: string;
      readonly run: string;
      readonly turn: number;
      readonly note: string;
    }
  | (TodoEnded & { readonly type: "todo-finished"; readonly result: string })
  | (TodoEnded & { readonly type: "todo-failed"; readonly error: string; readonly partial?: string })
  /** What happens in the run of a sub-agent, at whatever level. Approvals that it waits for are among the agent's own. */
  | {
      readonly type: "agent-event";
      /** The sub-agent's run. Together with a key, it is the address of what the run waits for. */
      readonly run: string;
      readonly agent: string;
      /** The todo, or the call, that the sub-agent was given. */
      readonly task: string;
      /** 1 for sub-agents of this agent. */
      readonly level: number;
      readonly event: ReactEvent;
    };

/** The plan has changed. `plan.apply(changes)`, on the plan before, is the plan after. */
interface PlanMoved {
  readonly changes: readonly PlanEvent[];
  readonly progress: PlanProgress;
}

interface TodoEnded extends PlanMoved {
  readonly todo: string;
  readonly agent: string;
  readonly run?: string;
  /** US dollars. */
  readonly cost?: number;
  /** The tokens of requests and replies. */
  readonly tokens?: number;
}
