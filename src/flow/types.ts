import type { Run, StepName } from "../base/index.ts";
import type { TaskReport } from "./flow-report.ts";

/*
 * How wiring is typed. A chain carries the type of its first task and the types of its last tasks. The results of the last
 * tasks must fit the inputs of the next ones. If they do not, the parameter's type becomes a `Wiring`, so that the compiler's
 * message names the task, what it takes and what it was given.
 *
 * The properties `~ends`, `~flow` and `~types` are for the compiler only and absent at run time. If they were optional, each
 * message would advise about `exactOptionalPropertyTypes`.
 */

/** Appears in the compiler's message if tasks do not fit together. */
export interface Wiring<Name extends string, Takes, Given> {
  readonly error: `task "${Name}" does not take what comes before it`;
  readonly takes: Takes;
  readonly given: Given;
}

/** A chain as it was written. When a flow is made, its graph is made from this. */
export type Expression =
  | { readonly kind: "task"; readonly task: AnyTask }
  | { readonly kind: "sequence" | "parallel"; readonly parts: readonly Expression[] };

/** Anything that can stand in a chain: a task, or a chain of them. */
export interface Part<First = unknown, Last = unknown> {
  readonly "~part": Expression;
  readonly "~ends": { readonly first: First; readonly last: Last };
}

/** Something that a flow can be made of, with the flow's input and output. */
export interface FlowPart<Input, Output> extends Part {
  readonly "~flow": { readonly input: (input: Input) => void; readonly output: Output };
}

/** A task of which only the name is typed. */
export interface AnyTask extends Part {
  readonly name: string;
  /** @internal */
  readonly "~start": Start;
  /** The graphs that the task is made of; none for a plain task. @internal */
  readonly "~inner": readonly InnerGraph[];
  /** What the task waits for, if it does nothing else. @internal */
  readonly "~waits": WaitKind | undefined;
}

/** What a task waits for that does nothing else: an answer or a time. */
export type WaitKind = "signal" | "timer";

/**
 * Starts a task's work in a run, under a name: as one step, or as a scope with steps of its own. It calls `began` when the task's
 * function is called, with the progress of the tasks inside if there are some. For a recorded result it calls nothing.
 */
export type Start = (
  run: Run,
  name: StepName,
  given: readonly unknown[],
  began: (inner?: InnerProgress) => void,
) => Promise<unknown>;

/** The progress of the tasks inside a task. */
export interface InnerProgress {
  readonly tasks: Readonly<Record<string, TaskReport>>;
  /** Sets its place, before it starts. @param rests Whether it begins without its place and asks for it when it needs it. */
  within(place: Place, rests: boolean): void;
}

/** One of the places that `concurrency` of a flow counts, held by a task with tasks inside. */
export interface Place {
  /** Gives the place back, because everything that is open inside only waits. */
  rest(): void;
  /** Calls `go` when a place is free again. */
  ask(go: () => void): void;
  /** Takes the place again. */
  take(): void;
  /** Takes one more place. */
  borrow(): void;
  /** Gives a borrowed place back. */
  giveBack(): void;
}

/** A graph inside a task. If there are several, `label` says when this one runs. */
export interface InnerGraph {
  readonly label?: string;
  readonly graph: Graph;
  readonly failure?: FailureMode;
}

/** What happens to the other tasks when one fails: all stop, or those that do not need its result finish. */
export type FailureMode = "stop" | "isolate";

/** Where a node takes an input from: the node with that index, the flow's own input, or a field of the flow's input. */
export type Source = number | "input" | { readonly field: string };

/** A task at its place in a flow. */
export interface GraphNode {
  readonly task: AnyTask;
  readonly sources: readonly Source[];
  /** Present if the task runs once for each element, or each batch of elements, of its one input. */
  readonly mapped?: { readonly concurrency: number; readonly batch?: number };
}

/** A flow's tasks in the order in which they were written. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  /** The nodes whose results form the flow's output. */
  readonly exits: readonly number[];
  /** The fields that the flow's input must have, if it is an object of declared inputs. */
  readonly fields?: readonly string[];
}

/** A task: a named function that can be used in many flows. {@link task} makes one. */
export interface Task<Name extends string, In extends readonly unknown[], Out> extends AnyTask {
  readonly name: Name;
  readonly "~types": { readonly in: (input: In) => void; readonly out: Out };
  readonly "~ends": { readonly first: Task<Name, In, Out>; readonly last: readonly [Task<Name, In, Out>] };
  readonly "~flow": { readonly input: (input: FlowInput<Task<Name, In, Out>>) => void; readonly output: Out };
  /** Returns a chain in which `next` (a task, a chain, or several side by side) takes what this one gives. */
  to<const Next extends Part | readonly Part[]>(
    next: Next & Fits<[Out], Next>,
  ): Chain<Task<Name, In, Out>, LastOf<Next, [Out]>>;
  /** Makes a task of the same function under another name, for a flow that uses it twice. */
  as<const Other extends string>(name: Other): Task<Other, In, Out>;
}

