import { Aitorflow, isAitorError, task, TerminalError } from "aitor";

const charge = task("charge", (card: string): string => {
  if (card === "") throw new TerminalError("there is no card", { code: "card-missing", data: { field: "card" } });
  return `charged ${card}`;
});
const checkout = new Aitorflow("checkout", charge);

try {
  await checkout.run("");
} catch (error) {
  if (!isAitorError(error, "task-failed")) throw error;
  console.log(error.message);
  if (isAitorError(error.cause, "card-missing")) console.log("ask for", error.cause.data, error.cause.retryable);
}

/* prints:
task "charge" of flow "checkout" failed: there is no card
  expected: every task to finish
  got: there is no card
  fix: see the cause; what had finished is in the error's results
ask for { field: 'card' } false
*/
