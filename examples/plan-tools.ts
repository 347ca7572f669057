import { planTools, TodoManager, ToolRegistry } from "aitor";

const todos = new TodoManager({ maxTodos: 50, maxDepth: 3 });
const registry = new ToolRegistry({ tools: planTools(todos, { maxPerCall: 20 }) });

/** What a model would read. */
async function call(name: string, args: unknown): Promise<void> {
  const result = await registry.call(name, args);
  console.log(result.ok ? JSON.stringify(result.value) : result.error.message);
}

await call("plan_add", {
  todos: [
    { id: "read", content: "read the logs of last night" },
    { id: "cause", content: "find what broke", dependsOn: ["read"], priority: "high" },
    { id: "report", content: "write a report", dependsOn: ["cause"] },
  ],
});
await call("plan_mark", { todos: [{ id: "read", status: "completed", note: "the disk was full" }] });

// Refused as a whole, with what to write instead.
await call("plan_mark", {
  todos: [
    { id: "cause", status: "completed", note: "old backups" },
    { id: "raport", status: "in-progress" },
  ],
});
console.log(todos.toText());

/* prints:
{"ids":["read","cause","report"],"progress":"0 of 3 over, 1 ready","ready":["read"]}
{"ids":["read"],"progress":"1 of 3 over, 1 ready","ready":["cause"]}
tool "plan_mark" failed: there is no todo "raport" in the plan; expected: one of "cause", "read", "report"; got: "raport"; use an id of the plan, or add the todo first
1 of 3 over, 1 ready
read completed: read the logs of last night
cause ready: find what broke (high; after read)
report waiting: write a report (after cause)
*/
