import assert from "node:assert/strict";

import { EmbeddedEngine, tool, type ToolCallContext } from "aitor";
import { virtualClock } from "aitor/testing";
import { z } from "zod";

interface Mailer {
  send(to: string, text: string, id: string): Promise<string>;
}

// A tool gets everything that it needs from its arguments and its context, so a test passes in what it likes.
const sendMail = tool({
  name: "send_mail",
  description: "Sends a mail.",
  access: ["write", "external"],
  input: z.object({ to: z.email(), text: z.string().max(1_000) }),
  timeout: "10s",
  run: ({ to, text }, step, { values }: ToolCallContext) =>
    (values["mailer"] as Mailer).send(to, text, step.idempotencyKey),
});

// Without an agent, and without a model.
const mailer: Mailer = { send: async (to) => `sent to ${to}` };
const sent = await sendMail.call({ to: "ada@example.com", text: "hello" }, { values: { mailer } });
assert.equal(sent.ok && sent.value, "sent to ada@example.com");

const refused = await sendMail.call({ to: "Ada", text: "hello" });
assert.equal(!refused.ok && refused.error.path, "to");

// The test controls time. A mailer that never answers leaves a mail that may have been sent.
const clock = virtualClock();
const silent: Mailer = { send: () => new Promise(() => {}) };
const engine = new EmbeddedEngine({ clock });
const hanging = sendMail.call({ to: "ada@example.com", text: "hello" }, { values: { mailer: silent }, engine, clock });
await clock.advance("10s");
const cutOff = await hanging;
assert.equal(!cutOff.ok && cutOff.error.code, "in-doubt");
console.log(!cutOff.ok && cutOff.error.message);

/* prints:
tool "send_mail" must not run twice: it may or may not have happened: it was cut off after 10000 ms; find out whether it happened before anything repeats it
*/
