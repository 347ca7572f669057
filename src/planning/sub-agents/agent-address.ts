import { escaped, stepNameOf, unescaped } from "../../engine/index.ts";

/** What a sub-agent is called, and what it was given. */
export interface AgentAddress {
  readonly agent: string;
  /** A todo, or a call. */
  readonly task: string;
}

/** Both stand in the id of its run. */
export function addressOf(run: string): AgentAddress {
  const label = run.slice(run.lastIndexOf("/") + 1);
  const [from, to] = [label.indexOf("["), label.lastIndexOf("]")];
  const task = from === -1 ? "" : unescaped(label.slice(from + 1, to));
  return { agent: stepNameOf(label), task };
}

/** The run of what a sub-agent is given in a scope: the other way round. @param key Of a step in that scope. */
export function runOf({ agent, task }: AgentAddress, run: string, key: string): string {
  return `${run}/${key.slice(0, key.lastIndexOf("/"))}/${escaped(agent)}[${escaped(task)}]`;
}
