import { checkJson, describe, isRecord } from "../../base/index.ts";
import { invalidMessageError } from "./errors.ts";
import { type Message, MESSAGE_VERSION } from "./message.ts";

type Check = (value: unknown) => string | undefined;

/**
 * Parses a JSON value as a message, such as one read back from a store or sent by a client.
 *
 * @throws AitorError `invalid-message`, which says where the value departs from the format.
 */
export function parseMessage(value: unknown): Message {
  const fault = messageFault(value);
  if (fault !== undefined) throw invalidMessageError(fault.at, fault.expected, describe(fault.got));
  checkJson(value, "a message", false);
  return value as Message;
}

interface Fault {
  readonly at: string;
  readonly expected: string;
  readonly got: unknown;
}

function messageFault(value: unknown): Fault | undefined {
  if (!isRecord(value)) return { at: "it", expected: "an object", got: value };
  if (value["v"] !== MESSAGE_VERSION) return { at: ".v", expected: `the version ${MESSAGE_VERSION}`, got: value["v"] };
  if (typeof value["id"] !== "string" || value["id"] === "") return { at: ".id", expected: "a text", got: value["id"] };
  const role = value["role"];
  if (role === "system") return fieldFault(value, "", { text: text });
  const kinds = named(PARTS, role);
  if (kinds === undefined) {
    return { at: ".role", expected: '"system", "user", "assistant" or "tool"', got: role };
  }
  const parts = value["parts"];
  if (!Array.isArray(parts)) return { at: ".parts", expected: "an array", got: parts };
  for (const [index, part] of parts.entries()) {
    const fault = partFault(part, `.parts[${index}]`, kinds);
    if (fault !== undefined) return fault;
  }
  return role === "assistant" && value["from"] !== undefined
    ? fieldFault(value["from"], ".from", { provider: text, model: text })
    : undefined;
}

function partFault(part: unknown, at: string, kinds: readonly string[]): Fault | undefined {
  if (!isRecord(part)) return { at, expected: "an object", got: part };
  const type = part["type"];
  if (typeof type !== "string" || !kinds.includes(type)) {
    return { at: `${at}.type`, expected: kinds.map((kind) => `"${kind}"`).join(" or "), got: type };
  }
  const fault = fieldFault(part, at, FIELDS[type] ?? {});
  if (fault !== undefined || type === "file") return fault ?? fileFault(part, at);
  return type === "tool-result" ? outputFault(part["output"], `${at}.output`) : undefined;
}

function outputFault(output: unknown, at: string): Fault | undefined {
  if (!isRecord(output)) return { at, expected: "an object", got: output };
  const fields = named(OUTPUTS, output["type"]);
  if (fields === undefined) {
    return { at: `${at}.type`, expected: '"text", "json", "denied" or "parts"', got: output["type"] };
  }
  const fault = fieldFault(output, at, fields);
  if (fault !== undefined || output["type"] !== "parts") return fault;
  for (const [index, part] of (output["parts"] as unknown[]).entries()) {
    const inner = partFault(part, `${at}.parts[${index}]`, ["text", "file"]);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function fileFault(part: Record<string, unknown>, at: string): Fault | undefined {
  const given = ["blob", "base64", "url"].filter((name) => part[name] !== undefined);
  return given.length === 1 ? undefined : { at, expected: "one of blob, base64 and url", got: part };
}

function fieldFault(value: unknown, at: string, fields: Readonly<Record<string, Check>>): Fault | undefined {
  if (!isRecord(value)) return { at, expected: "an object", got: value };
  for (const name of Object.keys(fields)) {
    const expected = fields[name]?.(value[name]);
    if (expected !== undefined) return { at: `${at}.${name}`, expected, got: value[name] };
  }
  return undefined;
}

const text: Check = (value) => (typeof value === "string" ? undefined : "a text");
const optionalText: Check = (value) => (value === undefined ? undefined : text(value));
/** Without what is in front of it in a `data:` address, which providers refuse, again and again: the message stays in the history. */
const base64: Check = (value) =>
  value === undefined || (typeof value === "string" && !/[^\w+/=\s-]/.test(value))
    ? undefined
    : 'base64 alone, without "data:…;base64," before it';
const flag: Check = (value) => (value === undefined || value === true ? undefined : "true, or nothing");
const present: Check = (value) => (value === undefined ? "a JSON value" : undefined);
const list: Check = (value) => (Array.isArray(value) ? undefined : "an array");
const blob: Check = (value) =>
  value === undefined || (isRecord(value) && typeof value["blob"] === "string" && typeof value["size"] === "number")
    ? undefined
    : "{ blob, size }";
const metadata: Check = (value) =>
  value === undefined || isMetadata(value) ? undefined : "an object of objects, by provider";

const PARTS: Readonly<Record<string, readonly string[]>> = {
  user: ["text", "file"],
  assistant: ["text", "reasoning", "file", "tool-call", "tool-result", "opaque"],
  tool: ["tool-result"],
};

const FIELDS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  text: { text, metadata },
  reasoning: { text, metadata },
  file: { mediaType: text, name: optionalText, blob, base64, url: optionalText, metadata },
  "tool-call": { id: text, name: text, input: present, broken: optionalText, remote: flag, metadata },
  "tool-result": { id: text, name: text, remote: flag, metadata },
  opaque: { kind: text, metadata },
};

const OUTPUTS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  text: { text, error: flag },
  json: { value: present, error: flag },
  denied: { reason: optionalText },
  parts: { parts: list },
};

function named<Value>(table: Readonly<Record<string, Value>>, name: unknown): Value | undefined {
  return typeof name === "string" && Object.hasOwn(table, name) ? table[name] : undefined;
}

export function isMetadata(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((own) => own === undefined || isRecord(own));
}
