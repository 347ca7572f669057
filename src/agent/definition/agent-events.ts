import type { ErrorRecord } from "../../base/index.ts";
import type { MemoryPatch } from "./memory-events.ts";

/** An event in an agent's life. Observers get these in order; those that are recorded are in the journal. */
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
  /** The message is durable. */
  | (OfMessage<"message-received"> & { readonly value: unknown })
  /** The message's handler begins, or continues after a restart. */
  | OfMessage<"message-begun">
  /** The message's reply and its changes to memory are durable. */
  | (OfMessage<"message-handled"> & { readonly reply: unknown; readonly durationMs: number })
  /** The handling continues only when one of `waitsFor` is answered or fires. */
  | (OfMessage<"message-suspended"> & { readonly waitsFor: readonly string[] })
  /** The message's handler threw, or the message was cancelled. */
  | (OfMessage<"message-failed"> & { readonly error: ErrorRecord; readonly cancelled: boolean })
  /** The handling stopped without a recorded ending: the code does not fit, or the journal fails. Nothing behind it continues. */
  | (OfMessage<"message-halted"> & { readonly error: ErrorRecord })
  /** The message killed its process again and again, and is a dead letter. */
  | (OfMessage<"message-set-aside"> & { readonly error: ErrorRecord })
  /** The message was a dead letter and was sent again under another id. */
  | (OfMessage<"message-sent-again"> & { readonly as: string });

export type MemoryChangeEvent =
  /** Memory changed. `seq` is the commit: `aitor memory … --at` goes back to it. No `run` if the change came from outside. */
  | (OfAgent<"memory-changed"> & {
      readonly seq: number;
      readonly run: string | undefined;
      readonly patches: readonly MemoryPatch[];
    })
  /** The memory could not be read. The last good state counts. */
  | (OfAgent<"memory-set-aside"> & { readonly seq: number; readonly good: number; readonly error: ErrorRecord })
  /**
   * A part of the memory could not be read and is missing; the rest is there. Occurs whenever the memory is read, until the part
   * is no longer on record.
   */
  | (OfAgent<"memory-left-out"> & { readonly error: ErrorRecord })
  /** A fold could not take an event and left it out. */
  | (OfAgent<"event-left-out"> & { readonly run: string; readonly seq: number; readonly error: ErrorRecord });

export type LifeEvent =
  /** The agent's memory was loaded or released, or the agent was deleted. */
  OfAgent<"agent-woke"> | OfAgent<"agent-rested"> | OfAgent<"agent-deleted">;
