/** What can be measured, in this order. */
export const WORKLOADS = {
  loop: "a step of an agent's loop, in runs of 10 to 10,000 steps; and what a run keeps",
  concurrent: "1,000 runs of 5 steps at once: runs per CPU second, memory",
  flow: "a node of a flow, in four shapes of graphs",
  durable: "steps on the journal on disk beside rows committed with node:sqlite, and many runs at once",
  stream: "a model's text delta, also with redaction on",
  start: "the import, the packages installed, an agent's bundle",
  agents: "messages a second of one agent and of many, memory large and small, agents at rest",
  resume: "a run of 10,000 steps whose process was killed",
  todos: "changes and readings of plans of 100 to 100,000 todos, and many todos at once",
  threads: "the event loop's delay while tasks compute, in worker threads and in the loop",
} as const;

export type WorkloadName = keyof typeof WORKLOADS;

export function isWorkload(name: string): name is WorkloadName {
  return Object.hasOwn(WORKLOADS, name);
}
