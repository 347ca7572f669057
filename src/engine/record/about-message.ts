import type { MessageReceipt, RunAbout } from "./events.ts";

/** What the head of a message's run tells of it, once its turn has come. */
export function aboutMessage({ to, asked, sender }: Pick<MessageReceipt, "to" | "asked" | "sender">): RunAbout {
  return { name: to.name, key: to, ...(asked === true && { asked }), ...(sender !== undefined && { sender }) };
}
