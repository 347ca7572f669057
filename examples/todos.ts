import { isAitorError, type PlanEvent, TodoManager, TodoPlan } from "aitor";

const todos = new TodoManager({ maxTodos: 500 });

// Whatever listens to the events has a record of the plan.
const record: PlanEvent[] = [];
todos.observe(({ events }) => void record.push(...events));

todos.add([
  { id: "flights", content: "look for flights", priority: "high" },
  { id: "hotels", content: "look for hotels" },
  { id: "book", content: "book both", dependsOn: ["flights", "hotels"] },
  { id: "pack", content: "pack", priority: "low" },
]);
console.log(
  "ready:",
  todos
    .ready()
    .map(({ id }) => id)
    .join(", "),
);

todos.start("flights", "ada");
todos.fail("flights", "no network");
console.log(todos.toText());

// A todo that could never start is refused.
try {
  todos.edit("hotels", { dependsOn: ["book"] });
} catch (error) {
  if (isAitorError(error)) console.log(`${error.code}: ${error.got}`);
}

// A failure blocks what depends on it, until something is done about it.
todos.split("flights", [
  { id: "trains", content: "look for trains" },
  { id: "buses", content: "look for buses" },
]);
todos.batch((plan) => {
  plan.complete("trains", { price: 80 });
  plan.skip("buses", "trains will do");
  plan.complete("hotels", "the old mill");
});
console.log("next:", todos.next()?.content);

// The events, folded again, are the plan.
const again = TodoPlan.empty({ maxTodos: 500 }).apply(record);
console.log(again.progress().over, "of", again.progress().total, "over, after", record.length, "events");

/* prints:
ready: flights, hotels, pack
1 of 4 over, 2 ready, 1 failed, 1 blocked
flights failed: look for flights (high; by ada; error: no network)
hotels ready: look for hotels
book blocked: book both (after flights, hotels)
pack ready: pack (low)
todo-cycle: hotels → book → hotels
next: book both
3 of 5 over, after 7 events
*/
