import type { ErrorRecord } from "../../base/index.ts";
import type { MemoryPatch } from "./memory-events.ts";

/** What happens in an agent's life, in order. Told to observers; what of it is on record stands in the journal. */
export type AgentEvent = MessageEvent | MemoryChangeEvent | LifeEvent;

interface OfAgent<Type extends string> {
  readonly type: Type;
  readonly agent: { readonly name: string; readonly id: string };
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface OfMessage<Type extends string> extends OfAgent<Type> {
  /** The message's id. */
  readonly message: string;
  /** The run that handles it. */
  readonly run: string;
}

export type MessageEvent =
  /** It is durable. */
  | (OfMessage<"message-received"> & { readonly value: unknown })
  /** Its handler begins, or goes on after a restart. */
  | OfMessage<"message-begun">
  /** Its reply, and what it changed in memory, are durable. */
  | (OfMessage<"message-handled"> & { readonly reply: unknown; readonly durationMs: number })
  /** Nothing of it goes on before one of these is answered, or fires. */
  | (OfMessage<"message-suspended"> & { readonly waitsFor: readonly string[] })
  /** Its handler threw, or it was cancelled. */
  | (OfMessage<"message-failed"> & { readonly error: ErrorRecord; readonly cancelled: boolean })
  /** Its handling stopped without an ending on record: the code does not fit, or the journal fails. Nothing behind it goes on. */
  | (OfMessage<"message-halted"> & { readonly error: ErrorRecord })
  /** It killed its process again and again, and is a dead letter. */
  | (OfMessage<"message-set-aside"> & { readonly error: ErrorRecord })
  /** It was a dead letter, and was sent again under another id. */
  | (OfMessage<"message-sent-again"> & { readonly as: string });

export type MemoryChangeEvent =
  /** `seq` is the commit: `aitor memory … --at` goes back to it. No `run` where the change came from outside. */
  | (OfAgent<"memory-changed"> & {
      readonly seq: number;
      readonly run: string | undefined;
      readonly patches: readonly MemoryPatch[];
    })
  /** It could not be read; what counts is the last good state. */
  | (OfAgent<"memory-set-aside"> & { readonly seq: number; readonly good: number; readonly error: ErrorRecord })
  /** Something in it could not be read, and is not there; the rest is. Told whenever it is read, until it is not on record any more. */
  | (OfAgent<"memory-left-out"> & { readonly error: ErrorRecord })
  /** A fold could not take an event, and left it out. */
  | (OfAgent<"event-left-out"> & { readonly run: string; readonly seq: number; readonly error: ErrorRecord });

export type LifeEvent =
  /** Its memory was loaded, or let go of. */
  OfAgent<"agent-woke"> | OfAgent<"agent-rested"> | OfAgent<"agent-deleted">;
