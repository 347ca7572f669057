// A flow stands wherever a task that takes the same would stand.
import { describe, expectTypeOf, test } from "vitest";
import { Aitorflow } from "./aitorflow.ts";
import type { Handle, Input } from "./flow-builder.ts";
import { task } from "./task.ts";
import type { Task } from "./types.ts";
import { when } from "./when.ts";

const show = new Aitorflow(
  "flow",
  task("show", (given: string | number) => `${given}`),
).asTask("inner");
const pick = task("pick", (n: number): string | number => (n > 1 ? n : "one"));
const find = task("find", (n: number): number | undefined => (n > 1 ? n : undefined));

describe("a flow as a task", () => {
  test("takes what the flow takes, of several types too", () => {
    expectTypeOf(show).toEqualTypeOf<Task<"inner", [input: string | number], string>>();
    expectTypeOf(new Aitorflow("flow", pick.to(show))).toEqualTypeOf<Aitorflow<number, string>>();
    expectTypeOf(new Aitorflow("flow", show)).toEqualTypeOf<Aitorflow<string | number, string>>();
    expectTypeOf(when("long", (given: string | number) => given !== 1, show, show)).toEqualTypeOf<
      Task<"long", [given: string | number], string>
    >();
    Aitorflow.define("flow", (f, list: Input<(string | number)[]>) => {
      expectTypeOf(f.map(show, list)).toEqualTypeOf<Handle<"inner", readonly string[]>>();
      return f.map(show, list);
    });
    Aitorflow.define("flow", (f, given: Input<string | number>) => f.add(show, given));
    const not = new Aitorflow(
      "flow",
      task("not", (flag: boolean) => !flag),
    ).asTask("inner");
    expectTypeOf(not).toEqualTypeOf<Task<"inner", [input: boolean], boolean>>();
    // @ts-expect-error  it takes no boolean
    not.to(show);
  });

  test("need not be given what may be undefined", () => {
    const maybe = new Aitorflow(
      "flow",
      task("maybe", (n?: number) => n ?? 0),
    ).asTask("inner");
    expectTypeOf(maybe).toEqualTypeOf<Task<"inner", [input?: number | undefined], number>>();
    expectTypeOf(new Aitorflow("flow", find.to(maybe))).toEqualTypeOf<Aitorflow<number, number>>();
    expectTypeOf(new Aitorflow("flow", maybe)).toEqualTypeOf<Aitorflow<number | undefined, number>>();
    Aitorflow.define("flow", (f) => f.add(maybe));
    // @ts-expect-error  a number
    pick.to(maybe);
    const none = new Aitorflow(
      "flow",
      task("none", (given: undefined) => given),
    ).asTask("inner");
    // @ts-expect-error  it takes no number
    find.to(none);
  });

  test("of a flow that takes nothing fits behind any other", () => {
    const now = new Aitorflow(
      "flow",
      task("now", () => 1),
    ).asTask("inner");
    expectTypeOf(now).toEqualTypeOf<Task<"inner", [], number>>();
    expectTypeOf(new Aitorflow("flow", pick.to(now))).toEqualTypeOf<Aitorflow<number, number>>();
    void new Aitorflow("flow", now).run();
    // @ts-expect-error  it takes nothing
    void new Aitorflow("flow", now).run(7);
  });

  test("of a flow that takes anything takes anything", () => {
    const unknown = new Aitorflow(
      "flow",
      task("unknown", (given: unknown) => given),
    ).asTask("inner");
    const any = new Aitorflow(
      "flow",
      // oxlint-disable-next-line typescript/no-explicit-any -- a function of old code
      task("any", (given: any) => given as unknown),
    ).asTask("inner");
    for (const taken of [unknown, any]) {
      expectTypeOf(new Aitorflow("flow", pick.to(taken))).toEqualTypeOf<Aitorflow<number, unknown>>();
      void new Aitorflow("flow", taken).run(7);
    }
  });
});
