import type { MemoryCodec } from "../../agent/index.ts";
import { type EventEnvelope, onlyOptions, type Schema } from "../../base/index.ts";

/** Your own fields in a memory. Like the rest of the memory, they are made from events. */
export interface MemoryFields<Fields> {
  /** Returns the fields of a new agent. They must be a JSON value, unless there is a codec. */
  readonly initial: () => Fields;
  /**
   * Returns the fields after an event of one of the agent's runs, or the given fields if the event means nothing to them. It must
   * not change its arguments. If it throws, the error is reported and the fields stay as they were. The rest of memory takes the
   * event.
   */
  readonly apply?: (fields: Fields, event: EventEnvelope) => Fields;
  /** The schema of restored and imported fields. Fields that do not fit are replaced by new ones and reported. @default anything */
  readonly schema?: Schema<unknown, Fields>;
  /** Returns the fields for this version of the definition, made from those of another version. */
  readonly migrate?: (fields: unknown, from: string) => Fields;
  /** How fields that are not a JSON value are written and read. If `decode` throws, new fields replace them. @default as they are */
  readonly codec?: MemoryCodec<Fields>;
}

/** The same rules, without their types. */
export interface FieldsRules {
  readonly initial: () => unknown;
  readonly apply: ((fields: unknown, event: EventEnvelope) => unknown) | undefined;
  readonly schema: Schema | undefined;
  readonly migrate: ((fields: unknown, from: string) => unknown) | undefined;
  readonly codec: MemoryCodec<unknown> | undefined;
}

const KNOWN: ReadonlySet<string> = new Set([
  "initial",
  "apply",
  "schema",
  "migrate",
  "codec",
] satisfies (keyof MemoryFields<unknown>)[]);

/** @param of Names the agent in errors. @throws AitorError `invalid-option`. */
export function checkFields(fields: object | undefined, of: string): void {
  onlyOptions(fields ?? {}, KNOWN, `fields ${of}`);
}

/** @param of Names the agent in errors. @throws AitorError `invalid-option`. */
export function fieldsRules(fields: MemoryFields<never> | undefined, of: string): FieldsRules {
  checkFields(fields, of);
  return {
    initial: fields?.initial ?? (() => ({})),
    apply: fields?.apply as FieldsRules["apply"],
    schema: fields?.schema,
    migrate: fields?.migrate,
    codec: fields?.codec as FieldsRules["codec"],
  };
}
