// What the compiler infers of tools, without annotations, and what it refuses.
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { describe, expectTypeOf, test } from "vitest";
import { z } from "zod";
import type { Run, Schema, StepContext } from "../../base/index.ts";
import {
  type AnyTool,
  type DefinedTool,
  jsonSchema,
  type Tool,
  tool,
  type ToolCallContext,
  type ToolResult,
} from "../index.ts";

const head = { description: "…", access: "read" } as const;

describe("a tool", () => {
  test("is called with what its schema makes, takes what its schema takes, and gives what its function gives", () => {
    const add = tool({
      ...head,
      name: "add",
      input: z.object({ a: z.number(), b: z.coerce.number<string>(), c: z.number().default(1) }),
      run: (args, step, context) => {
        expectTypeOf(args).toEqualTypeOf<{ a: number; b: number; c: number }>();
        expectTypeOf(step).toEqualTypeOf<StepContext>();
        expectTypeOf(context).toEqualTypeOf<ToolCallContext>();
        return Promise.resolve(args.a + args.b);
      },
    });
    expectTypeOf(add.name).toEqualTypeOf<"add">();
    expectTypeOf(add.call).parameter(0).toEqualTypeOf<{ a: number; b: string; c?: number | undefined }>();
    expectTypeOf(add.call).returns.toEqualTypeOf<Promise<ToolResult<number>>>();
    expectTypeOf(add).toExtend<Tool<{ a: number; b: number; c: number }, number>>();
  });

  test("that orchestrates is given the run", () => {
    const ask = tool({
      ...head,
      name: "ask",
      input: z.object({ question: z.string() }),
      orchestrate: async ({ question }, run) => {
        expectTypeOf(question).toEqualTypeOf<string>();
        expectTypeOf(run).toEqualTypeOf<Run>();
        return question.length;
      },
    });
    expectTypeOf(ask).toEqualTypeOf<DefinedTool<"ask", { question: string }, { question: string }, number>>();
  });

  test("in a thread gives what its output schema makes, or something unknown", () => {
    const thread = new URL("file:///a.ts");
    const hash = tool({ ...head, name: "hash", input: z.object({}), output: z.string(), thread });
    expectTypeOf(hash.call).returns.toEqualTypeOf<Promise<ToolResult<string>>>();
    const any = tool({ ...head, name: "hash", input: z.object({}), thread });
    expectTypeOf(any.call).returns.toEqualTypeOf<Promise<ToolResult<unknown>>>();
  });

  test("of a JSON Schema is called with something unknown, or with the type that is said", () => {
    tool({ ...head, name: "a", input: { type: "object" }, run: (args) => expectTypeOf(args).toEqualTypeOf<unknown>() });
    const input = jsonSchema<{ n: number }>({ type: "object" });
    tool({ ...head, name: "a", input, run: (args) => expectTypeOf(args).toEqualTypeOf<{ n: number }>() });
  });

  test("made of a schema that is a parameter is called with what that makes", () => {
    function made<Args extends z.ZodType>(input: Args, handle: (args: z.output<Args>) => number) {
      return tool({ ...head, name: "made", input, run: (args) => handle(args) });
    }
    function scoped<Args extends z.ZodObject>(input: Args, handle: (args: z.output<Args>) => number) {
      return tool({ ...head, name: "made", input, orchestrate: async (args) => handle(args) });
    }
    function standard<Args extends Schema>(input: Args, handle: (args: StandardSchemaV1.InferOutput<Args>) => number) {
      return tool({ ...head, name: "made", input, run: (args) => handle(args) });
    }
    // @ts-expect-error  not with anything else
    tool({ ...head, name: "made", input: z.object({ a: z.string() }), run: (args) => Math.abs(args) });
    const input = z.object({ a: z.string().default("x"), n: z.coerce.number<string>() });
    const calls = [
      made(input, ({ a, n }) => a.length + n).call,
      scoped(input, ({ a, n }) => a.length + n).call,
      standard(input, ({ a, n }) => a.length + n).call,
    ] as const;
    expectTypeOf(calls[0]).parameter(0).toEqualTypeOf<{ a?: string | undefined; n: string }>();
    expectTypeOf(calls[1]).parameter(0).toEqualTypeOf<{ a?: string | undefined; n: string }>();
    expectTypeOf(calls[0]).returns.toEqualTypeOf<Promise<ToolResult<number>>>();
    expectTypeOf(calls[2]).returns.toEqualTypeOf<Promise<ToolResult<number>>>();
  });

  test("gives what its output's schema makes of what its function gives", () => {
    const input = z.object({});
    const output = z.object({ n: z.string().transform((text) => text.length) });
    const run = async () => ({ n: "abc" });
    type Made = Promise<ToolResult<{ n: number }>>;
    expectTypeOf(tool({ ...head, name: "a", input, output, run }).call).returns.toEqualTypeOf<Made>();
    expectTypeOf(tool({ ...head, name: "a", input, output, orchestrate: run }).call).returns.toEqualTypeOf<Made>();
    expectTypeOf(tool({ ...head, name: "a", input, output, run: () => ({ n: "a" }) })).toExtend<
      Tool<Record<string, never>, { n: string }, { n: number }>
    >();
    // @ts-expect-error  it gives what the schema makes, not what it takes
    tool({ ...head, name: "a", input, output, run: () => ({ n: 1 }) });
    // @ts-expect-error  as a scope, too
    tool({ ...head, name: "a", input, output, orchestrate: async () => ({ n: 1 }) });
    // @ts-expect-error  in a promise, too
    tool({ ...head, name: "a", input, output, run: (_args, step) => Promise.resolve({ n: step.attempt }) });
  });

  test("may give less than its output's schema takes", () => {
    const input = z.object({ found: z.boolean() });
    const maybe = z.string().nullable();
    const find = tool({ ...head, name: "a", input, output: maybe, run: ({ found }) => (found ? "a" : null) });
    expectTypeOf(find.call).returns.toEqualTypeOf<Promise<ToolResult<string | null>>>();
    const always = tool({ ...head, name: "a", input, output: maybe, run: () => "a" });
    expectTypeOf(always.call).returns.toEqualTypeOf<Promise<ToolResult<string | null>>>();
    const rejects = tool({
      ...head,
      name: "a",
      input,
      output: z.enum(["a", "b"]),
      run: ({ found }) => (found ? "a" : Promise.reject(new Error("none"))),
    });
    expectTypeOf(rejects.call).returns.toEqualTypeOf<Promise<ToolResult<"a" | "b">>>();
    const coerced = tool({ ...head, name: "a", input, output: z.coerce.number(), run: () => "5" });
    expectTypeOf(coerced.call).returns.toEqualTypeOf<Promise<ToolResult<number>>>();
    const plain = tool({ ...head, name: "a", input, output: { type: "string" }, run: () => "5" });
    expectTypeOf(plain.call).returns.toEqualTypeOf<Promise<ToolResult<string>>>();
    // @ts-expect-error  sometimes none of them
    tool({ ...head, name: "a", input, output: maybe, run: ({ found }) => (found ? "a" : 5) });
  });

  test("asks for approval by its arguments", () => {
    tool({
      ...head,
      name: "pay",
      input: z.object({ euros: z.number() }),
      approval: ({ euros }) => euros > 50 && `${euros} € is much`,
      run: () => 1,
    });
  });

  test("needs an access, one kind of work, and an isolation that there is", () => {
    const input = z.object({});
    // @ts-expect-error  no access
    tool({ name: "a", description: "…", input, run: () => 1 });
    // @ts-expect-error  an access that there is not
    tool({ name: "a", description: "…", access: "all", input, run: () => 1 });
    // @ts-expect-error  no work
    tool({ ...head, name: "a", input });
    // @ts-expect-error  two kinds of work
    tool({ ...head, name: "a", input, run: () => 1, orchestrate: async () => 1 });
    // @ts-expect-error  no isolation but none
    tool({ ...head, name: "a", input, isolation: "process", run: () => 1 });
    // @ts-expect-error  a scope has no effect of its own
    tool({ ...head, name: "a", input, effect: "once", orchestrate: async () => 1 });
    // @ts-expect-error  the output's schema gives another type
    tool({ ...head, name: "a", input, output: z.string(), run: () => 1 });
  });
});

test("lists need no any", () => {
  const add = tool({ ...head, name: "add", input: z.object({ a: z.number() }), run: ({ a }) => a });
  const ask = tool({ ...head, name: "ask", input: z.object({ q: z.string() }), orchestrate: async ({ q }) => q });
  class Lookup implements Tool<{ id: string }, string> {
    readonly name = "lookup";
    readonly description = "…";
    readonly access = ["read", "external"] as const;
    readonly input = z.object({ id: z.string() });
    run({ id }: { id: string }): string {
      return id;
    }
  }
  const tools: readonly AnyTool[] = [add, ask, new Lookup()];
  expectTypeOf(tools).toEqualTypeOf<readonly AnyTool[]>();
});
