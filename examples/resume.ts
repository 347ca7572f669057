import { EmbeddedEngine, memoryJournal, type Runnable } from "aitor";
import { crashingJournal } from "aitor/testing";

// A body of your own: what it awaits through `run` is recorded, and is not done again after a crash.
const order: Runnable<{ item: string }, string> = {
  name: "order",
  version: "1",
  async execute(run, { item }) {
    const [price, stock] = await run.all([
      { name: "price", run: (branch) => branch.step("ask", () => say("asking for the price", 20)) },
      { name: "stock", run: (branch) => branch.step("ask", () => say("asking for the stock", 3)) },
    ]);
    const left = await run.loop("pack", stock, async (count, turn) => {
      const next = await turn.step("pack", () => say(`packing ${item}`, count - 1));
      return next > 0 ? { next } : { done: next };
    });
    return `${item} for ${price}, ${left} left`;
  },
};

function say<Value>(what: string, value: Value): Value {
  console.log(what);
  return value;
}

const journal = memoryJournal();
const doomed = crashingJournal(journal, { append: 9, when: "after" }); // no call is answered from here on
new EmbeddedEngine({ journal: doomed }).start(order, { item: "lamp" }, { id: "order-7" });
await doomed.crashed;

console.log("--- crash ---");
await using engine = new EmbeddedEngine({ journal });
const handle = await engine.resume(order, "order-7");
console.log(await handle.result);

/* prints:
asking for the price
asking for the stock
packing lamp
packing lamp
--- crash ---
packing lamp
packing lamp
lamp for 20, 0 left
*/