/** A task that passes on its input. In a chain, or with a handle, the type of its result is that of its input. */
export interface PassingTask<Name extends string> extends Omit<Task<Name, [value: unknown], unknown>, "~ends" | "as"> {
  readonly "~passes": true;
  readonly "~ends": { readonly first: PassingTask<Name>; readonly last: readonly [PassingTask<Name>] };
  as<const Other extends string>(name: Other): PassingTask<Other>;
}

/** Tasks one after the other, some of them side by side. A chain is a value: `to` makes another chain and changes nothing. */
export interface Chain<First extends AnyTask, Last extends readonly AnyTask[]> extends Part<First, Last> {
  readonly "~flow": { readonly input: (input: FlowInput<First>) => void; readonly output: OutputOf<Last> };
  /** Returns a chain in which `next` (a task, a chain, or several side by side) takes what this one gives. */
  to<const Next extends Part | readonly Part[]>(
    next: Next & Fits<OutsOf<Last>, Next>,
  ): Chain<First, LastOf<Next, OutsOf<Last>>>;
}

export type NameOf<T> = T extends { readonly name: infer Name extends string } ? Name : string;
/** The inputs of a task. For one of several possible tasks, the inputs that all of them take. */
export type InOf<T> = [T] extends [{ readonly "~types": { readonly in: (input: infer In) => void } }] ? In : never;
export type OutOf<T> = T extends { readonly "~types": { readonly out: infer Out } } ? Out : never;
/** The result of a task for these inputs. */
export type OutGiven<T, Given extends readonly unknown[]> = T extends { readonly "~passes": true }
  ? Given[0]
  : OutOf<T>;

/** The results of several tasks, in their order. */
export type OutsOf<Tasks> = Tasks extends readonly unknown[]
  ? { -readonly [Index in keyof Tasks]: OutOf<Tasks[Index]> }
  : never;

type FirstOf<P> = P extends { readonly "~ends": { readonly first: infer First extends AnyTask } } ? First : never;

type LastOfPart<P, Given extends readonly unknown[]> = P extends { readonly "~passes": true }
  ? readonly [Task<NameOf<P>, Given, Given[0]>]
  : P extends { readonly "~ends": { readonly last: infer Last extends readonly AnyTask[] } }
    ? Last
    : never;

/** The last tasks of a part, or of several side by side, in their order. */
export type LastOf<Next, Given extends readonly unknown[]> = Next extends readonly Part[]
  ? LastOfEach<Next, Given>
  : LastOfPart<Next, Given>;

type LastOfEach<
  Parts extends readonly unknown[],
  Given extends readonly unknown[],
  Before extends readonly AnyTask[] = readonly [],
> = Parts extends readonly [infer Head, ...infer Tail]
  ? LastOfEach<Tail, Given, readonly [...Before, ...LastOfPart<Head, Given>]>
  : Parts extends readonly []
    ? Before
    : readonly [...Before, ...LastOfPart<Parts[number], Given>[number][]];

/**
 * `Next`, if what is given fits it; else `Next` with the `Wiring` that says why not. If `Given` may be one of several things, each
 * is checked separately.
 */
export type Fits<Given extends readonly unknown[], Next> = Next extends readonly unknown[]
  ? Next & { readonly [Index in keyof Next]: FitsTask<Given, FirstOf<Next[Index]>> }
  : Next & FitsTask<Given, FirstOf<Next>>;

/** Checks that a task fits. A task that takes nothing fits anywhere: it waits for what comes before it. */
export type FitsTask<Given extends readonly unknown[], T> =
  InOf<T> extends readonly [] ? unknown : [Given] extends [InOf<T>] ? unknown : Wiring<NameOf<T>, InOf<T>, Given>;

/**
 * The input of a flow that begins with this task. It is nothing if the task takes nothing, and a `Wiring` if the task takes
 * several inputs, since a flow has one input.
 */
export type FlowInput<First> =
  InOf<First> extends infer In extends readonly unknown[]
    ? In extends readonly []
      ? void
      : [] extends In
        ? In[0] | undefined
        : [In[0]] extends In
          ? In[0]
          : Wiring<NameOf<First>, In, [input: In[0]]>
    : never;

/** The inputs of a flow as a task: none if it takes nothing. As for a run, an input that may be `undefined` may be left out. */
export type NestedInput<Input> =
  IsVoid<Input> extends true ? [] : undefined extends Input ? [input?: Input] : [input: Input];

/** Whether a type is `void`. Only `void` and `any` can be assigned both ways. */
type IsVoid<Type> = unknown extends Type ? false : [Type, void] extends [void, Type] ? true : false;

/**
 * The output of a flow: the result of its one last task, or an object of the results by the names of the tasks. If it is not
 * known whether there are several last tasks, either of the two.
 */
export type OutputOf<Last extends readonly unknown[]> = Last extends readonly [infer Only]
  ? OutOf<Only>
  : | { readonly [Exit in Last[number] as NameOf<Exit>]: OutOf<Exit> }
    | (Last extends readonly [unknown, unknown, ...unknown[]] ? never : OutOf<Last[0]>);
