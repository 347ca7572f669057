import { type BlobRef, isRecord } from "../../base/index.ts";

/*
 * What a prompt is made of beside the conversation, so that it can be made again from the record without being on it twice. A
 * prompt's messages are the memory; the system's text and the tools are blobs of the agent, which are named by their
 * content: the event tells which from now on, and comes again only where one of them changed.
 */

/** The event, recorded in the step that asks with another shape than the one before. */
export const PROMPT_SHAPED = "prompt-shaped";

export interface PromptShape {
  readonly dialect: "native" | "json";
  /** What the system says, as UTF-8; absent where it says nothing. */
  readonly system?: BlobRef;
  /** The tools as the provider is told of them, as JSON; absent where there are none, or the system tells of them. */
  readonly tools?: BlobRef;
  /** How many messages memory keeps at most. */
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
