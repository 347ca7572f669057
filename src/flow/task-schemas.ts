import { AitorError, invalidOption, isAitorError, isSchema, type Schema, validate } from "../base/index.ts";
import type { TaskOptions } from "./task-options.ts";
import type { Call } from "./task-settings.ts";

/** `fn` with its schemas before and behind it; `fn` itself where there are none. */
export function checked(name: string, fn: Call, { input, output }: TaskOptions): Call {
  if (input === undefined && output === undefined) return fn;
  const schemas: readonly unknown[] = input === undefined ? [] : Array.isArray(input) ? input : [input];
  for (const schema of output === undefined ? schemas : [...schemas, output]) {
    if (!isSchema(schema))
      throw invalidOption(`a schema of task "${name}"`, "a Standard Schema, such as zod's", schema);
  }
  return async (step, given) => {
    const args = [...given];
    for (const [index, schema] of (schemas as Schema[]).entries()) {
      args[index] = await check(schema, args[index], "invalid-input", inputName(name, index, schemas.length), false);
    }
    const result = await fn(step, args);
    if (output === undefined) return result;
    return check(output, result, "invalid-output", `the output of task "${name}"`, undefined);
  };
}

function inputName(name: string, index: number, count: number): string {
  return count === 1 ? `the input of task "${name}"` : `input ${index + 1} of task "${name}"`;
}

/** An input that does not fit will not fit the next time either; an output may. */
async function check(
  schema: Schema,
  value: unknown,
  code: "invalid-input" | "invalid-output",
  what: string,
  retryable: false | undefined,
): Promise<unknown> {
  try {
    return await validate(schema, value, what);
  } catch (error) {
    if (!isAitorError(error, "invalid-value")) throw error;
    const { expected, got, fix, data } = error;
    throw new AitorError({
      code,
      message: `${what} does not match its schema`,
      ...(expected !== undefined && { expected }),
      ...(got !== undefined && { got }),
      ...(fix !== undefined && { fix }),
      ...(retryable !== undefined && { retryable }),
      data,
    });
  }
}
