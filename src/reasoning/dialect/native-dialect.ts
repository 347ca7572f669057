import { textOf } from "../../llm/index.ts";
import { type Dialect, replyFault } from "./dialect.ts";

/** Tools as the provider itself knows them. */
export const nativeDialect: Dialect = {
  name: "native",
  native: true,
  told: () => undefined,
  shown: (message) => message,
  read: (reply) => {
    const { message, object } = reply;
    const hasCalls = message.parts.some((part) => part.type === "tool-call" && part.remote !== true);
    const fault = replyFault(reply, !hasCalls && textOf(message).trim() === "", hasCalls);
    if (fault !== undefined) return { message, fault };
    return object === undefined ? { message } : { message, object };
  },
};
