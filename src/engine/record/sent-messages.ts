import type { MessageKey } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { EngineEvent } from "./events.ts";
import { idempotencyKeyOf } from "./idempotency-key.ts";
import { messageRun } from "./mailbox-name.ts";
import { unescaped } from "./step-label.ts";

/** A step, as its start tells it. */
interface StartedStep {
  readonly run: string;
  readonly key: string;
  readonly name: string;
}

/** Whether a step sent a message to an agent, and the handling of that has begun what must happen once. */
export async function hasBegunOnce(journal: Journal, step: StartedStep): Promise<boolean> {
  const message = idempotencyKeyOf(step.run, step.key);
  for (const to of receiversOf(step)) {
    if (await beganOnce(journal, messageRun(to, message, 1))) return true;
  }
  return false;
}

async function beganOnce(journal: Journal, run: string): Promise<boolean> {
  for await (const event of journal.read(run)) {
    const { type, key, data } = event as EngineEvent;
    if (type !== "step-started") continue;
    const { effect, child, name } = data;
    if (effect === "once") return true;
    if (child !== undefined && (await beganOnce(journal, child))) return true;
    if (await hasBegunOnce(journal, { run, key, name })) return true;
  }
  return false;
}

/** To whom it may have gone: the agent's id, and behind a space a key of the step's own, if it has one. */
function receiversOf({ key, name }: StartedStep): MessageKey[] {
  const [, to] = /^(?:ask|tell) (.+)$/s.exec(name) ?? [];
  const label = key.slice(key.lastIndexOf("/") + 1);
  const [, own] = /\[(.+)\]/s.exec(label) ?? [];
  if (to === undefined || own === undefined) return [];
  const words = unescaped(own).split(" ");
  return words.map((_, index) => ({ name: to, id: words.slice(0, words.length - index).join(" ") }));
}
