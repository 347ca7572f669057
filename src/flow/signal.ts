import {
  checkJson,
  type Duration,
  invalidOption,
  isSchema,
  milliseconds,
  nonEmpty,
  optionsOf,
  type Schema,
  type SignalOptions,
} from "../base/index.ts";
import { taskPart } from "./chain.ts";
import { recordable } from "./task-settings.ts";
import type { AnyTask, Start, Task } from "./types.ts";

/** Options of a task that waits for an answer. */
export interface SignalTaskOptions {
  /** Time to answer, including time in which no process runs. Then the task fails with `signal-expired`. @default none */
  readonly deadline?: Duration;
}

/**
 * Makes a task that waits for an answer from outside: `engine.answer`, `aitor answer`. Its input is the request, which is shown to
 * whoever answers: one value alone, several as a list. The schema's output for the answer is the result. The answer is checked
 * again when the run is resumed, so the schema must give the same output each time.
 *
 * @throws AitorError `invalid-option`, `invalid-duration`.
 */
export function signal<const Name extends string, Value>(
  name: Name,
  schema: Schema<unknown, Value>,
  options: SignalTaskOptions = {},
): Task<Name, readonly unknown[], Value> {
  return signalTask(name, schema, options, requestOf) as unknown as Task<Name, readonly unknown[], Value>;
}

/** @param request Makes the request from the task's input. */
export function signalTask(
  name: string,
  schema: Schema,
  options: SignalTaskOptions,
  request: (given: readonly unknown[]) => unknown,
): AnyTask {
  nonEmpty(name, "the name of a signal");
  if (!isSchema(schema)) {
    throw invalidOption(`the schema of signal "${name}"`, "a Standard Schema, such as zod's", schema);
  }
  const { deadline } = optionsOf(options, ["deadline"], `an option of signal "${name}"`);
  if (deadline !== undefined) milliseconds(deadline, `deadline of signal "${name}"`);
  const awaited: SignalOptions<unknown> = { schema, ...(deadline !== undefined && { deadline }) };
  const start: Start = async (run, stepName, given, began) => {
    began();
    const answer = await run.waitFor(stepName, { ...awaited, request: request(given) });
    checkJson(answer, `what the schema of signal "${name}" makes of the answer`, false);
    return answer;
  };
  return taskPart({
    name,
    "~start": start,
    "~inner": [],
    "~waits": "signal",
    as: (other: string) => signalTask(other, schema, deadline === undefined ? {} : { deadline }, request),
  });
}

function requestOf(given: readonly unknown[]): unknown {
  return given.length > 1 ? recordable(given) : given[0];
}
