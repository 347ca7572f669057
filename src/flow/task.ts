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
  /**
   * Tasks whose function is the default export of a module, called in a worker thread: for what computes or blocks. The
   * type is the function's: `task.thread<typeof import("./hash.ts").default>()`.
   */
  thread<Fn extends (...input: never) => unknown = Untyped>(): ThreadTaskMaker<Fn>;
}

/** A thread task whose function's type was not given takes this, which nothing gives. */
type Untyped = (input: {
  readonly error: 'give the type of the function: task.thread<typeof import("./hash.ts").default>()';
}) => unknown;

/** Makes tasks that call a function of this type in a worker thread. */
export interface ThreadTaskMaker<Fn extends (...input: never) => unknown> {
  /**
   * @param module Where the function is the default export: `new URL("./hash.ts", import.meta.url)`.
   * @throws AitorError `invalid-option` for a module that is no file's URL; as for any task's options.
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

/** What stands in the compiler's message where schemas make what the function does not take. */
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
