import { invalidOption, isAitorError, messageOf, onlyOptions, type Schema } from "../../base/index.ts";
import { parseMessage, userMessage } from "../../llm/index.ts";
import { commandOf, isRecord, type Problem, type ReactMessage, taskOf } from "../memory/react-message.ts";
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
        return { issues: [{ message: expectation(error) }] };
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
  const expected = expectedOf(problem);
  if (expected !== undefined) throw new Error(expected);
  if (answer !== undefined && !isRecord(answer.schema))
    throw invalidOption("answer", "{ schema }, a JSON Schema", answer);
  if (context !== undefined && !isRecord(context)) throw invalidOption("context", "an object", context);
  if (limits !== undefined) checkedLimits(limits, "of a message");
}

/** What would be right in place of a problem that cannot be sent. */
export function expectedOf(problem: Problem): string | undefined {
  if (typeof problem !== "string" && !Array.isArray(problem)) return "a text, or an array of texts and files";
  const asked = userMessage(problem, "asked");
  try {
    parseMessage(asked);
  } catch (error) {
    return expectation(error);
  }
  const isEmpty = asked.parts.every((part) => part.type === "text" && part.text.trim() === "");
  return isEmpty ? "a problem that is not empty" : undefined;
}

function expectation(error: unknown): string {
  return isAitorError(error) ? `${error.expected}, not ${error.got}` : messageOf(error);
}
