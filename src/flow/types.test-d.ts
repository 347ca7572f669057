// What the compiler infers, without annotations: results of one exit and of several, fan-in tuples, handles, maps, schemas, inputs.
// What does not compile, and what the message says, is in wiring.test.ts.
import { describe, expectTypeOf, test } from "vitest";
import { z } from "zod";
import type { Run, StepContext } from "../base/index.ts";
import type { Engine } from "../engine/index.ts";
import { Aitorflow } from "./aitorflow.ts";
import type { FlowResult } from "./flow-result.ts";
import type { Handle, Input } from "./flow-builder.ts";
import { signal } from "./signal.ts";
import { task } from "./task.ts";
import { timer } from "./timer.ts";
import type { Task } from "./types.ts";
import { when } from "./when.ts";

const clean = task("clean", (text: string) => text.trim());
const words = task("words", (text: string) => text.split(" ").length);
const chars = task("chars", async (text: string) => text.length);
const report = task("report", (words: number, chars: number) => ({ words, chars }));
const nothing = task("nothing", async (_given: string) => {});

describe("a task", () => {
  test("has the name, inputs and result of its function", () => {
    expectTypeOf(clean).toEqualTypeOf<Task<"clean", [text: string], string>>();
    expectTypeOf(chars).toEqualTypeOf<Task<"chars", [text: string], number>>();
    expectTypeOf(report).toEqualTypeOf<
      Task<"report", [words: number, chars: number], { words: number; chars: number }>
    >();
    expectTypeOf(nothing).toEqualTypeOf<Task<"nothing", [_: string], void>>();
    expectTypeOf(clean.name).toEqualTypeOf<"clean">();
    expectTypeOf(clean.as("tidy")).toEqualTypeOf<Task<"tidy", [text: string], string>>();
  });

  test("of the step has what follows the step", () => {
    const load = task.step("load", (step, url: string) => `${url} ${step.attempt}`);
    expectTypeOf(load).toEqualTypeOf<Task<"load", [url: string], string>>();
    task.step("load", (step) => expectTypeOf(step).toEqualTypeOf<StepContext>());
  });

  test("takes what its schema takes, and is called with what the schema makes of it", () => {
    const date = task("date", (at) => at.getTime(), { input: z.string().transform((text) => new Date(text)) });
    expectTypeOf(date).toEqualTypeOf<Task<"date", [input: string], number>>();
    const add = task.step("add", (_, a, b) => a + b, { input: [z.number(), z.number()] });
    expectTypeOf(add).toEqualTypeOf<Task<"add", [number, number], number>>();
    const greet = task("greet", (person: { name: string }) => person.name, {
      input: z.object({ name: z.string() }),
      output: z.string(),
    });
    expectTypeOf(greet).toEqualTypeOf<Task<"greet", [input: { name: string }], string>>();
  });

  test("refuses a schema of another type", () => {
    // @ts-expect-error  the function takes a number
    task("wrong", (n: number) => n, { input: z.string() });
    // @ts-expect-error  the second input is a number
    task("wrong", (a: number, b: number) => a + b, { input: [z.number(), z.string()] });
    // @ts-expect-error  the result is a number
    task("wrong", (n: number) => n, { output: z.string() });
  });
});

