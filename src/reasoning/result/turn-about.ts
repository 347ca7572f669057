import type { ReactMemory } from "../memory/react-memory.ts";

/** What hooks and computed options are given. */
export interface TurnAbout<Memory = ReactMemory<Record<string, unknown>, unknown>> {
  readonly agent: { readonly name: string; readonly id: string };
  readonly run: string;
  /** From 1 on. */
  readonly turn: number;
  readonly memory: Memory;
}
