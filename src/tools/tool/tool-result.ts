import type { ArtefactHandle } from "./artefact.ts";
import type { ToolFailure } from "../schema/tool-failure.ts";

/** What a call came to. A failure is one that a model can act on. */
export type ToolResult<Value = unknown> = ToolSuccess<Value> | ToolCut | ToolError;

export interface ToolSuccess<Value = unknown> {
  readonly ok: true;
  /** A JSON value; of a tool that gives nothing, null. */
  readonly value: Value;
  readonly cut?: undefined;
  readonly durationMs: number;
}

/** The value was longer than the tool's `maxOutput`. */
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

/** What stands in the place of a value that was too long. */
export interface CutOutput {
  /** Its beginning; of a value that is no text, the beginning of its JSON. */
  readonly preview: string;
  /** How long all of it is. */
  readonly characters: number;
  /** Where all of it is kept; absent where the call had no store of artefacts, or one that failed. */
  readonly artefact?: ArtefactHandle;
  /** The same for a model to read. */
  readonly note: string;
}