describe("a flow's output", () => {
  test("is the result of its one exit", async () => {
    const flow = new Aitorflow("flow", clean.to([words, chars]).to(report));
    expectTypeOf(flow).toEqualTypeOf<Aitorflow<string, { words: number; chars: number }>>();
    expectTypeOf(await flow.run("")).toEqualTypeOf<FlowResult<{ words: number; chars: number }>>();
    expectTypeOf(flow.start("").result).resolves.toEqualTypeOf<FlowResult<{ words: number; chars: number }>>();
    expectTypeOf(flow.execute({} as Run, "")).resolves.toEqualTypeOf<{ words: number; chars: number }>();
  });

  test("of several exits is an object by their names", () => {
    const flow = new Aitorflow("flow", clean.to([words, nothing, chars.to(task("half", (n: number) => n > 1))]));
    expectTypeOf(flow).toEqualTypeOf<
      Aitorflow<string, { readonly words: number; readonly nothing: void; readonly half: boolean }>
    >();
  });

  test("of an array made at run time is the result of one exit, or an object of several", () => {
    const tasks = ["a", "b"].map((name) => task(name, (text: string) => text.length));
    type Lengths = Readonly<Record<string, number>>;
    expectTypeOf(new Aitorflow("flow", clean.to(tasks))).toEqualTypeOf<Aitorflow<string, number | Lengths>>();
    const flow = Aitorflow.define("flow", (f, text: Input<string>) => tasks.map((each) => f.add(each, text)));
    expectTypeOf(flow).toEqualTypeOf<Aitorflow<string, number | Lengths>>();
    const first = new Aitorflow("flow", clean.to([words, ...tasks]));
    expectTypeOf(first).toEqualTypeOf<
      Aitorflow<string, number | { readonly [name: string]: number; readonly words: number }>
    >();
    const several = new Aitorflow("flow", clean.to([words, chars, ...tasks]));
    expectTypeOf(several).toExtend<Aitorflow<string, { readonly words: number; readonly chars: number }>>();
  });

  test("of a single task is its result", () => {
    expectTypeOf(new Aitorflow("flow", chars)).toEqualTypeOf<Aitorflow<string, number>>();
    expectTypeOf(new Aitorflow("flow", clean.to([chars]))).toEqualTypeOf<Aitorflow<string, number>>();
  });

  test("of a task that returns a tuple is that tuple", () => {
    const pair = task("pair", (text: string): [string, number] => [text, 1]);
    const take = task("take", ([text]: [string, number]) => text);
    expectTypeOf(new Aitorflow("flow", pair.to(take))).toEqualTypeOf<Aitorflow<string, string>>();
  });
});

describe("wiring that fits compiles", () => {
  test("fan-in is a tuple in the order of the fan-out, chains included", () => {
    const mixed = task("mixed", (_text: string, _count: number, _flag: boolean) => 0);
    const flag = task("flag", (n: number) => n > 0);
    const flow = new Aitorflow("flow", clean.to([clean.as("again"), words, chars.to(flag)]).to(mixed));
    expectTypeOf(flow).toEqualTypeOf<Aitorflow<string, number>>();
  });

  test("a chain with several ends gives all of them", () => {
    const fork = words.to([task("a", (n: number) => n), task("b", (n: number) => `${n}`)]);
    const join = task("join", (_a: number, _b: string, _c: number) => true);
    expectTypeOf(new Aitorflow("flow", clean.to([fork, chars]).to(join))).toEqualTypeOf<Aitorflow<string, boolean>>();
  });

  test("an array made at run time gives any number", () => {
    const tasks = ["a", "b"].map((name) => task(name, (text: string) => text.length));
    const sum = task("sum", (...numbers: number[]) => numbers.length);
    expectTypeOf(new Aitorflow("flow", clean.to(tasks).to(sum))).toEqualTypeOf<Aitorflow<string, number>>();
  });

  test("of two tasks that take the same, either gives its result", () => {
    const half = words.name.length > 3 ? task("half", (n: number) => n / 2) : task("print", (n: number) => `${n}`);
    const show = task("show", (_half: string | number) => true);
    expectTypeOf(new Aitorflow("flow", words.to(half))).toEqualTypeOf<Aitorflow<string, string | number>>();
    const halves = words.name.length > 3 ? ([half] as const) : ([half, show.as("other")] as const);
    words.to(halves);
    expectTypeOf(new Aitorflow("flow", words.to(half).to(show))).toEqualTypeOf<Aitorflow<string, boolean>>();
    expectTypeOf(when("long", (n: number) => n > 3, half)).toEqualTypeOf<
      Task<"long", [input: number], string | number>
    >();
  });

  test("a task takes a wider type than it is given, and optional inputs may be missing", () => {
    const wide = task("wide", (_given: string | number, _more?: boolean) => 1);
    expectTypeOf(new Aitorflow("flow", clean.to(wide))).toEqualTypeOf<Aitorflow<string, number>>();
  });
});

