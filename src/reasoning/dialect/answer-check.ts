import { checkJson, isAitorError, messageOf, type Schema, schemaResult, validate } from "../../base/index.ts";
import type { AnswerCheck } from "./dialect.ts";

/** Checks answers by a schema. */
export function checkedAnswer(schema: Schema): AnswerCheck {
  return async (value) => {
    try {
      return { object: await validate(schema, value, "the answer") };
    } catch (error) {
      if (!isAitorError(error, "invalid-value")) throw error;
      return { issues: error.expected ?? error.message };
    }
  };
}

/**
 * Returns the schema that answers must fit: the shape, which is on record, and also the caller's own schema, if the caller is in
 * this process. The value stays as the model gave it. What the schema makes of it is for the caller.
 */
export function answerSchema(shape: Schema, own: () => Schema | undefined): Schema {
  const validate = async (value: unknown): Promise<StandardResult> => {
    try {
      // One that nests too deep for a record, or for a schema that refers to itself, is the model's to mend.
      checkJson(value, "the answer", false);
      const result = await shape["~standard"].validate(value);
      const schema = result.issues === undefined ? own() : undefined;
      if (result.issues !== undefined || schema === undefined) return result;
      const { issues } = await schemaResult(schema, result.value);
      return issues === undefined ? result : { issues };
    } catch (error) {
      return { issues: [{ message: `an answer that can be checked: ${messageOf(error)}` }] };
    }
  };
  return { "~standard": { version: 1, vendor: "aitor", validate } };
}

type StandardResult = Awaited<ReturnType<Schema["~standard"]["validate"]>>;
