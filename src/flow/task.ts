import {
  callInThread,
  checkModule,
  invalidOption,
  nonEmpty,
  optionsOf,
  type Schema,
  type StepContext,
} from "../base/index.ts";
import { taskPart } from "./chain.ts";
import type { TaskOptions } from "./task-options.ts";
import { checked } from "./task-schemas.ts";
import { type Call, stepStart } from "./task-settings.ts";
import type { AnyTask, Task } from "./types.ts";

/** Options of a task that takes the input of its schemas and is called with their output. */
interface CheckedOptions<Input, Out> extends Omit<TaskOptions<readonly unknown[], Out>, "input"> {
  readonly input: Input;
}

/** The input of the schemas. */
type Given<Input> = Input extends readonly unknown[]
  ? { -readonly [Index in keyof Input]: GivenTo<Input[Index]> }
  : [input: GivenTo<Input>];

/** The output of the schemas. */
type Checked<Input> = Input extends readonly unknown[]
  ? { -readonly [Index in keyof Input]: MadeBy<Input[Index]> }
  : [input: MadeBy<Input>];

type GivenTo<S> = S extends Schema<infer Given, unknown> ? Given : never;
type MadeBy<S> = S extends Schema<unknown, infer Made> ? Made : never;

/** Makes tasks. */
export interface TaskMaker {
  /**
   * Makes a task: a named function, sync or async, that flows are made of. Its result is a JSON value or `undefined`.
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
  /** Makes a task whose function takes the step first: for access to its abort signal, idempotency key or progress. */
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
  /**
   * Makes tasks whose function is the default export of a module and is called in a worker thread: for work that computes or
   * blocks. The type parameter is the type of the function: `task.thread<typeof import("./hash.ts").default>()`.
   */
  thread<Fn extends (...input: never) => unknown = Untyped>(): ThreadTaskMaker<Fn>;
}

/** The input of a thread task whose function's type was not given. Nothing matches it. */
type Untyped = (input: {
  readonly error: 'give the type of the function: task.thread<typeof import("./hash.ts").default>()';
}) => unknown;

/** Makes tasks that call a function of this type in a worker thread. */
export interface ThreadTaskMaker<Fn extends (...input: never) => unknown> {
  /**
   * @param module The module with the function as its default export: `new URL("./hash.ts", import.meta.url)`.
   * @throws AitorError `invalid-option` for a module that is not a file's URL; those of any task's options.
   */
  <const Name extends string, const Input extends Schema | readonly Schema[]>(
    name: Name,
    module: URL,
    options: CheckedOptions<Input, NoInfer<Awaited<ReturnType<Fn>>>> &
      (Checked<Input> extends Parameters<Fn> ? unknown : { readonly input: Unfit<Parameters<Fn>, Checked<Input>> }),
  ): Task<Name, Given<Input>, Awaited<ReturnType<Fn>>>;
  <const Name extends string>(
    name: Name,
    module: URL,
    options?: TaskOptions<Parameters<Fn>, NoInfer<Awaited<ReturnType<Fn>>>>,
  ): Task<Name, Parameters<Fn>, Awaited<ReturnType<Fn>>>;
}

/** Appears in the compiler's message if the function does not take the output of the schemas. */
interface Unfit<Takes, Given> {
  readonly error: "the function does not take what the schemas make";
  readonly takes: Takes;
  readonly given: Given;
}

export const task: TaskMaker = Object.assign(
  (name: string, fn: AnyFunction, options?: TaskOptions) => makeTask(name, fn, (_step, input) => fn(...input), options),
  {
    step: (name: string, fn: AnyFunction, options?: TaskOptions) =>
      makeTask(name, fn, (step, input) => fn(step, ...input), options),
    thread: () => (name: string, module: URL, options?: TaskOptions) => {
      checkModule(module, `the module of task "${name}"`);
      const call: Call = (step, input) => callInThread(module, input, step, options?.effect);
      return makeTask(name, call, call, options);
    },
  },
) as unknown as TaskMaker;

const OPTIONS = ["input", "output", "effect", "timeout", "retry"] as const satisfies readonly (keyof TaskOptions)[];

type AnyFunction = (...input: unknown[]) => unknown;

function makeTask(name: string, fn: unknown, call: Call, options: TaskOptions = {}): AnyTask {
  nonEmpty(name, "the name of a task");
  optionsOf(options, OPTIONS, `an option of task "${name}"`);
  if (typeof fn !== "function") throw invalidOption(`the function of task "${name}"`, "a function", fn);
  return taskPart({
    name,
    "~start": stepStart(name, checked(name, call, options), options),
    "~inner": [],
    as: (other: string) => makeTask(other, fn, call, options),
  });
}
