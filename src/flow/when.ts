import { AitorError, describe, invalidOption, nonEmpty } from "../base/index.ts";
import { isPart, taskPart } from "./chain.ts";
import { type CompiledGraph, compile } from "./compiled-graph.ts";
import { invalidFlowError } from "./errors.ts";
import { FlowExecution } from "./flow-execution.ts";
import { graphOf, namedNodes, problemsOf } from "./graph.ts";
import { recordable } from "./task-settings.ts";
import type { AnyTask, Expression, Fits, LastOf, OutputOf, Part, Start, Task } from "./types.ts";

/**
 * Makes a task that takes one of two ways, each a task or a chain: `then` if `test` returns true, else `otherwise`. Both ways
 * take the same input as the test. The result is that of the way taken. The test is a step of its own, so a resumed run takes
 * the same way.
 *
 * @throws AitorError `invalid-option`, `invalid-flow` for a way that cannot run.
 */
export function when<const Name extends string, In extends readonly unknown[], Then extends Part, Else extends Part>(
  name: Name,
  test: (...input: In) => boolean | PromiseLike<boolean>,
  then: Then & Fits<In, Then>,
  otherwise: Else & Fits<In, Else>,
): Task<Name, In, WayOutput<Then, In> | WayOutput<Else, In>>;
/** Makes a task with one way. If the test returns false, the input is the result. */
export function when<const Name extends string, Given, Then extends Part>(
  name: Name,
  test: (input: Given) => boolean | PromiseLike<boolean>,
  then: Then & Fits<[Given], Then>,
): Task<Name, [input: Given], WayOutput<Then, [Given]> | Given>;
export function when(name: string, test: Test, then: Part, otherwise?: Part): unknown {
  nonEmpty(name, "the name of a choice");
  if (typeof test !== "function") throw invalidOption(`the test of choice "${name}"`, "a function", test);
  return choice(name, test, way(name, "yes", then), otherwise === undefined ? undefined : way(name, "no", otherwise));
}

type WayOutput<Way, In extends readonly unknown[]> = OutputOf<LastOf<Way, In>>;
type Test = (...input: never[]) => unknown;

/** One of the two ways. */
interface Way {
  readonly label: "yes" | "no";
  readonly expression: Expression;
  /** By the number of inputs, which is not known before the first run. */
  readonly compiled: Map<number, CompiledGraph>;
}

function way(name: string, label: "yes" | "no", part: Part): Way {
  if (!isPart(part)) throw invalidOption(`a way of choice "${name}"`, "a task or a chain", part);
  const problems = problemsOf(namedNodes(graphOf(part["~part"])));
  if (problems.length > 0) throw invalidFlowError(name, problems);
  return { label, expression: part["~part"], compiled: new Map() };
}

function choice(name: string, test: Test, yes: Way, no: Way | undefined): AnyTask {
  const start: Start = (run, stepName, given, began) =>
    run.scope(stepName, async (scope) => {
      began();
      const decided = await scope.step("test", () => test(...(given as never[])), { input: recordable(given) });
      if (typeof decided !== "boolean") throw notDecided(name, decided);
      const taken = decided ? yes : no;
      if (taken === undefined) return given[0];
      const inner = new FlowExecution({
        flow: name,
        graph: graphFor(taken, given.length),
        concurrency: "borrowed",
        failure: "stop",
      });
      began(inner);
      return scope.scope(taken.label, (inside) => inner.start(inside, given));
    });
  return taskPart({
    name,
    "~start": start,
    "~inner": [yes, ...(no ? [no] : [])].map(({ label, expression }) => ({ label, graph: graphOf(expression) })),
    as: (other: string) => choice(nonEmpty(other, "the name of a choice"), test, yes, no),
  });
}

function graphFor({ expression, compiled }: Way, inputs: number): CompiledGraph {
  const known = compiled.get(inputs);
  if (known !== undefined) return known;
  const fields = Array.from({ length: inputs }, (_, index) => ({ field: String(index) }));
  const made = compile(graphOf(expression, fields));
  compiled.set(inputs, made);
  return made;
}

function notDecided(name: string, got: unknown): AitorError<"invalid-output"> {
  return new AitorError({
    code: "invalid-output",
    message: `the test of choice "${name}" did not decide`,
    expected: "true or false",
    got: describe(got),
    fix: "return a boolean from the test",
  });
}
