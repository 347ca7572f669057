import type { Run, StepName } from "../base/index.ts";
import type { TaskReport } from "./flow-report.ts";

/*
 * How wiring is typed. A chain carries the type of its first task and the types of its last ones; what the last ones
 * give must be what the next ones take. Where it is not, the parameter's type becomes a `Wiring`, so that the
 * compiler's message names the task, what it takes and what it was given.
 *
 * The properties `~ends`, `~flow` and `~types` are for the compiler alone: at run time they are not there. Were they
 * optional, each message would advise about `exactOptionalPropertyTypes`.
 */

/** What stands in the compiler's message where tasks do not fit together. */
export interface Wiring<Name extends string, Takes, Given> {
  readonly error: `task "${Name}" does not take what comes before it`;
  readonly takes: Takes;
  readonly given: Given;
}

/** A chain as it was written: the graph is made from it when a flow is. */
export type Expression =
  | { readonly kind: "task"; readonly task: AnyTask }
  | { readonly kind: "sequence" | "parallel"; readonly parts: readonly Expression[] };

/** Anything that can stand in a chain: a task, or a chain of them. */
export interface Part<First = unknown, Last = unknown> {
  readonly "~part": Expression;
  readonly "~ends": { readonly first: First; readonly last: Last };
}

/** Something a flow can be made of: what the flow takes and gives. */
export interface FlowPart<Input, Output> extends Part {
  readonly "~flow": { readonly input: (input: Input) => void; readonly output: Output };
}

/** A task of which only the name is known. */
export interface AnyTask extends Part {
  readonly name: string;
  /** @internal */
  readonly "~start": Start;
  /** The graphs that it is made of; none for a plain task. @internal */
  readonly "~inner": readonly InnerGraph[];
  /** What it waits for, where it does nothing else. @internal */
  readonly "~waits": WaitKind | undefined;
}

/** What a task that only waits waits for: an answer, or the time. */
export type WaitKind = "signal" | "timer";

/**
 * Starts a task's work in a run, under a name: as one step, or as a scope with steps of its own. It calls `began` when its
 * function is called, with what tells how far the tasks inside are, where it has some; a recorded result calls nothing.
 */
export type Start = (
  run: Run,
  name: StepName,
  given: readonly unknown[],
  began: (inner?: InnerProgress) => void,
) => Promise<unknown>;

/** How far the tasks inside of a task are. */
export interface InnerProgress {
  readonly tasks: Readonly<Record<string, TaskReport>>;
  /** Says where it is, before it starts. @param rests It begins without its place, and asks for it when it needs it. */
  within(place: Place, rests: boolean): void;
}

/** What a task with tasks inside holds of the flow around it: one of the places that `concurrency` counts. */
export interface Place {
  /** Gives it back, since all that is open inside only waits. */
  rest(): void;
  /** Calls `go` when there is one to be had again. */
  ask(go: () => void): void;
  /** Takes it again. */
  take(): void;
  /** Takes one more. */
  borrow(): void;
  /** Gives one of those back. */
  giveBack(): void;
}

/** A graph inside of a task; of several, `label` tells when it is the one that runs. */
export interface InnerGraph {
  readonly label?: string;
  readonly graph: Graph;
  readonly failure?: FailureMode;
}

/** What becomes of the others when a task fails: all stop, or those that do not need it finish. */
export type FailureMode = "stop" | "isolate";

/** Where a node takes an input from: the node of that index, the flow's own input, or a field of that. */
export type Source = number | "input" | { readonly field: string };

/** A task at its place in a flow. */
export interface GraphNode {
  readonly task: AnyTask;
  readonly sources: readonly Source[];
  /** Present where the task runs once for each element, or each batch of elements, of its one input. */
  readonly mapped?: { readonly concurrency: number; readonly batch?: number };
}

/** A flow's tasks in the order in which they were written. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  /** The nodes whose results form the flow's output. */
  readonly exits: readonly number[];
  /** The fields that the flow's input must have, where it is an object of declared inputs. */
  readonly fields?: readonly string[];
}

