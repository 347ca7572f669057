import { isPromiseLike, validate } from "../../base/index.ts";
import type { MemoryRules } from "../definition/agent-behaviour.ts";
import { DamagedMemory, orDamaged } from "./damaged-memory.ts";

/** Told of what could not be read of a memory that can be used without it. */
export type LeftOut = (error: Error) => void;

/** Memory as it is on record, before it is decoded: a value and the version that it is of; nothing of a new agent. */
export interface RawMemory {
  readonly value: unknown;
  readonly version: string;
}

/** Decodes recorded memory and brings it to this version. @throws What codec and migration throw. */
export function currentMemory(rules: MemoryRules, { value, version }: RawMemory, leftOut?: LeftOut): unknown {
  const { codec, migrate } = rules;
  const decoded = codec === undefined ? value : codec.decode(value);
  tellLeftOut(rules, decoded, leftOut);
  if (version === rules.version || migrate === undefined) return decoded;
  const migrated = migrate(decoded, version);
  if (migrated !== decoded) tellLeftOut(rules, migrated, leftOut);
  return migrated;
}

/** Whether memory like that, on record, could be read. */
export function isReadable(rules: MemoryRules, raw: RawMemory): Promise<boolean> {
  const read = async (): Promise<unknown> => checked(rules, currentMemory(rules, raw));
  return read().then(
    () => true,
    () => false,
  );
}

/** Memory as the schema takes it: a promise only where that is asynchronous. @throws DamagedMemory. */
export function checked(rules: MemoryRules, value: unknown, leftOut?: LeftOut): unknown {
  const { schema, agent } = rules;
  if (schema === undefined) return value;
  const valid = orDamaged(() => validate(schema, value, `the recorded memory of agent "${agent}"`));
  const told = (given: unknown): unknown => {
    if (given !== value) tellLeftOut(rules, given, leftOut);
    return given;
  };
  return isPromiseLike(valid) ? valid.then(told, damaged) : told(valid);
}

function tellLeftOut({ codec }: MemoryRules, memory: unknown, leftOut: LeftOut | undefined): void {
  if (leftOut !== undefined) for (const error of codec?.leftOut?.(memory) ?? []) leftOut(error);
}

function damaged(cause: unknown): never {
  throw new DamagedMemory(cause);
}
