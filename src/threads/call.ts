import type { ErrorRecord } from "../base/index.ts";

/** What a worker is sent. */
export interface Call {
  /** The module's URL. */
  readonly module: string;
  readonly input: readonly unknown[];
  /**
   * Who has it: {@link NOBODY}, the id of the worker's thread, which can say nothing more when it is dead, or {@link NEVER},
   * where it was stopped before. Each side sets it in place of `NOBODY` only.
   */
  readonly taker: Int32Array<SharedArrayBuffer>;
}

export const NOBODY = 0;
export const NEVER = -1;

/** What a worker sends when a call is over. */
export interface Answered {
  readonly answer: Answer;
  /** Of heap and buffers that it has, with what is not collected yet. */
  readonly bytes: number;
}

/** What a worker says became of a call. */
export type Answer =
  | { readonly kind: "returned"; readonly result: unknown }
  | { readonly kind: "threw"; readonly error: ErrorRecord }
  | { readonly kind: "not-loaded"; readonly error: ErrorRecord; readonly missing: boolean }
  | { readonly kind: "no-function"; readonly got: string }
  | { readonly kind: "not-copyable"; readonly got: string };
