import { checkJson, type MessageKey } from "../../base/index.ts";
import { memoryFileError } from "../definition/errors.ts";
import type { RawMemory } from "./current-memory.ts";

const FORMAT = "aitor-memory";

/** An agent's memory as a JSON value, to keep or to move elsewhere. */
export interface MemoryFile {
  readonly format: typeof FORMAT;
  /** The version of this format. */
  readonly v: 1;
  /** The name of the agent whose memory this was. */
  readonly agent: string;
  readonly id: string;
  /** The definition's version. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly exportedAt: number;
  /** The memory, as the codec writes it if there is one. */
  readonly value: unknown;
}

/** @param value As the codec writes it. */
export function memoryFile(key: MessageKey, version: string, value: unknown, now: number): MemoryFile {
  return { format: FORMAT, v: 1, agent: key.name, id: key.id, version, exportedAt: now, value };
}

/**
 * @param isTolerant Whether what reads the value tells what it cannot read of it: then a later version of this format is read
 *   as far as it is this one.
 * @throws AitorError `memory-file`, which says what is wrong with it.
 */
export function memoryOfFile(file: unknown, isTolerant: boolean): RawMemory {
  const fix = "import what exportMemory, or aitor memory --export, gave, unchanged";
  if (typeof file !== "object" || file === null) throw memoryFileError(describeShort(file), fix);
  const { format, v, version, value } = file as Partial<Record<keyof MemoryFile, unknown>>;
  if (format !== FORMAT) throw memoryFileError(`an object with the format ${describeShort(format)}`, fix);
  if (v !== 1 && !isTolerant)
    throw memoryFileError(
      `version ${describeShort(v)} of the format`,
      "import it with the version of aitor that exported it, or a later one",
    );
  if (typeof version !== "string") throw memoryFileError(`the version ${describeShort(version)}`, fix);
  if (!("value" in file)) throw memoryFileError("no value in it", fix);
  checkJson(value, "the value of exported memory", false);
  return { version, value };
}

function describeShort(value: unknown): string {
  return typeof value === "string" ? `"${value.slice(0, 40)}"` : value === null ? "null" : typeof value;
}