/** A named function that can stand in many flows. Make one with {@link task}. */
export interface Task<Name extends string, In extends readonly unknown[], Out> extends AnyTask {
  readonly name: Name;
  readonly "~types": { readonly in: (input: In) => void; readonly out: Out };
  readonly "~ends": { readonly first: Task<Name, In, Out>; readonly last: readonly [Task<Name, In, Out>] };
  readonly "~flow": { readonly input: (input: FlowInput<Task<Name, In, Out>>) => void; readonly output: Out };
  /** A chain in which `next` (a task, a chain, or several side by side) takes what this one gives. */
  to<const Next extends Part | readonly Part[]>(
    next: Next & Fits<[Out], Next>,
  ): Chain<Task<Name, In, Out>, LastOf<Next, [Out]>>;
  /** The same function under another name, for a flow in which it stands twice. */
  as<const Other extends string>(name: Other): Task<Other, In, Out>;
}

/** A task that gives on what it is given. Where it stands in a chain, or is given a handle, its type is that of what it is given. */
export interface PassingTask<Name extends string> extends Omit<Task<Name, [value: unknown], unknown>, "~ends" | "as"> {
  readonly "~passes": true;
  readonly "~ends": { readonly first: PassingTask<Name>; readonly last: readonly [PassingTask<Name>] };
  as<const Other extends string>(name: Other): PassingTask<Other>;
}

/** Tasks one after the other, some of them side by side. A value: `to` makes another one and changes nothing. */
export interface Chain<First extends AnyTask, Last extends readonly AnyTask[]> extends Part<First, Last> {
  readonly "~flow": { readonly input: (input: FlowInput<First>) => void; readonly output: OutputOf<Last> };
  /** A chain in which `next` (a task, a chain, or several side by side) takes what this one gives. */
  to<const Next extends Part | readonly Part[]>(
    next: Next & Fits<OutsOf<Last>, Next>,
  ): Chain<First, LastOf<Next, OutsOf<Last>>>;
}

export type NameOf<T> = T extends { readonly name: infer Name extends string } ? Name : string;
/** What a task takes; of one that may be any of several, what all of them take. */
export type InOf<T> = [T] extends [{ readonly "~types": { readonly in: (input: infer In) => void } }] ? In : never;
export type OutOf<T> = T extends { readonly "~types": { readonly out: infer Out } } ? Out : never;
/** What a task gives where it is given this. */
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
 * What comes next, where what is given fits it, else that with the `Wiring` that says why not: of what may be one of several
 * things, each by itself.
 */
export type Fits<Given extends readonly unknown[], Next> = Next extends readonly unknown[]
  ? Next & { readonly [Index in keyof Next]: FitsTask<Given, FirstOf<Next[Index]>> }
  : Next & FitsTask<Given, FirstOf<Next>>;

/** A task that takes nothing fits anywhere: it waits for what comes before it. */
export type FitsTask<Given extends readonly unknown[], T> =
  InOf<T> extends readonly [] ? unknown : [Given] extends [InOf<T>] ? unknown : Wiring<NameOf<T>, InOf<T>, Given>;

/**
 * The input of a flow that begins with this task: nothing where the task takes nothing, and a `Wiring` where it takes
 * several things, since a flow has one input.
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

/** What a flow takes as a task: nothing where it takes nothing. As for a run, what may be `undefined` need not be given. */
export type NestedInput<Input> =
  IsVoid<Input> extends true ? [] : undefined extends Input ? [input?: Input] : [input: Input];

/** Of all types, `void` and `any` alone go both ways. */
type IsVoid<Type> = unknown extends Type ? false : [Type, void] extends [void, Type] ? true : false;

/**
 * What a flow gives: the result of its one last task, or an object of the results by the tasks' names; either where it is
 * not known whether there are several.
 */
export type OutputOf<Last extends readonly unknown[]> = Last extends readonly [infer Only]
  ? OutOf<Only>
  : | { readonly [Exit in Last[number] as NameOf<Exit>]: OutOf<Exit> }
    | (Last extends readonly [unknown, unknown, ...unknown[]] ? never : OutOf<Last[0]>);