describe("the input of a run", () => {
  test("is what the first task takes", () => {
    const flow = new Aitorflow("flow", clean);
    void flow.run("text");
    // @ts-expect-error  an input is needed
    void flow.run();
    // @ts-expect-error  a text
    void flow.run(7);
  });

  test("need not be given where the first task takes none, or may do without", () => {
    const now = new Aitorflow(
      "flow",
      task("now", () => 1),
    );
    const maybe = new Aitorflow(
      "flow",
      task("maybe", (n?: number) => n ?? 1),
    );
    expectTypeOf(now).toEqualTypeOf<Aitorflow<void, number>>();
    void now.run();
    void now.run(undefined, { id: "x" });
    void maybe.run();
    void maybe.run(7);
    // @ts-expect-error  it takes nothing
    void now.run(7);
    // @ts-expect-error  a number
    void maybe.start("7");
  });
});

describe("define", () => {
  test("types handles by task, and the flow by what is returned", () => {
    const flow = Aitorflow.define("flow", (builder, text: Input<string>) => {
      const cleaned = builder.add(clean, text);
      expectTypeOf(cleaned).toEqualTypeOf<Handle<"clean", string>>();
      const counted = builder.add(words, cleaned);
      return [builder.add(report, counted, builder.add(chars, text)), counted];
    });
    expectTypeOf(flow).toEqualTypeOf<
      Aitorflow<string, { readonly report: { words: number; chars: number }; readonly words: number }>
    >();
  });

  test("of one handle, bare or in an array, gives its result", () => {
    expectTypeOf(Aitorflow.define("flow", (f, text: Input<string>) => f.add(words, text))).toEqualTypeOf<
      Aitorflow<string, number>
    >();
    expectTypeOf(Aitorflow.define("flow", (f, text: Input<string>) => [f.add(words, text)])).toEqualTypeOf<
      Aitorflow<string, number>
    >();
  });

  test("map gives a list, with null where the task gives nothing", () => {
    const flow = Aitorflow.define("flow", (f, texts: Input<readonly string[]>) => {
      const lengths = f.map(words, texts, { concurrency: 2 });
      expectTypeOf(lengths).toEqualTypeOf<Handle<"words", readonly number[]>>();
      expectTypeOf(f.map(nothing, texts)).toEqualTypeOf<Handle<"nothing", readonly null[]>>();
      const maybe = task("maybe", (text: string): string | undefined => text || undefined);
      expectTypeOf(f.map(maybe, texts)).toEqualTypeOf<Handle<"maybe", readonly (string | null)[]>>();
      return f.add(
        task("sum", (numbers: readonly number[]) => numbers.length),
        lengths,
      );
    });
    expectTypeOf(flow).toEqualTypeOf<Aitorflow<readonly string[], number>>();
  });

  test("map takes a list of several types, and a list of these or of those", () => {
    const show = task("show", (given: string | number) => `${given}`);
    Aitorflow.define("flow", (f, list: Input<(string | number)[]>) => {
      expectTypeOf(f.map(show, list)).toEqualTypeOf<Handle<"show", readonly string[]>>();
      return f.map(show, list);
    });
    Aitorflow.define("flow", (f, list: Input<string[] | number[]>) => f.map(show, list));
    // oxlint-disable-next-line typescript/no-explicit-any -- data of which nothing is known
    Aitorflow.define("flow", (f, list: Input<any>) => f.map(words, list));
  });

  test("map with a batch gives the task's list, and either where there may be one", () => {
    Aitorflow.define("flow", (f, texts: Input<readonly string[]>) => {
      const lengths = task("lengths", (list: readonly string[]) => list.map(({ length }) => length));
      expectTypeOf(f.map(lengths, texts, { batch: 2 })).toEqualTypeOf<Handle<"lengths", number[]>>();
      const any = task("any", (_given: unknown) => [1]);
      const options: { readonly batch?: number } = {};
      expectTypeOf(f.map(any, texts, options)).toEqualTypeOf<Handle<"any", number[] | readonly number[][]>>();
      return f.map(any, texts);
    });
  });

  test("a task that takes nothing fits behind any other", () => {
    const now = task("now", () => 1);
    expectTypeOf(new Aitorflow("flow", words.to(now))).toEqualTypeOf<Aitorflow<string, number>>();
  });

  test("without an input needs none", () => {
    const flow = Aitorflow.define("flow", (f) => f.add(task("now", () => 1)));
    void flow.run();
  });
});

