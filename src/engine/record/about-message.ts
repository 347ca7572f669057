import type { MessageReceipt, RunAbout } from "./events.ts";

/** What the head of a message's run tells of it, once its turn has come. */
export function aboutMessage({
  to,
  asked,
  sender,
  replyBy,
}: Pick<MessageReceipt, "to" | "asked" | "replyBy" | "sender">): RunAbout {
  return {
    name: to.name,
    key: to,
    ...(asked === true && { asked }),
    ...(sender !== undefined && { sender }),
    ...(replyBy && { replyBy }),
  };
}
