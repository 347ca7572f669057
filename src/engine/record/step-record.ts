import type { Effect } from "../../base/index.ts";
import type { StepFailure } from "./errors.ts";
import type { RecordedInput } from "./recorded-input.ts";

/** What a journal tells about one step. Without an outcome it was in flight when its process ended. */
export interface StepRecord {
  /** That of its last start. */
  readonly seq: number;
  readonly effect: Effect;
  readonly input: RecordedInput | undefined;
  /** When it began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** It waits for another agent's reply. */
  readonly asks: boolean;
  /** The run that does it, where it is a child. */
  readonly child: string | undefined;
  /** Attempts that failed and were to be repeated. */
  failedAttempts: number;
  /** The `seq` of its last model call on record where that failed, else 0: it is to be made again, here or elsewhere. */
  failedCall?: number;
  /** Starts on record. */
  readonly starts: number;
  /** It was in doubt and somebody was asked; is to be called, as somebody said or it never was; or was cut off with its scope. */
  doubt?: "asked" | "settled" | "abandoned";
  outcome?: { readonly result: unknown } | { readonly failure: StepFailure };
}

/** Whether it must run once, was called, and nobody has said what became of it. */
export function mayHaveHappened({ outcome, effect, doubt }: StepRecord): boolean {
  return outcome === undefined && effect === "once" && doubt !== "settled" && doubt !== "abandoned";
}
