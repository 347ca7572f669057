import type { MemoryCodec } from "../../agent/index.ts";
import { type EventEnvelope, onlyOptions, type Schema } from "../../base/index.ts";

/** Fields of your own in a memory, which are made of events as the rest of it is. */
export interface MemoryFields<Fields> {
  /** Of a new agent: a JSON value, unless there is a codec. */
  readonly initial: () => Fields;
  /**
   * The fields after an event of one of the agent's runs; those before where it means nothing to them. Changes
   * nothing. What it throws is reported, and leaves the fields as they were; the rest of memory takes the event.
   */
  readonly apply?: (fields: Fields, event: EventEnvelope) => Fields;
  /** What restored and imported fields must be; others are replaced by new ones, and reported. @default anything */
  readonly schema?: Schema<unknown, Fields>;
  /** Makes fields of this version of the definition from those of another one. */
  readonly migrate?: (fields: unknown, from: string) => Fields;
  /** How fields that are no JSON value are written and read. Where `decode` throws, they are new ones. @default as they are */
  readonly codec?: MemoryCodec<Fields>;
}

/** The same, without its types. */
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
