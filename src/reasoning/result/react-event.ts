import type { Progress } from "../../base/index.ts";
import type { TraceStep } from "../memory/memory-parts.ts";
import type { ReactResult } from "./react-result.ts";
import type { ApprovalAsked } from "../memory/turn-record.ts";

/** An event of a run, for those who watch it. `turn` counts from 1. `call` is the call's id, unique in its run. */
export type ReactEvent =
  /** Replaces everything before it: for readers that come late or fall behind, and when a reply begins anew. */
  | {
      readonly type: "snapshot";
      readonly turn: number;
      /** The steps that are complete. */
      readonly trace: readonly TraceStep[];
      /** What the model has written of its reply so far. */
      readonly text: string;
      readonly reasoning: string;
    }
  | { readonly type: "run-started"; readonly run: string }
  | { readonly type: "think-started"; readonly turn: number }
  | { readonly type: "text-delta"; readonly turn: number; readonly text: string }
  | { readonly type: "reasoning-delta"; readonly turn: number; readonly text: string }
  /** A piece of a call's arguments, as the model writes them. */
  | { readonly type: "tool-call-delta"; readonly turn: number; readonly tool: string; readonly text: string }
  /** A request to this model failed and is made again. */
  | { readonly type: "model-retried"; readonly turn: number; readonly model: string; readonly message: string }
  | {
      readonly type: "think-finished";
      readonly turn: number;
      readonly model: string;
      readonly text: string;
      readonly reasoning: string;
      readonly cost?: number;
      /** The tokens of the request and the reply. Absent if they are not known. */
      readonly tokens?: number;
      /** Why the reply cannot be used, as the model is told. */
      readonly fault?: string;
    }
  | { readonly type: "think-failed"; readonly turn: number; readonly message: string }
  | {
      readonly type: "tool-called";
      readonly turn: number;
      readonly call: string;
      readonly tool: string;
      readonly input: unknown;
    }
  | ({
      readonly type: "tool-progressed";
      readonly turn: number;
      readonly call: string;
      readonly tool: string;
    } & Progress)
  | {
      readonly type: "tool-finished";
      readonly turn: number;
      readonly call: string;
      readonly tool: string;
      /** `ok`, or the code of the failure. */
      readonly outcome: string;
      /** The message of a failure. */
      readonly message?: string;
      /** What the tool returned. */
      readonly value?: unknown;
      readonly durationMs: number;
    }
  | {
      readonly type: "approval-requested";
      readonly turn: number;
      readonly call: string;
      /** Together with the run, the address of the answer. */
      readonly key: string;
      readonly request: ApprovalAsked;
    }
  | {
      readonly type: "approval-answered";
      readonly turn: number;
      readonly call: string;
      /** The arguments that the call is made with, if a person changed them. */
      readonly edited?: unknown;
    }
  | { readonly type: "message-steered"; readonly content: string }
  /** The oldest messages are summed up, or are not shown any more. */
  | { readonly type: "context-pruned"; readonly summary?: string }
  | { readonly type: "run-suspended"; readonly waitsFor: readonly string[] }
  | { readonly type: "run-resumed" }
  | { readonly type: "run-finished"; readonly result: ReactResult<unknown> };
