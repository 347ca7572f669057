// Histories as they come: of several providers, with everything that aborting, pruning and switching models leaves behind.
import fc from "fast-check";
import type { AssistantPart, FilePart, Message, ToolResultPart } from "./format/message.ts";

const id = fc.constantFrom("call_1", "call_2", "c", "weird id/ä", "x".repeat(80));
const text = fc.constantFrom("hello", "", "  ", "\n", "so \ud83d", "good 😀");
const name = fc.constantFrom("add", "fs.read", "", "ns/tool:x");
const metadata = fc.constantFrom(
  { anthropic: { signature: "sig" } },
  { anthropic: { redactedData: "data" } },
  { openai: { itemId: "rs_1", reasoningEncryptedContent: null } },
  { google: { thoughtSignature: "t" } },
);
const signed = fc.option(metadata, { nil: undefined }).map((each) => (each === undefined ? {} : { metadata: each }));

const textPart = fc.tuple(text, signed).map(([value, extra]) => ({ type: "text" as const, text: value, ...extra }));
const data = fc.constantFrom<Omit<FilePart, "type" | "mediaType">>(
  { base64: "aGk=" },
  { base64: "aGk=", name: "memo \ud83d.mp3" },
  { url: "https://example.com/a" },
  { blob: { blob: "b1", size: 2 } },
  { base64: "" },
  { base64: " \n" },
  { url: "not a url" },
  { blob: { blob: "b2", size: 0 } },
);
const filePart = fc
  .tuple(fc.constantFrom("image/png", "audio/mpeg", "application/pdf", "text/csv", "video/mp4"), data, signed)
  .map(([mediaType, given, extra]): FilePart => ({ type: "file", mediaType, ...given, ...extra }));
const plainOutput = fc.constantFrom<ToolResultPart["output"]>(
  { type: "text", text: "5" },
  { type: "text", text: "" },
  { type: "json", value: { a: [1] } },
  { type: "json", value: null, error: true },
  { type: "json", value: { "key \ud83d": ["half \ud83d"] } },
  { type: "denied", reason: "no" },
  { type: "denied", reason: "no \ud83d" },
  { type: "parts", parts: [] },
);
const output = fc.oneof(
  plainOutput,
  fc
    .array(fc.oneof(textPart, filePart), { maxLength: 2 })
    .map((parts): ToolResultPart["output"] => ({ type: "parts", parts })),
);
const resultPart = fc.record({ id, name, output }).map((part): ToolResultPart => ({ type: "tool-result", ...part }));
const assistantPart: fc.Arbitrary<AssistantPart> = fc.oneof(
  textPart,
  fc.tuple(text, signed).map(([value, extra]) => ({ type: "reasoning" as const, text: value, ...extra })),
  filePart,
  fc
    .tuple(
      id,
      name,
      fc.constantFrom<unknown>({}, { a: 1 }, "text", null, [1], { a: ["half \ud83d"] }, "half \ud83d"),
      fc.boolean(),
      signed,
    )
    .map(([callId, tool, input, remote, extra]) => ({
      type: "tool-call" as const,
      id: callId,
      name: tool,
      input,
      ...(remote && { remote: true as const }),
      ...extra,
    })),
  resultPart.map((part) => ({ ...part, remote: true as const })),
  fc.constantFrom({ type: "opaque" as const, kind: "openai.compaction" }, { type: "opaque" as const, kind: "odd" }),
);
const from = fc.constantFrom(
  {},
  { from: { provider: "anthropic", model: "claude" } },
  { from: { provider: "openai", model: "gpt" } },
  { from: { provider: "google", model: "gemini" } },
  { from: { provider: "local", model: "llama" } },
);

let count = 0;
const base = (): { v: 1; id: string } => ({ v: 1, id: `m${++count}` });

export const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  text.map((value): Message => ({ ...base(), role: "system", text: value })),
  fc
    .array(fc.oneof(textPart, filePart), { maxLength: 3 })
    .map((parts): Message => ({ ...base(), role: "user", parts })),
  fc
    .tuple(fc.array(assistantPart, { maxLength: 5 }), from)
    .map(([parts, origin]): Message => ({ ...base(), role: "assistant", parts, ...origin })),
  fc.array(resultPart, { maxLength: 3 }).map((parts): Message => ({ ...base(), role: "tool", parts })),
);

export const anyHistory: fc.Arbitrary<Message[]> = fc.array(anyMessage, { maxLength: 14 });
