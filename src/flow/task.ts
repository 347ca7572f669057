import {
  AitorError,
  type Duration,
  type Effect,
  invalidOption,
  isAitorError,
  isSchema,
  milliseconds,
  nonEmpty,
  type RetryOptions,
  retryPolicy,
  type Schema,
  type StepContext,
  validate,
} from "../base/index.ts";
import { taskPart } from "./chain.ts";
import type { AnyTask, Part, Task, TaskSettings } from "./types.ts";

/** Options of a task; they hold for each of its steps. */
export interface TaskOptions<In extends readonly unknown[] = readonly unknown[], Out = unknown> {
  /**
   * Checks what the task is given, before its function is called; what the schema makes of it is passed on. One
   * schema for a task of one input, an array of them for several.
   */
  readonly input?: InputSchema<In>;
  /** Checks what the function returns; what the schema makes of it is the result. */
  readonly output?: Schema<unknown, Out>;
  /** What a crash in the middle of it means. @default "idempotent" */
  readonly effect?: Effect;
  /** Time for each attempt. @default none */
  readonly timeout?: Duration;
  /** Attempts in all, or the whole policy. Not for `effect: "once"`. @default 1 */
  readonly retry?: RetryOptions | number;
}

type InputSchema<In extends readonly unknown[]> = In extends readonly [infer Only]
  ? Schema<unknown, Only> | readonly [Schema<unknown, Only>]
  : { readonly [Index in keyof In]: Schema<unknown, In[Index]> };

/** Options of a task that takes what its schemas take, and is called with what they make of it. */
interface CheckedOptions<Input, Out> extends Omit<TaskOptions<readonly unknown[], Out>, "input"> {
  readonly input: Input;
}

/** What the schemas take. */
type Given<Input> = Input extends readonly unknown[]
  ? { -readonly [Index in keyof Input]: GivenTo<Input[Index]> }
  : [input: GivenTo<Input>];

/** What the schemas make of it. */
type Checked<Input> = Input extends readonly unknown[]
  ? { -readonly [Index in keyof Input]: MadeBy<Input[Index]> }
  : [input: MadeBy<Input>];

type GivenTo<S> = S extends Schema<infer Given, unknown> ? Given : never;
type MadeBy<S> = S extends Schema<unknown, infer Made> ? Made : never;

/** Makes tasks. */
export interface TaskMaker {
  /**
   * A named function that flows are made of, sync or async. Its result is a JSON value, or `undefined`.
   *
   * @throws AitorError `invalid-option` or `invalid-duration` for options that cannot be used.
   */
  <const Name extends string, const Input extends Schema | readonly Schema[], Out>(
    name: Name,
    fn: (...input: Checked<Input>) => Out | PromiseLike<Out>,
    options: CheckedOptions<Input, NoInfer<Out>>,
  ): Task<Name, Given<Input>, Awaited<Out>>;
  <const Name extends string, In extends readonly unknown[], Out>(
    name: Name,
    fn: (...input: In) => Out | PromiseLike<Out>,
    options?: TaskOptions<In, NoInfer<Out>>,
  ): Task<Name, In, Awaited<Out>>;
  /** A task whose function takes the step first, for what needs its abort signal, idempotency key or progress. */
  step<const Name extends string, const Input extends Schema | readonly Schema[], Out>(
    name: Name,
    fn: (step: StepContext, ...input: Checked<Input>) => Out | PromiseLike<Out>,
    options: CheckedOptions<Input, NoInfer<Out>>,
  ): Task<Name, Given<Input>, Awaited<Out>>;
  step<const Name extends string, In extends readonly unknown[], Out>(
    name: Name,
    fn: (step: StepContext, ...input: In) => Out | PromiseLike<Out>,
    options?: TaskOptions<In, NoInfer<Out>>,
  ): Task<Name, In, Awaited<Out>>;
}

export const task: TaskMaker = Object.assign(
  (name: string, fn: AnyFunction, options?: TaskOptions) => makeTask(name, fn, (_step, input) => fn(...input), options),
  {
    step: (name: string, fn: AnyFunction, options?: TaskOptions) =>
      makeTask(name, fn, (step, input) => fn(step, ...input), options),
  },
) as unknown as TaskMaker;

type AnyFunction = (...input: unknown[]) => unknown;
type Call = (step: StepContext, input: readonly unknown[]) => unknown;

function makeTask(name: string, fn: unknown, call: Call, options: TaskOptions = {}): AnyTask {
  nonEmpty(name, "the name of a task");
  if (typeof fn !== "function") throw invalidOption(`the function of task "${name}"`, "a function", fn);
  return taskPart({
    name,
    "~call": checked(name, call, options),
    "~settings": settings(name, options),
    as: (other: string) => makeTask(other, fn, call, options),
  } as Omit<AnyTask, keyof Part>);
}

function settings(name: string, { effect, timeout, retry }: TaskOptions): TaskSettings {
  if (effect !== undefined && effect !== "pure" && effect !== "idempotent" && effect !== "once") {
    throw invalidOption(`effect of task "${name}"`, '"pure", "idempotent" or "once"', effect);
  }
  const policy = retry === undefined ? undefined : retryPolicy(retry, `retry of task "${name}"`);
  if (policy !== undefined && policy.attempts > 1 && effect === "once") {
    throw invalidOption(`retry of task "${name}"`, "no retry of a task that must run once", retry);
  }
  return {
    ...(effect !== undefined && { effect }),
    ...(timeout !== undefined && { timeout: milliseconds(timeout, `timeout of task "${name}"`) }),
    ...(retry !== undefined && { retry: typeof retry === "number" ? { attempts: retry } : retry }),
  };
}

/** `fn` with its schemas before and behind it; `fn` itself where there are none. */
function checked(name: string, fn: Call, { input, output }: TaskOptions): Call {
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
