import { EmbeddedEngine, memoryJournal, type Runnable } from "aitor";
import { virtualClock } from "aitor/testing";

const invoice: Runnable<string, string> = {
  name: "invoice",
  version: "1",
  execute: (run, customer) => run.step("write", () => say(`invoice for ${customer}`)),
};

const order: Runnable<string, string> = {
  name: "order",
  version: "1",
  async execute(run, customer) {
    // It waits in the journal, not in a process: hours or weeks, across restarts.
    const approved = await run.waitFor("approval", { request: { customer }, deadline: "7d" });
    if (approved !== true) return "refused";

    // Must never run twice. If it may have happened, the run asks.
    const receipt = await run.step("charge", (step) => charge(customer, step.idempotencyKey), { effect: "once" });

    // Never ends early. After a restart, it waits only for what is left.
    await run.sleep("1d");

    // Another definition, in a run of its own: "order-7/invoice".
    const text = await run.child(invoice, customer);
    return `${receipt}, ${text}`;
  },
};

function say(what: string): string {
  console.log(what);
  return what;
}

const clock = virtualClock(); // for the example's sake: a day passes at once
const journal = memoryJournal();
let engine = new EmbeddedEngine({ journal, clock, definitions: [order, invoice], inDoubt: "ask" });
engine.start(order, "Ada", { id: "order-7" }).result.catch(() => {});
await clock.advance("3d");
await engine.answer("order-7", "approval", { value: true });
await clock.advance(0);
await engine[Symbol.asyncDispose](); // in the middle of the charge: it may have happened

say("--- restart ---");
engine = new EmbeddedEngine({ journal, clock, definitions: [order, invoice], inDoubt: "ask" });
const { runs } = await engine.recover();
console.log(runs);
await clock.advance(0);
// Somebody looked, and found that it had been charged.
await engine.answer("order-7", "charge", { value: "receipt 1" });
await clock.advance("1d");
console.log(await (await engine.resume(order, "order-7")).result);

/** Never answers. */
function charge(customer: string, key: string): Promise<string> {
  say(`charging ${customer}, as ${key}`);
  return new Promise(() => {});
}

/* prints:
charging Ada, as order-7/charge
--- restart ---
[ 'order-7' ]
invoice for Ada
receipt 1, invoice for Ada
*/
