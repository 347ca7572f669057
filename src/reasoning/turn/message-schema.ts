import {
  BUDGET_LIMITS,
  invalidOption,
  isAitorError,
  isRecord,
  MEASURES,
  messageOf,
  onlyOptions,
  type Schema,
} from "../../base/index.ts";
import { parseMessage, recordedUserMessage, userMessage } from "../../llm/index.ts";
import { jsonSchema } from "../../tools/index.ts";
import { commandOf, type Problem, type ReactMessage, taskOf } from "../memory/react-message.ts";
import { checkedLimits } from "./reasoning-settings.ts";

const EXPECTED = 'a text, { problem }, { set: { … } }, { clear: "session" | "all" } or { tell: { type } }';

/** What is wrong with the fields of a problem beside its text. */
const FIELDS: ReadonlyMap<string, (value: unknown) => Iterable<Issue>> = new Map([
  ["answer", (answer) => problemsOf(["answer"], () => checkAnswer(answer))],
  ["context", (context) => problemsOf(["context"], () => checkContext(context))],
  ["limits", (limits) => amountProblems("limits", limits, [...BUDGET_LIMITS, "errors"])],
  ["grant", (grant) => amountProblems("grant", grant, MEASURES)],
]);
const KNOWN: ReadonlySet<string> = new Set(["problem", ...FIELDS.keys()]);

interface Issue {
  readonly message: string;
  readonly path: readonly string[];
}

/** What a reasoning agent can be sent. */
export const messageSchema: Schema<unknown, ReactMessage> = {
  "~standard": {
    version: 1,
    vendor: "aitor",
    validate: (value) => {
      const issues = [...issuesOf(value)];
      return issues.length > 0 ? { issues } : { value: value as ReactMessage };
    },
  },
};

function* issuesOf(message: unknown): Iterable<Issue> {
  const task = taskOf(message);
  if (task === undefined) {
    if (!isCommand(message)) yield { message: EXPECTED, path: [] };
    return;
  }
  const expected = expectedOf(task.problem);
  if (expected !== undefined) yield { message: expected, path: [] };
  if (typeof message === "string") return;
  yield* problemsOf([], () => onlyOptions(task, KNOWN, "the message"));
  for (const [field, value] of Object.entries(task)) {
    if (value !== undefined) yield* FIELDS.get(field)?.(value) ?? [];
  }
}

/** One command: of several in a message, only the first would be carried out. */
function isCommand(message: unknown): boolean {
  if (!isRecord(message) || commandOf(message) === undefined) return false;
  return ["set", "clear", "tell"].filter((name) => message[name] !== undefined).length === 1;
}

function* problemsOf(path: readonly string[], check: () => unknown): Iterable<Issue> {
  try {
    check();
  } catch (error) {
    yield { message: expectation(error), path };
  }
}

function checkAnswer(answer: unknown): void {
  if (!isRecord(answer) || !isRecord(answer["schema"]))
    throw invalidOption("answer", "{ schema }, a JSON Schema", answer);
  jsonSchema(answer["schema"]);
}

function checkContext(context: unknown): void {
  if (!isRecord(context)) throw invalidOption("context", "an object", context);
}

/** Each amount by itself, so that the one that is wrong is named. */
function* amountProblems(field: string, amounts: unknown, known: readonly string[]): Iterable<Issue> {
  yield* problemsOf([field], () => {
    if (!isRecord(amounts)) throw invalidOption(field, "an object, such as { steps: 20 }", amounts);
    onlyOptions(amounts, known, field);
  });
  if (!isRecord(amounts)) return;
  for (const [name, amount] of Object.entries(amounts)) {
    if (known.includes(name)) yield* problemsOf([field, name], () => checkedLimits({ [name]: amount }, "of a message"));
  }
}

/** What would be right in place of a problem that cannot be sent. */
export function expectedOf(problem: Problem): string | undefined {
  if (typeof problem !== "string" && !Array.isArray(problem)) return "a text, or an array of texts and files";
  try {
    parseMessage(recordedUserMessage(problem, "asked"));
    const { parts } = userMessage(problem, "asked");
    const isEmpty = parts.every((part) => part.type === "text" && part.text.trim() === "");
    return isEmpty ? "a problem that is not empty" : undefined;
  } catch (error) {
    return expectation(error);
  }
}

function expectation(error: unknown): string {
  return isAitorError(error) ? `${error.expected}, not ${error.got}` : messageOf(error);
}
