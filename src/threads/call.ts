import type { ErrorRecord } from "../base/index.ts";

/** What a worker is sent. */
export interface Call {
  /** The module's URL. */
  readonly module: string;
  readonly input: readonly unknown[];
  /** The worker writes its thread's id into it when it takes the call: a dead worker can say nothing more. */
  readonly thread: Int32Array<SharedArrayBuffer>;
}

/** What a worker says became of a call. */
export type Answer =
  | { readonly kind: "returned"; readonly result: unknown }
  | { readonly kind: "threw"; readonly error: ErrorRecord }
  | { readonly kind: "not-loaded"; readonly error: ErrorRecord; readonly missing: boolean }
  | { readonly kind: "no-function"; readonly got: string }
  | { readonly kind: "not-copyable"; readonly got: string };
