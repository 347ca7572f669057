import { EmbeddedEngine, type Runnable } from "aitor";

const greeter: Runnable<string, string> = {
  name: "greeter",
  version: "1",
  execute: (run, name) => run.step("greet", () => say(`${run.key?.id}: hello ${name}`)),
};

function say(what: string): string {
  console.log(what);
  return what;
}

await using engine = new EmbeddedEngine({ definitions: [greeter] });
// Messages to one key are handled one at a time, in order.
await engine.send({ name: "greeter", id: "desk-1" }, "Ada", { id: "message-1" });
await engine.send({ name: "greeter", id: "desk-1" }, "Alan", { id: "message-2" });
// The same id again: the message was received already, and is not handled twice.
const receipt = await engine.send({ name: "greeter", id: "desk-1" }, "Ada", { id: "message-1" });
const handled = await engine.resume(greeter, receipt.run);
await handled.result;
console.log(receipt);

/* prints:
desk-1: hello Ada
desk-1: hello Alan
{ id: 'message-1', run: 'greeter/desk-1/message-1', duplicate: true }
*/