describe("a signal", () => {
  const yes = signal("yes", z.boolean());

  test("takes anything, and gives what its schema makes", () => {
    expectTypeOf(yes).toEqualTypeOf<Task<"yes", readonly unknown[], boolean>>();
    expectTypeOf(yes.as("again")).toEqualTypeOf<Task<"again", readonly unknown[], boolean>>();
    const length = signal(
      "length",
      z.string().transform((text) => text.length),
    );
    const flow = new Aitorflow(
      "flow",
      clean
        .to([words, chars])
        .to(length)
        .to(task("half", (n: number) => n > 1)),
    );
    expectTypeOf(flow).toEqualTypeOf<Aitorflow<string, boolean>>();
    // @ts-expect-error  the answer is a boolean
    clean.to(yes).to(words);
    void new Aitorflow("flow", yes).run();
  });

  test("of a definition is a handle of what its schema makes", () => {
    Aitorflow.define("flow", (f, texts: Input<readonly string[]>) => {
      expectTypeOf(f.add(yes, texts)).toEqualTypeOf<Handle<"yes", boolean>>();
      expectTypeOf(f.map(yes, texts)).toEqualTypeOf<Handle<"yes", readonly boolean[]>>();
      const asked = f.signal("asked", z.object({ ok: z.boolean() }), {
        request: texts,
        after: [texts],
        deadline: "1h",
      });
      expectTypeOf(asked).toEqualTypeOf<Handle<"asked", { ok: boolean }>>();
      return asked;
    });
  });
});

describe("a timer", () => {
  const pause = timer("pause", "1s");

  test("gives the type that it is given", () => {
    expectTypeOf(new Aitorflow("flow", clean.to(pause).to(words))).toEqualTypeOf<Aitorflow<string, number>>();
    const both = task("both", (text: string, count: number) => text.length === count);
    const flow = new Aitorflow("flow", clean.to([pause.as("other"), words.to(pause)]).to(both));
    expectTypeOf(flow).toEqualTypeOf<Aitorflow<string, boolean>>();
    expectTypeOf(new Aitorflow("flow", words.to(when("big", (n: number) => n > 3, pause)))).toEqualTypeOf<
      Aitorflow<string, number>
    >();
    // @ts-expect-error  it gives a text on
    clean.to(pause).to(task("half", (n: number) => n > 1));
    // @ts-expect-error  it takes one value
    clean.to([words, chars]).to(pause);
  });

  test("of a definition is a handle of what it is given", () => {
    Aitorflow.define("flow", (f, texts: Input<readonly string[]>) => {
      expectTypeOf(f.timer("later", "1s", texts)).toEqualTypeOf<Handle<"later", readonly string[]>>();
      expectTypeOf(f.add(pause, texts)).toEqualTypeOf<Handle<"pause", readonly string[]>>();
      expectTypeOf(f.map(pause, texts)).toEqualTypeOf<Handle<"pause", readonly string[]>>();
      return f.timer("again", "1s", texts);
    });
  });
});

test("a resumed run gives what the run gives", async () => {
  const flow = new Aitorflow("flow", clean.to(words));
  const { result } = await flow.resume("id", { engine: {} as Engine });
  expectTypeOf(result).resolves.toEqualTypeOf<FlowResult<number>>();
});
