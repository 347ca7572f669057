import { AitorError, describe, errorAtCaller, messageOf } from "../../base/index.ts";

/** The error codes of `aitor/tools`. What a model can mend is not an error but a `ToolFailure`. */
export type ToolErrorCode =
  | "invalid-output"
  | "isolation-unavailable"
  | "no-json-schema"
  | "tool-exists"
  | "tool-unavailable";

export function toolExistsError(name: string, owner: string): AitorError<"tool-exists"> {
  return errorAtCaller({
    code: "tool-exists",
    message: `tool "${name}" cannot be registered: there is one of that name`,
    expected: "a name that no tool has for the same tenant; none stands in the place of a shared one",
    got: `"${name}", which is ${owner}`,
    fix: "give it another name, or unregister the other one first",
    data: { name },
  });
}

export function isolationError(name: string, isolation: unknown): AitorError<"isolation-unavailable"> {
  return new AitorError({
    code: "isolation-unavailable",
    message: `tool "${name}" asks for an isolation that there is not`,
    expected: '"none": tools run in this process, with all that it may do',
    got: describe(isolation),
    fix: "do not run there what you would not run in your own process; leave the option out if you would",
    data: { name },
  });
}

/** @param vendor The library that made the schema. */
export function noJsonSchemaError(name: string, vendor: string, cause?: unknown): AitorError<"no-json-schema"> {
  const fixes: ReadonlyMap<string, string> = new Map([
    ["valibot", "wrap it: toStandardJsonSchema(schema) of @valibot/to-json-schema"],
    ["zod", "use zod 4.2 or newer; of zod/mini, whose schemas give none, pass z.toJSONSchema(schema)"],
    ["arktype", "use arktype 2.1.28 or newer"],
  ]);
  return new AitorError({
    code: "no-json-schema",
    message: `the input of tool "${name}" cannot be shown to a model`,
    expected: "a Standard Schema that gives its JSON Schema, or a JSON Schema",
    got: cause === undefined ? `a schema of ${vendor} that gives none` : messageOf(cause),
    fix:
      cause === undefined
        ? (fixes.get(vendor) ?? 'give it a method "~standard".jsonSchema.input, or write the JSON Schema')
        : "use what JSON has: numbers, texts, booleans, null, lists, objects; a date as a text",
    ...(cause !== undefined && { cause }),
  });
}

export function invalidOutputError(
  name: string,
  expected: string,
  got: string,
  data: unknown,
): AitorError<"invalid-output"> {
  return new AitorError({
    code: "invalid-output",
    message: `tool "${name}" ran, but its output does not match its schema`,
    expected,
    got,
    fix: "correct what the tool returns, or its output schema",
    data,
  });
}

export function unavailableError(name: string, got: string, cause?: unknown): AitorError<"tool-unavailable"> {
  return new AitorError({
    code: "tool-unavailable",
    message: `tool "${name}" was not called: it is not available`,
    expected: "a tool that is registered and can be opened",
    got,
    fix: "try again later, or go on without it",
    ...(cause !== undefined && { cause }),
  });
}
