import { Aitorflow, isFlowError, task, TerminalError } from "aitor";

let calls = 0;
const load = task(
  "load",
  async (id: string) => {
    calls++;
    if (calls < 3) throw new Error("connection reset");
    return { id, total: 250 };
  },
  { retry: { attempts: 5, initialDelay: "10ms" }, timeout: "2s" },
);

const charge = task.step("charge", async (step, order: { id: string; total: number }) => {
  const connection = { key: step.idempotencyKey, close: () => console.log("connection closed") };
  step.defer(() => connection.close()); // on every ending
  if (order.total > 100) throw new TerminalError("the card was declined", { code: "card-declined" });
  return order.id;
});

const pay = new Aitorflow("pay", load.to(charge));

try {
  await pay.run("order-7");
} catch (error) {
  if (!isFlowError(error)) throw error;
  console.log(`load was called ${calls} times`);
  console.log(error.message);
  console.log(error.task, error.results);
}

/* prints:
connection closed
load was called 3 times
task "charge" of flow "pay" failed: the card was declined
  expected: every task to finish
  got: the card was declined
  fix: see the cause; what had finished is in the error's results
charge { load: { id: 'order-7', total: 250 } }
*/
