import { type NewTodo, TodoPlan } from "../src/planning/index.ts";
import type { Row } from "./row.ts";
import { digits, median } from "./sample.ts";
import type { Setting } from "./setting.ts";

const SIZES = [100, 10_000, 100_000] as const;
const PRIORITIES = ["urgent", "high", "medium", "low"] as const;
const MOST = SIZES[2];

/** Rounds of what is short before it is measured. */
const WARM_UP = 40;

/** What is done in a plan of each size; `count` is of the changes that one call makes. */
interface Subject {
  readonly name: string;
  /** Makes of a plan what is measured. */
  readonly prepare: (plan: TodoPlan, n: number) => { readonly count: number; readonly run: () => unknown };
}

const subjects: readonly Subject[] = [
  { name: "next", prepare: (plan) => repeated(100, () => plan.next()) },
  { name: "ready(10)", prepare: (plan) => repeated(100, () => plan.ready(10)) },
  { name: "progress", prepare: (plan) => repeated(100, () => plan.progress()) },
  {
    name: "add one",
    prepare: (plan) => repeated(50, () => plan.at(1).add({ content: "one more", dependsOn: ["t2"] })),
  },
  {
    name: "depend on another",
    prepare: (plan, n) => repeated(50, () => plan.at(1).edit(`t${n}`, { dependsOn: [`t${n >> 1}`] })),
  },
  { name: "reorder", prepare: (plan, n) => repeated(50, () => plan.at(1).reorder(`t${n}`, { before: "t1" })) },
  { name: "text for a prompt", prepare: (plan) => repeated(5, () => plan.toText()) },
  {
    name: "start and complete the next",
    prepare: (plan) => ({
      count: 50,
      run: () => {
        let now = plan;
        for (let turn = 0; turn < 50; turn++) {
          const id = now.next()?.id as string;
          now = now.at(1).start(id).plan.at(2).complete(id).plan;
        }
      },
    }),
  },
];

/** What a change and a reading cost in plans of 100 to 100,000 todos, and how long many at once take. */
export async function todoRows({ effort: { rounds } }: Setting): Promise<Row[]> {
  const plans = SIZES.map((n) => ({
    n,
    plan: TodoPlan.empty({ maxTodos: 2 * MOST })
      .at(0)
      .add(todosOf(n)).plan,
  }));
  console.log(`todos: CPU µs for each, in plans of ${SIZES.join(", ")} todos`);
  const rows = subjects.flatMap((subject) => {
    const measured = plans.map(({ n, plan }) => ({ n, samples: samplesOf(subject.prepare(plan, n), rounds, WARM_UP) }));
    const [least, ...others] = measured.map(({ samples }) => median(samples)) as [number, ...number[]];
    const growth = (others.at(-1) as number) / least;
    console.log(
      `  ${subject.name.padEnd(28)}${[least, ...others].map((value) => digits(value).padStart(9)).join("")}   × ${digits(growth)}`,
    );
    return measured.map(({ n, samples }) => row(subject.name, n, samples, "µs", median(samples) / least));
  });
  return [...rows, ...atOnce(Math.max(3, Math.ceil(rounds / 3)))];
}

/** Milliseconds of many at once: the loop does nothing else meanwhile. */
function atOnce(rounds: number): Row[] {
  console.log("\ntodos: CPU ms for many at once");
  return [10_000, MOST].flatMap((n) => {
    const todos = todosOf(n);
    const empty = TodoPlan.empty({ maxTodos: MOST });
    const { events, plan } = empty.at(0).add(todos);
    const text = JSON.stringify(plan);
    const ways: readonly [string, () => unknown][] = [
      ["add", () => empty.at(0).add(todos)],
      ["fold of the events", () => empty.apply(events)],
      ["to JSON", () => JSON.stringify(plan)],
      ["from JSON", () => TodoPlan.fromJSON(JSON.parse(text), { maxTodos: MOST })],
    ];
    return ways.map(([name, run]) => {
      // Of 1,000, so that microseconds come to milliseconds.
      const samples = samplesOf({ count: 1_000, run }, rounds, 2);
      console.log(`  ${`${name}, ${n} todos`.padEnd(34)}${digits(median(samples)).padStart(9)}`);
      return row(name, n, samples, "ms", 1);
    });
  });
}

/** In chains of three, each with its own priority. */
function todosOf(n: number): NewTodo[] {
  return Array.from({ length: n }, (_, index) => ({
    content: `do ${index}`,
    priority: PRIORITIES[index % PRIORITIES.length] as (typeof PRIORITIES)[number],
    dependsOn: index % 3 === 0 ? [] : [`t${index}`],
  }));
}

function repeated(count: number, run: () => unknown): ReturnType<Subject["prepare"]> {
  return {
    count,
    run: () => {
      for (let turn = 0; turn < count; turn++) run();
    },
  };
}

/** In rising order. @param before Rounds that do not count, in which the code gets warm. */
function samplesOf({ count, run }: ReturnType<Subject["prepare"]>, rounds: number, before: number): number[] {
  const samples: number[] = [];
  for (let round = -before; round < rounds; round++) {
    globalThis.gc?.();
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    if (round >= 0) samples.push((user + system) / count);
  }
  return samples.sort((a, b) => a - b);
}

function row(name: string, n: number, samples: readonly number[], unit: string, ratioToRaw: number): Row {
  const value = median(samples);
  return { workload: "todos", case: name, n, contender: "aitor", metric: "cpu", value, unit, ratioToRaw, samples };
}
