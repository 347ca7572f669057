import { type PlanEvent, TodoPlan } from "aitor/planning";
import type { ThinkRecord } from "aitor/reasoning";

import { isModelCall } from "./step.ts";
import type { SurveyRecord } from "./survey-record.ts";

/** A change of the plan after it was made. */
export interface PlanTurn {
  /** `focus is split into focus-1, focus-2` */
  readonly did: string;
  /** Of those that are added. */
  readonly contents: readonly string[];
  /** As the planner gave it. */
  readonly reason: string;
}

export interface SurveyPlan {
  /** As it is now: the fold of its events. */
  readonly plan: TodoPlan;
  readonly turns: readonly PlanTurn[];
}

/** The plan of a survey, from its record. */
export function surveyPlan({ run, events }: SurveyRecord): SurveyPlan {
  let plan = TodoPlan.empty();
  let said = "";
  const turns: PlanTurn[] = [];
  for (const event of events) {
    if (event.run !== run) continue;
    if (event.type === "step-finished" && isModelCall(event.key)) said = textOf(event.data.result as ThinkRecord);
    if (event.type !== "plan-changed") continue;
    const isFirst = plan.size === 0;
    plan = plan.apply(event.data.events);
    if (!isFirst) turns.push(...event.data.events.flatMap((change) => planTurn(change, said)));
  }
  return { plan, turns };
}

function textOf({ message: { parts } }: ThinkRecord): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/** What the planner did to the plan; what follows from the work on it is no change. */
export function planTurn(change: PlanEvent, said: string): PlanTurn[] {
  switch (change.type) {
    case "todos-added": {
      const contents = change.todos.map(({ content }) => content);
      return [
        { did: `${idsOf(change.todos)} ${change.todos.length === 1 ? "is" : "are"} added`, contents, reason: said },
      ];
    }
    case "todo-split": {
      const contents = change.parts.map(({ content }) => content);
      return [{ did: `${change.id} is split into ${idsOf(change.parts)}`, contents, reason: change.reason ?? said }];
    }
    case "todo-edited": {
      const { content } = change.changes;
      return content === undefined ? [] : [{ did: `${change.id} is changed`, contents: [content], reason: said }];
    }
    case "todo-dropped":
      return [{ did: `${change.id} is dropped`, contents: [], reason: change.reason }];
    case "todo-skipped":
      return [{ did: `${change.id} is skipped`, contents: [], reason: change.reason }];
    case "todo-cancelled":
      return [{ did: `${change.id} is given up`, contents: [], reason: change.reason }];
    case "todo-reopened":
      return [{ did: `${change.id} is tried again`, contents: [], reason: change.reason ?? said }];
    default:
      return [];
  }
}

function idsOf(todos: readonly { readonly id: string }[]): string {
  return todos.map(({ id }) => id).join(", ");
}
