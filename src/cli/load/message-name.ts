import { messageKeyOf } from "../../engine/index.ts";

/** What a run that handles a message is called by: the message's id; of a later one with that id, its number, too. */
export function messageName(run: string): string | undefined {
  const message = messageKeyOf(run)?.message;
  return message && message + (/#\d+$/.exec(run)?.[0] ?? "");
}
