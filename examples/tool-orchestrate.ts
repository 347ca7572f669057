import { EmbeddedEngine, memoryJournal, type Run, tool } from "aitor";
import { z } from "zod";

// A scope of the run: it may wait, ask, and run flows. Like any body of a run, it does its effects through `run`.
const bookTable = tool({
  name: "book_table",
  description: "Books a table, if the guest agrees to the time.",
  access: ["write", "external"],
  input: z.object({ people: z.int().min(1), time: z.string() }),
  orchestrate: async ({ people, time }, run) => {
    const table = await run.step("hold", () => `table for ${people} at ${time}`, { effect: "once" });
    const agreed = await run.waitFor("guest", { request: { table }, schema: z.boolean(), deadline: "1d" });
    if (!agreed) return "the guest did not want it";
    return run.step("confirm", () => `confirmed: ${table}`, { effect: "once" });
  },
});

await using engine = new EmbeddedEngine({ journal: memoryJournal() });
const dinner = {
  name: "dinner",
  version: "1",
  execute: (run: Run) => bookTable.call({ people: 2, time: "20:00" }, { run }),
};
const handle = engine.start(dinner, undefined, { id: "dinner-1" });
for await (const event of handle) {
  if (event.type === "signal-awaited") console.log(event.key, event.data.request);
  if (event.type === "run-suspended") break; // the run waits in the journal and needs no process
}
await engine.answer("dinner-1", "guest", { value: true });
const result = await handle.result;
console.log(result.ok && result.value);

/* prints:
book_table[call]/guest { table: 'table for 2 at 20:00' }
confirmed: table for 2 at 20:00
*/
