import { isAitorError, type Schema, validate } from "../base/index.ts";
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
