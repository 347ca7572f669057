import type { EventEnvelope } from "../../base/index.ts";

/** An event that is about to be recorded, in a run or another stream: the journal gives it its place. @param key Of what in the run; empty for the run itself. */
export function runEvent<Type extends string, Data>(
  run: string,
  at: number,
  key: string,
  type: Type,
  data: Data,
): EventEnvelope<Type, Data> {
  return { v: 1, stream: run, seq: 0, at, run, key, type, data };
}
