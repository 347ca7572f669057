import type { MemoryRules } from "../definition/agent-behaviour.ts";

/** Whether two memories are the same on record. @throws What the codec throws. */
export function isSameMemory({ codec }: Pick<MemoryRules, "codec">, one: unknown, other: unknown): boolean {
  if (one === other) return true;
  const written = (memory: unknown): string | undefined =>
    JSON.stringify(codec === undefined ? memory : codec.encode(memory));
  return written(one) === written(other);
}
