import { type BlobRef, isRecord } from "../../base/index.ts";

/*
 * What a prompt is made of besides the conversation, so that it can be made again from the record without being stored there
 * twice. A prompt's messages are the memory. The system prompt and the tools are blobs of the agent, named by their content. The
 * event says which blobs apply from now on. It is recorded again only when one of them has changed.
 */

/** The event, recorded in the step that asks with another shape than the one before. */
export const PROMPT_SHAPED = "prompt-shaped";

export interface PromptShape {
  readonly dialect: "native" | "json";
  /** The system prompt as UTF-8. Absent if there is none. */
  readonly system?: BlobRef;
  /** The tools as the provider gets them, as JSON. Absent if there are none, or if the system prompt describes them. */
  readonly tools?: BlobRef;
  /** The largest number of messages that memory keeps. */
  readonly maxMessages: number;
}

export function isPromptShape(value: unknown): value is PromptShape {
  if (!isRecord(value)) return false;
  const { dialect, system, tools, maxMessages } = value;
  const areBlobs = [system, tools].every(
    (ref) => ref === undefined || (isRecord(ref) && typeof ref["blob"] === "string"),
  );
  return (dialect === "native" || dialect === "json") && typeof maxMessages === "number" && areBlobs;
}

export function sameShape(a: PromptShape, b: PromptShape): boolean {
  return (
    a.dialect === b.dialect &&
    a.system?.blob === b.system?.blob &&
    a.tools?.blob === b.tools?.blob &&
    a.maxMessages === b.maxMessages
  );
}
