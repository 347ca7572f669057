import { escaped, stepNameOf, unescaped } from "../../engine/index.ts";

/** The name of a sub-agent, and the task that it was given. */
export interface AgentAddress {
  readonly agent: string;
  /** The id of a todo, or of a call. */
  readonly task: string;
}

/** Returns the name and the task. Both are in the id of the sub-agent's run. */
export function addressOf(run: string): AgentAddress {
  const label = run.slice(run.lastIndexOf("/") + 1);
  const [from, to] = [label.indexOf("["), label.lastIndexOf("]")];
  const task = from === -1 ? "" : unescaped(label.slice(from + 1, to));
  return { agent: stepNameOf(label), task };
}

/**
 * Returns the run of what a sub-agent is given in a scope. It is the inverse of `addressOf`.
 *
 * @param key The key of a step in that scope.
 */
export function runOf({ agent, task }: AgentAddress, run: string, key: string): string {
  return `${run}/${key.slice(0, key.lastIndexOf("/"))}/${escaped(agent)}[${escaped(task)}]`;
}
