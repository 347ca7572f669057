import { invalidOption, isAitorError, messageOf, onlyOptions, type Schema } from "../../base/index.ts";
import { parseMessage, userMessage } from "../../llm/index.ts";
import { commandOf, isRecord, type ReactMessage, taskOf } from "../memory/react-message.ts";
import { checkedLimits } from "./reasoning-settings.ts";

const EXPECTED = 'a text, { problem }, { set: { … } }, { clear: "session" | "all" } or { tell: { type } }';
const KNOWN: ReadonlySet<string> = new Set(["problem", "answer", "context", "limits", "grant"]);

/** What a reasoning agent can be sent. */
export const messageSchema: Schema<unknown, ReactMessage> = {
  "~standard": {
    version: 1,
    vendor: "aitor",
    validate: (value) => {
      try {
        check(value);
        return { value: value as ReactMessage };
      } catch (error) {
        const issue = isAitorError(error) ? `${error.expected}, not ${error.got}` : messageOf(error);
        return { issues: [{ message: issue }] };
      }
    },
  },
};

function check(message: unknown): void {
  const task = taskOf(message);
  if (task === undefined) {
    if (commandOf(message) === undefined) throw new Error(EXPECTED);
    return;
  }
  const { problem, answer, context, limits } = task;
  if (typeof message !== "string") onlyOptions(task, KNOWN, "the message");
  const asked = userMessage(problem, "asked");
  parseMessage(asked);
  if (asked.parts.every((part) => part.type === "text" && part.text.trim() === ""))
    throw new Error("a problem that is not empty");
  if (answer !== undefined && !isRecord(answer.schema))
    throw invalidOption("answer", "{ schema }, a JSON Schema", answer);
  if (context !== undefined && !isRecord(context)) throw invalidOption("context", "an object", context);
  if (limits !== undefined) checkedLimits(limits, "of a message");
}
