import { Aitorflow, type FlowBuilder, type Handle, type Input, type Schema, task } from "../src/index.ts";
import type { Absent, Case, Contender } from "./contender.ts";
import { type Shape, shapes, sinks, sum } from "./graphs.ts";
import { pGraph } from "./p-graph.ts";

/** A flow's cost per node, beside promises written by hand for the same graph. */
export async function flowCases(): Promise<{ cases: Case[]; absent: Absent[] }> {
  const made = await Promise.all(shapes().map((shape) => pGraph(shape)));
  const absent = made.filter((contender) => "reason" in contender).slice(0, 1);
  const cases = shapes().map((shape, index): Case => {
    const peer = made[index] as Contender | Absent;
    return {
      workload: "flow",
      name: shape.name,
      n: shape.parents.length,
      unit: "node",
      goal: shape.goal,
      contenders: [
        raw(shape),
        aitor("aitor", shape),
        aitor("aitor + schemas", shape, number),
        ...("run" in peer ? [peer] : []),
      ],
    };
  });
  return { cases, absent };
}

/** The functions alone, each called when its inputs are there. */
function raw(shape: Shape): Contender {
  const exits = sinks(shape);
  return {
    name: "raw",
    work: "promises by hand: no events, no checks, no names",
    run: async () => {
      const results: Promise<number>[] = [];
      const of = (index: number): Promise<number> => results[index] as Promise<number>;
      for (const parents of shape.parents) {
        if (parents.length === 0) results.push(sum(1));
        else if (parents.length === 1) results.push(of(parents[0] as number).then(sum));
        else results.push(Promise.all(parents.map(of)).then((inputs) => sum(...inputs)));
      }
      return Promise.all(exits.map(of));
    },
  };
}

function aitor(name: string, shape: Shape, schema?: Schema<unknown, number>): Contender {
  const flow = graphFlow(shape, schema);
  const { exits } = flow;
  const validation = schema === undefined ? "no schemas" : "a schema on each input and output";
  return {
    name,
    work: `flow.run() on the default engine: events, checks, ${validation}`,
    run: async () => {
      const { results } = await flow.run(1);
      return exits.map((exit) => results[exit]);
    },
  };
}

function graphFlow(shape: Shape, schema?: Schema<unknown, number>): Aitorflow<number, unknown> {
  return Aitorflow.define(shape.name, (flow: FlowBuilder, input: Input<number>) => {
    const handles: Handle<string, number>[] = [];
    for (const [index, parents] of shape.parents.entries()) {
      const inputs =
        parents.length === 0 ? [input] : parents.map((parent) => handles[parent] as Handle<string, number>);
      const options = schema === undefined ? {} : { input: inputs.map(() => schema), output: schema };
      handles.push(flow.add(task(`n${index}`, sum, options), ...inputs));
    }
    return sinks(shape).map((sink) => handles[sink] as Handle<string, number>);
  });
}

/** What `npm run bench` prints of the code path that is measured. */
export async function describePath(): Promise<string> {
  const flow = graphFlow({ name: "probe", parents: [[], [0]], goal: 0 });
  const handle = flow.start(1);
  const types: string[] = [];
  for await (const event of handle) types.push(event.type);
  const frozen = Object.isFrozen(
    (
      await new Aitorflow(
        "probe",
        task("probe", () => [1]),
      ).run()
    ).output,
  );
  return [
    "aitor is measured through flow.run() on the default engine, as users call it:",
    `  events      on: a flow of 2 tasks recorded ${types.length} (${types.join(", ")})`,
    `  checks      on: each result is checked to be JSON and ${frozen ? "frozen" : "not frozen (NODE_ENV=production)"}`,
    "  validation  off in `aitor`, on for each input and output in `aitor + schemas`",
    "  input hash  deferred: taken when a journal stores or compares it, as in every run in memory",
  ].join("\n");
}

/** By hand, so that what is measured is the framework's part and not a schema library's. */
const number: Schema<unknown, number> = {
  "~standard": {
    version: 1,
    vendor: "bench",
    validate: (value) => (typeof value === "number" ? { value } : { issues: [{ message: "a number" }] }),
  },
};
