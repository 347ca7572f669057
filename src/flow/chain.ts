import { invalidOption } from "../base/index.ts";
import type { AnyTask, Expression, Part, WaitKind } from "./types.ts";

/** The parts of a task, apart from its place in chains. */
interface TaskParts extends Pick<AnyTask, "name" | "~start" | "~inner"> {
  readonly "~waits"?: WaitKind;
  as(other: string): AnyTask;
}

/** Completes a task as a part of chains: its expression is itself. */
export function taskPart(task: TaskParts): AnyTask & Linked {
  const part = { "~waits": undefined, ...task } as unknown as AnyTask & Linked;
  return Object.freeze(Object.assign(part, linked({ kind: "task", task: part })));
}

function linked(expression: Expression): Linked {
  return {
    "~part": expression,
    to: (next: Part | readonly Part[]) => Object.freeze(linked(sequence(expression, following(next)))),
  } as Linked;
}

interface Linked extends Part {
  to(next: Part | readonly Part[]): Linked;
}

export function isPart(value: unknown): value is Part {
  return typeof value === "object" && value !== null && "~part" in value;
}

function sequence(before: Expression, after: Expression): Expression {
  const parts = before.kind === "sequence" ? before.parts : [before];
  return { kind: "sequence", parts: [...parts, after] };
}

function following(next: Part | readonly Part[]): Expression {
  const parts = Array.isArray(next) ? (next as readonly unknown[]) : [next];
  if (parts.length === 0) throw invalidOption("what follows in a chain", "at least one task", next);
  for (const part of parts) {
    if (!isPart(part)) throw invalidOption("what follows in a chain", "a task, a chain, or an array of them", part);
  }
  if (parts.length === 1) return (parts[0] as Part)["~part"];
  return { kind: "parallel", parts: (parts as readonly Part[]).map((part) => part["~part"]) };
}
