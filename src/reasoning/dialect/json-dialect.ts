import { isRecord } from "../../base/index.ts";
import {
  type AssistantMessage,
  type AssistantPart,
  type Message,
  parseJsonText,
  textOf,
  type ToolCallPart,
  userMessage,
} from "../../llm/index.ts";
import { type AnswerCheck, type Dialect, type Reading, replyFault } from "./dialect.ts";

/** What a model without tool calls is told. */
const ACTIONS = `Reply with one JSON object and nothing else, in one of these forms:
{"action": "think", "thought": "what you consider"}
{"action": "use_tool", "thought": "why", "calls": [{"tool": "name", "input": {}}]}
{"action": "result", "answer": "your final answer"}
What the tools gave comes back to you as {"observations": […]}.`;

const KNOWN = '"think", "use_tool" or "result"';

/** Actions written as JSON, for models that have no tool calls of their own. */
export const jsonDialect: Dialect = {
  name: "json",
  native: false,
  told: (tools, answer) => {
    const list = tools.map(({ name, description, inputSchema }) =>
      JSON.stringify({ tool: name, description, input: inputSchema }),
    );
    return [
      ACTIONS,
      ...(list.length === 0
        ? ["There are no tools."]
        : ["The tools, a line each, with the JSON Schema of their input:", ...list]),
      ...(answer === undefined ? [] : ["The answer must be valid under this JSON Schema:", JSON.stringify(answer)]),
    ].join("\n");
  },
  shown: (message) => {
    let shown = written.get(message);
    if (shown === undefined) {
      shown = asText(message);
      written.set(message, shown);
    }
    return shown;
  },
  read: async (reply, check) => {
    const text = textOf(reply.message);
    const message = marked(reply.message, "unread");
    const fault = replyFault(reply, text.trim() === "", false);
    if (fault !== undefined) return { message, fault };
    const found = await parseJsonText(text, (value) => isRecord(value) && Object.hasOwn(value, "action"));
    if (found === undefined) return { message, fault: `Your reply holds no JSON. ${ACTIONS}` };
    // What is missing would be missing in the arguments, or in the answer, and nobody would know.
    if (found.isCut) return { message, fault: CUT };
    const { told, ...reading } = await action(message, found.value, check);
    return told === undefined || says(text, told) ? reading : { ...reading, raw: text };
  },
};

const CUT = `Your reply ends in the middle of its JSON, or a text in it has quotes without "\\" before them. Write all of it again.`;

const written = new WeakMap<Message, Message>();

/** What a reply is besides calls and an answer: a thought, or a text that could not be read as an action. */
type Mark = "think" | "unread";

const marked = (message: AssistantMessage, as: Mark): AssistantMessage => ({
  ...message,
  parts: message.parts.map((part) =>
    part.type === "text" ? { ...part, metadata: { ...part.metadata, aitor: { action: as } } } : part,
  ),
});

const markOf = ({ parts }: AssistantMessage): unknown =>
  parts.find(({ type }) => type === "text")?.metadata?.["aitor"]?.["action"];

interface ActionReading extends Reading {
  /** All that was read, as the action that says no more; nothing where the message is the reply as it came. */
  readonly told?: object;
}

