import type { ReactEvent } from "../reasoning/index.ts";
import type { PlanEvent } from "./plan/plan-event.ts";
import type { PlanJson } from "./plan/plan-json.ts";
import type { PlanProgress } from "./plan/plan-progress.ts";

/** What happens in a run of a planning agent, for those who watch it: all that happens in one of a reasoning agent, and this. */
export type PlanningEvent =
  | Exclude<ReactEvent, { readonly type: "snapshot" }>
  /** Replaces all that came before. */
  | (Extract<ReactEvent, { readonly type: "snapshot" }> & { readonly plan: PlanJson })
  /** There was none, or an empty one. */
  | (PlanMoved & { readonly type: "plan-made"; readonly todos: readonly string[] })
  /** By the planner: what it did, and why where that was said. */
  | (PlanMoved & { readonly type: "plan-changed"; readonly reasons: readonly string[] })
  | {
      readonly type: "todo-started";
      readonly changes: readonly PlanEvent[];
      readonly todo: string;
      readonly content: string;
      readonly agent: string;
      readonly attempt: number;
    }
  /** What the sub-agent is at. */
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
  /** In the run of a sub-agent, at whatever level. Approvals that it waits for are among the agent's own. */
  | {
      readonly type: "agent-event";
      /** Its run: with a key, the address of what it waits for. */
      readonly run: string;
      readonly agent: string;
      /** The todo, or the call, that it was given. */
      readonly task: string;
      /** 1 for sub-agents of this agent. */
      readonly level: number;
      readonly event: ReactEvent;
    };

/** The plan is another one: `plan.apply(changes)`, of the plan before. */
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
  /** Of requests and replies. */
  readonly tokens?: number;
}
