import { AitorHost, defineAgent, isAitorError, memoryJournal } from "aitor";

const journal = memoryJournal(); // sqliteJournal("aitor.db", { retain: { age: "30d" } })

// At most three changes of each memory are kept. For agents that live for years, rather keep some thousands.
await using host = new AitorHost({ journal, history: 3 });

const Counter = defineAgent({
  name: "counter",
  memory: () => ({ sum: 0 }),
  onReceive: (by: number, ctx) => {
    ctx.memory.update((draft) => void (draft.sum += by));
    return ctx.memory.value.sum;
  },
});
const counter = await host.open(Counter, "a");
for (let n = 1; n <= 100; n++) await counter.ask(n);
console.log(await counter.read());

// The record of the agent's memory: what it was when its history last began, and what has changed since.
const commits = await Array.fromAsync(journal.read("agent:counter/a"));
console.log(commits.map(({ type }) => type).join(", "));

// What came before is gone, and nothing is made up for it.
try {
  await counter.fork("as-it-was", { at: (commits[0]?.seq ?? 0) - 1 });
} catch (error) {
  if (isAitorError(error)) console.log(error.code);
}

/* prints:
{ sum: 5050 }
history-begun, memory-changed
history-not-kept
*/