async function action(
  message: AssistantMessage,
  value: unknown,
  check: AnswerCheck | undefined,
): Promise<ActionReading> {
  if (!isRecord(value)) return { message, fault: `Your reply is not one JSON object. ${ACTIONS}` };
  const { action: kind, thought, answer } = value;
  const considered = message.parts.filter(({ type }) => type === "reasoning");
  const why = typeof thought === "string" && thought !== "" ? { thought } : undefined;
  const before: AssistantPart[] = why === undefined ? considered : [...considered, { type: "text", text: why.thought }];
  switch (kind) {
    case "think":
      if (why === undefined) return { message, fault: 'The action "think" needs a text in "thought".' };
      return {
        message: marked({ ...message, parts: before }, "think"),
        thinks: true,
        told: { action: kind, ...why },
      };
    case "use_tool": {
      const calls = callsIn(value);
      if (typeof calls === "string") return { message, fault: calls };
      const made = calls.map(({ name, input }) => ({ tool: name, input }));
      return { message: { ...message, parts: [...before, ...calls] }, told: { action: kind, ...why, calls: made } };
    }
    case "result": {
      if (answer === undefined) return { message, fault: 'The action "result" needs an "answer".' };
      const checked = await check?.(answer);
      if (checked !== undefined && "issues" in checked) {
        return { message, fault: `Your answer is not what was asked for: ${checked.issues}` };
      }
      const text = typeof answer === "string" ? answer : JSON.stringify(answer);
      if (text.trim() === "") return { message, fault: "Your answer is empty." };
      // Beside an answer, a thought is not a part of it.
      const beside: AssistantPart[] = why === undefined ? [] : [{ type: "reasoning", text: why.thought }];
      const parts: AssistantPart[] = [...considered, ...beside, { type: "text", text }];
      return { message: { ...message, parts }, ...checked, told: { action: kind, ...why, answer } };
    }
    default:
      return { message, fault: `There is no such action: expected ${KNOWN} in "action".` };
  }
}

/** Whether a text is this action, and nothing else. */
function says(text: string, told: object): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(told);
  } catch {
    // It was mended, or words stand around it.
    return false;
  }
}

/** What a call may have beside its input. */
const OF_CALLS: ReadonlySet<string> = new Set(["action", "thought", "tool", "calls", "id"]);

/** Calls, or what is wrong with them. One call may stand by itself. */
function callsIn(value: Readonly<Record<string, unknown>>): ToolCallPart[] | string {
  const list = Array.isArray(value["calls"]) ? (value["calls"] as unknown[]) : [value];
  if (list.length === 0) return 'The action "use_tool" needs at least one call in "calls".';
  const calls: ToolCallPart[] = [];
  for (const [index, call] of list.entries()) {
    const { tool, input } = isRecord(call) ? call : {};
    if (typeof tool !== "string" || tool === "") return `calls[${index}] needs the name of a tool in "tool".`;
    const other = input === undefined ? Object.keys(call as object).find((name) => !OF_CALLS.has(name)) : undefined;
    // A call without arguments is one: theirs may stand under another name.
    if (other !== undefined)
      return `calls[${index}] has no "input" but ${JSON.stringify(other)}: put what the tool takes into "input".`;
    calls.push({ type: "tool-call", id: `call_${index + 1}`, name: tool, input: input ?? {} });
  }
  return calls;
}

function asText(message: Message): Message {
  if (message.role === "tool") {
    const observations = message.parts.map(({ name, output }) => ({ tool: name, output: observation(output) }));
    return userMessage(JSON.stringify({ observations }), message.id);
  }
  if (message.role !== "assistant") return message;
  const said = (json: object): Message => ({ ...message, parts: [{ type: "text", text: JSON.stringify(json) }] });
  const text = textOf(message);
  const calls = message.parts.flatMap((part) =>
    part.type === "tool-call" && part.remote !== true ? [{ tool: part.name, input: part.input }] : [],
  );
  const mark = markOf(message);
  if (calls.length > 0) return said({ action: "use_tool", ...(text !== "" && { thought: text }), calls });
  if (mark === "unread" && text.trim() !== "") return { ...message, parts: [{ type: "text", text }] };
  return said(mark === "think" ? { action: "think", thought: text } : { action: "result", answer: text });
}

type Output = Extract<Message, { role: "tool" }>["parts"][number]["output"];

function observation(output: Output): unknown {
  switch (output.type) {
    case "text":
      return output.error === true ? { error: output.text } : output.text;
    case "json":
      return output.value;
    case "denied":
      return { denied: output.reason ?? true };
    case "parts":
      return output.parts.map((part) => (part.type === "text" ? part.text : `a file of ${part.mediaType}`));
  }
}
