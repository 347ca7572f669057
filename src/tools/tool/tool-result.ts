import type { ArtefactHandle } from "./artefact.ts";
import type { ToolFailure } from "../schema/tool-failure.ts";

/** The result of a call. A failure is one that a model can act on. */
export type ToolResult<Value = unknown> = ToolSuccess<Value> | ToolCut | ToolError;

export interface ToolSuccess<Value = unknown> {
  readonly ok: true;
  /** A JSON value; null if the tool returns nothing. */
  readonly value: Value;
  readonly cut?: undefined;
  readonly durationMs: number;
}

/** The result of a call whose value was longer than the tool's `maxOutput`. */
export interface ToolCut {
  readonly ok: true;
  readonly value: CutOutput;
  readonly cut: true;
  readonly durationMs: number;
}

export interface ToolError {
  readonly ok: false;
  readonly error: ToolFailure;
  readonly durationMs: number;
}

/** What replaces a value that was too long. */
export interface CutOutput {
  /** The beginning of the value or, for a value that is not a text, the beginning of its JSON. */
  readonly preview: string;
  /** The length of the whole value. */
  readonly characters: number;
  /** Where the whole value is kept; absent if the call had no artefact store, or one that failed. */
  readonly artefact?: ArtefactHandle;
  /** The same facts, for a model to read. */
  readonly note: string;
}
