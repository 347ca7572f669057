import type { ReactMemory } from "../memory/react-memory.ts";

/** What computed options and hooks are told. */
export interface TurnAbout<Memory = ReactMemory<Record<string, unknown>, unknown>> {
  readonly agent: { readonly name: string; readonly id: string };
  readonly run: string;
  /** From 1 on. */
  readonly turn: number;
  readonly memory: Memory;
}
