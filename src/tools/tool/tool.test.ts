// What `tool` makes
// - is called without an agent, and gives a value or a failure, and how long it took
// - takes a schema of zod, arktype or valibot (through its adapter), or a JSON Schema, and shows models a JSON Schema
// - coerces where the schema says so and nowhere else; refuses fields that the schema does not know
// - checks what it gives, where there is a schema for that
// - must run once, unless it only reads; retries where it is told to and may
// - is refused where it is made, with what was expected, for every option that cannot be used
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import * as mini from "zod/mini";
import * as z3 from "zod/v3";
import { TerminalError } from "../../engine/index.ts";
import { type AnyTool, type JsonSchema, jsonSchema, tool, ToolRegistry } from "../index.ts";
import { failureOf, forever, place, valueOf } from "../tools.fixture.ts";

const add = tool({
  name: "add",
  description: "Adds two numbers.",
  access: "read",
  input: z.object({ a: z.number(), b: z.number().default(1) }),
  run: ({ a, b }) => a + b,
});

const simple = { name: "simple", description: "Does something.", access: "read", input: z.object({}) } as const;

describe("a call", () => {
  test("gives the value, and how long it took", async () => {
    const clock = place().clock;
    const slow = tool({ ...simple, run: () => clock.advance(250).then(() => "done") });
    expect(await slow.call({}, { clock })).toEqual({ ok: true, value: "done", durationMs: 250 });
  });

  test("gives null where the tool gives nothing", async () => {
    expect(valueOf(await tool({ ...simple, run: () => {} }).call({}))).toBeNull();
  });

  test("takes its arguments as JSON too", async () => {
    expect(valueOf(await add.call('{"a": 2, "b": 3}' as never))).toBe(5);
  });

  test("hands over the step, and a context made of what the caller gives", async () => {
    const seen = tool({
      ...simple,
      run: (_args, step, { tenant, agent, values, call }) => ({ key: step.key, tenant, agent, values, call }),
    });
    const context = { tenant: "acme", agent: { name: "analyst", id: "1" }, values: { limit: 5 } };
    expect(valueOf(await seen.call({}, context))).toEqual({
      key: "simple[call]",
      ...context,
      call: { id: "call", name: "simple" },
    });
  });

  test("without a registry leaves the tool to those that have it: it is disposed with the last of them", async () => {
    const events: string[] = [];
    const connection = { [Symbol.asyncDispose]: async () => void events.push("dispose") };
    const held = tool({ ...simple, ...connection, run: () => void events.push("run") });
    const registry = new ToolRegistry({ tools: [held] });
    await Promise.all([held.call({}), registry.call("simple", {})]);
    await registry.unregister("simple");
    expect(events).toEqual(["run", "run", "dispose"]);
  });

  test("within one of the same tool ends, also when that was unregistered meanwhile", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const connection = { [Symbol.asyncDispose]: async () => {} };
    let calls = 0;
    const again = tool({
      ...simple,
      ...connection,
      run: async (): Promise<boolean> => {
        if (calls++ > 0) return true;
        begun.resolve();
        await promise;
        return (await again.call({})).ok;
      },
    });
    const registry = new ToolRegistry({ tools: [again] });
    const result = registry.call("simple", {});
    await begun.promise;
    const taken = registry.unregister("simple");
    resolve();
    expect(await result).toMatchObject({ ok: true, value: true });
    expect(await taken).toBe(true);
  });

  test("is cancelled by its signal", async () => {
    const hang = tool({ ...simple, run: forever });
    const result = hang.call({}, { signal: AbortSignal.abort("enough") });
    await expect(result).rejects.toMatchObject({ code: "cancelled" });
  });

  test("fails as a value where the tool throws, with the error's code and what it says was expected", async () => {
    const fails = tool({
      ...simple,
      run: () => Promise.reject(Object.assign(new Error("no such row\nSELECT …"), { code: "ENOENT" })),
    });
    expect(failureOf(await fails.call({}))).toEqual({
      code: "tool-failed",
      message: 'tool "simple" failed: no such row\nSELECT …',
      thrown: "ENOENT",
    });
    const advised = tool({ ...simple, run: () => Promise.reject(new TerminalError("closed on Sundays")) });
    expect(failureOf(await advised.call({}))).toMatchObject({ thrown: "terminal", code: "tool-failed" });
  });

  test("fails with texts that a model can read, however long the error's are", async () => {
    const fails = tool({ ...simple, run: () => Promise.reject(new Error(`\ud800${"x".repeat(1_000_000)}`)) });
    const { message } = failureOf(await fails.call({}));
    expect(message.length).toBeLessThanOrEqual(2_000);
    expect(message.isWellFormed()).toBe(true);
  });
});

describe("the input", () => {
  const inputs = {
    zod: z.object({ city: z.string(), days: z.int().optional() }),
    arktype: type({ city: "string", "days?": "number.integer" }),
    valibot: toStandardJsonSchema(v.object({ city: v.string(), days: v.optional(v.pipe(v.number(), v.integer())) })),
    "JSON Schema": {
      type: "object",
      properties: { city: { type: "string" }, days: { type: "integer" } },
      required: ["city"],
    },
  };

  test.each(Object.entries(inputs))("of %s is checked, and is shown to models as a JSON Schema", async (_, input) => {
    const forecast = tool({ ...simple, input, run: (args) => args }) as AnyTool;
    const registry = new ToolRegistry({ tools: [forecast] });
    expect(registry.definitions()).toEqual([
      {
        name: "simple",
        description: "Does something.",
        inputSchema: expect.objectContaining({
          type: "object",
          properties: { city: { type: "string" }, days: expect.objectContaining({ type: "integer" }) },
          required: ["city"],
          additionalProperties: false,
        }),
      },
    ]);
    expect(valueOf(await registry.call("simple", { city: "Lugo", days: 2 }))).toEqual({ city: "Lugo", days: 2 });
    expect(failureOf(await registry.call("simple", { city: "Lugo", days: "2" }))).toMatchObject({
      code: "invalid-arguments",
      path: "days",
      got: '"2"',
    });
    expect(failureOf(await registry.call("simple", { city: "Lugo", day: 2 }))).toMatchObject({
      path: "day",
      nearest: "days",
    });
    expect(failureOf(await registry.call("simple", {}))).toMatchObject({ path: "city", got: "nothing" });
  });

  test("is coerced where the schema says so, and nowhere else", async () => {
    const strict = tool({ ...simple, input: z.object({ n: z.number() }), run: ({ n }) => n });
    const loose = tool({ ...simple, input: z.object({ n: z.coerce.number() }), run: ({ n }) => n });
    expect(failureOf(await strict.call({ n: "5" } as never))).toMatchObject({ expected: "number", got: '"5"' });
    expect(valueOf(await loose.call({ n: "5" }))).toBe(5);
  });

  test("is refused in the whole words of who wrote the schema", async () => {
    const ids = { id: z.string().optional(), name: z.string().optional() };
    const one = "exactly one of id and name must be given";
    const find = tool({
      ...simple,
      input: z.object(ids).refine(({ id, name }) => (id === undefined) !== (name === undefined), one),
      run: () => 1,
    });
    expect(failureOf(await find.call({}))).toMatchObject({ path: "", expected: one });
  });

  test.each<[AnyTool["input"], unknown, string]>([
    [type({ n: "string | number" }), { n: true }, "a number or a string"],
    [type({ "a b": "string" }), { "a b": 1 }, "a string"],
    [type({ n: "string.email & string > 30" }), { n: "x" }, "◦ an email address\n  ◦ at least length 31"],
    [
      type({ o: type({ a: "string" }).or({ b: "number" }) }),
      { o: { a: 1 } },
      "o.a must be a string (was a number) or o.b must be a number (was missing)",
    ],
  ])("is refused in arktype's words: %#", async (input, args, expected) => {
    const failure = failureOf(await tool({ ...simple, input, run: () => 1 }).call(args));
    expect(failure).toMatchObject({ code: "invalid-arguments", expected });
  });

  test("may be checked by a schema that takes its time", async () => {
    const input = z.object({ id: z.string().refine(async (id) => id === "a", "an id that there is") });
    const find = tool({ ...simple, input, run: ({ id }) => id });
    expect(valueOf(await find.call({ id: "a" }))).toBe("a");
    expect(failureOf(await find.call({ id: "b" }))).toMatchObject({ path: "id", expected: "an id that there is" });
  });

  test("may be checked by a schema whose promise is a library's own", async () => {
    const validate = (value: unknown): unknown => ({ then: (done: (result: unknown) => void) => done({ value }) });
    const own = { version: 1, vendor: "own", validate, jsonSchema: { input: () => ({ type: "object" }) } };
    const find = tool({ ...simple, input: { "~standard": own } as unknown as JsonSchema, run: (args) => args });
    expect(valueOf(await find.call({ id: "a" }))).toEqual({ id: "a" });
  });

  test("is refused where a function of its schema throws at it", async () => {
    const refused = [
      z.object({ list: z.string().transform((text) => JSON.parse(text) as unknown) }),
      z.object({ list: z.preprocess((text) => JSON.parse(text as string) as unknown, z.string()) }),
      z.object({ list: z.string().refine((text) => JSON.parse(text) as boolean) }),
    ];
    for (const input of refused) {
      const parse = tool({ ...simple, input, run: () => 1 });
      expect(failureOf(await parse.call({ list: "[1," }))).toMatchObject({
        code: "invalid-arguments",
        expected: "arguments that can be checked",
      });
    }
  });

  test.each([undefined, { issues: null }, Promise.resolve({ issues: [null] })])(
    "is refused where its schema gives no result: %j",
    async (result) => {
      const own = {
        version: 1,
        vendor: "own",
        validate: () => result,
        jsonSchema: { input: () => ({ type: "object" }) },
      };
      const find = tool({ ...simple, input: { "~standard": own } as unknown as JsonSchema, run: () => 1 });
      expect(failureOf(await find.call({}))).toMatchObject({
        code: "invalid-arguments",
        expected: "arguments that can be checked",
        got: 'a schema of "own" cannot be used',
      });
    },
  );

  test("says what is expected in words that fit", async () => {
    const input = z.object({
      url: z.url(),
      of: z.partialRecord(z.enum(["a", "b"]), z.number()),
      one: z.discriminatedUnion("is", [z.object({ is: z.literal("a") }), z.object({ is: z.literal("b") })]),
      any: z.unknown(),
    });
    const strict = tool({ ...simple, input, run: () => 1 });
    const failure = failureOf(await strict.call({ url: "x", of: { c: 1 }, one: { is: "c" } } as never));
    expect(failure.issues?.map(({ path, expected }) => `${path}: ${expected}`)).toEqual([
      "url: a valid URL",
      'of: no key "c"',
      "one.is: 'a' | 'b'",
      "any: a value",
    ]);
  });

  test.each([
    [true, "v", "string or object or array"],
    [{ n: "x" }, "v.n", "number"],
    [[null, 1], "v[1]", "null"],
  ])("of a union says what the closest of its alternatives expects: %j", async (v, path, expected) => {
    const input = z.object({ v: z.union([z.string(), z.union([z.object({ n: z.number() }), z.array(z.null())])]) });
    const find = tool({ ...simple, input, run: () => 1 });
    expect(failureOf(await find.call({ v } as never)).issues).toMatchObject([{ path, expected }]);
  });

  test("of a union in a union's field says what is wrong there", async () => {
    const field = z.union([z.string(), z.number()]);
    const input = z.object({ where: z.union([z.string(), z.object({ is: field })]) });
    const find = tool({ ...simple, input, run: () => 1 });
    const { issues } = failureOf(await find.call({ where: { is: true } } as never));
    expect(issues).toEqual([{ path: "where.is", expected: "string or number", got: "boolean true" }]);
  });

  test("of a union says what its author says", async () => {
    const input = z.object({ v: z.union([z.string(), z.number()], "a name or a number") });
    const find = tool({ ...simple, input, run: () => 1 });
    expect(failureOf(await find.call({ v: true } as never)).issues).toMatchObject([{ expected: "a name or a number" }]);
  });

  test("says everything that is wrong at once", async () => {
    const input = z.object({ a: z.number(), list: z.array(z.object({ name: z.string() })) });
    const many = tool({ ...simple, input, run: () => 1 });
    const failure = failureOf(await many.call({ a: "x", list: [{ nam: "y" }], c: 1 } as never));
    expect(failure.issues?.map(({ path }) => path)).toEqual(["list[0].nam", "c", "a", "list[0].name"]);
    expect(failure.message).toBe(
      'tool "simple" was not called, its arguments do not fit: ' +
        'argument list[0].nam: expected no other fields than "name", got "y"; did you mean "name"?; ' +
        'argument c: expected no other fields than "a", "list", got number 1; ' +
        'argument a: expected number, got "x"; argument list[0].name: expected string, got nothing',
    );
  });

  test("takes other fields where its schema says so", async () => {
    const open = tool({ ...simple, input: z.looseObject({ a: z.number() }), run: (args) => args });
    expect(valueOf(await open.call({ a: 1, b: 2 }))).toEqual({ a: 1, b: 2 });
    const keyed = { by: z.looseRecord(z.string().regex(new RegExp("^n\\-")), z.number()) };
    const patterned = tool({ ...simple, input: z.object(keyed), run: (args) => args });
    expect(valueOf(await patterned.call({ by: { "n-1": 1 } }))).toEqual({ by: { "n-1": 1 } });
    const record = tool({ ...simple, input: z.object({ by: z.record(z.string(), z.number()) }), run: (args) => args });
    expect(valueOf(await record.call({ by: { x: 1 } }))).toEqual({ by: { x: 1 } });
  });
});

describe("the output", () => {
  test("is checked, and is what its schema makes of it", async () => {
    const counts = tool({ ...simple, output: z.number().transform(String), run: () => 5 });
    expect(valueOf(await counts.call({}))).toBe("5");
    const wrong = tool({ ...simple, output: { type: "string" }, run: () => 5 as never });
    expect(failureOf(await wrong.call({}))).toMatchObject({
      code: "invalid-output",
      expected: "a text",
      fix: "do not call it again for this: what it does has been done",
    });
  });

  test("that its schema cannot check is a failure that says so: what the tool does has been done", async () => {
    const output = z.string().transform((text) => JSON.parse(text) as unknown);
    const broken = tool({ ...simple, output, run: () => "[1," });
    expect(failureOf(await broken.call({}))).toMatchObject({
      code: "invalid-output",
      expected: "an output that can be checked",
    });
  });

  test("that is no JSON value is a failure that says where", async () => {
    const dated = tool({ ...simple, run: () => ({ rows: [{ at: new Date(0) }] }) });
    expect(failureOf(await dated.call({}))).toMatchObject({
      code: "invalid-output",
      message: expect.stringContaining(".rows[0].at is not a JSON value"),
      got: "an instance of Date",
    });
  });
});

describe("time-outs and retries", () => {
  test("a tool that only reads has failed when its time is over; any other one is in doubt", async () => {
    const outcomes = (["read", "write", ["read", "external"]] as const).map(async (access) => {
      const { engine, clock } = place();
      let aborted = false;
      const hang = tool({
        ...simple,
        access,
        timeout: "5s",
        run: (_args, step) => {
          step.abortSignal.addEventListener("abort", () => void (aborted = true));
          return forever();
        },
      });
      const result = hang.call({}, { engine, clock });
      await clock.advance("5s");
      const { code } = failureOf(await result);
      return { code, aborted, durationMs: (await result).durationMs };
    });
    expect(await Promise.all(outcomes)).toEqual([
      { code: "tool-timeout", aborted: true, durationMs: 5_000 },
      { code: "in-doubt", aborted: true, durationMs: 5_000 },
      { code: "in-doubt", aborted: true, durationMs: 5_000 },
    ]);
  });

  test("a tool that orchestrates has a time-out for the whole call", async () => {
    const { engine, clock } = place();
    const hang = tool({ ...simple, timeout: "5s", orchestrate: (_args, run) => run.step("hang", forever) });
    const result = hang.call({}, { engine, clock });
    await clock.advance("5s");
    expect(failureOf(await result)).toMatchObject({ code: "tool-timeout" });
    const quick = tool({ ...simple, timeout: "5s", orchestrate: (_args, run) => run.step("quick", () => 1) });
    expect(valueOf(await quick.call({}, { engine, clock }))).toBe(1);
  });

  test("a tool is tried again where it is told to", async () => {
    let calls = 0;
    const flaky = tool({
      ...simple,
      retry: { attempts: 3, initialDelay: 0 },
      run: () => (++calls < 3 ? Promise.reject(new Error("busy")) : calls),
    });
    expect(valueOf(await flaky.call({}))).toBe(3);
  });
});

describe("a tool is refused when it is made", () => {
  const run = (): number => 1;
  const OF_ZOD = "use zod 4.2 or newer; of zod/mini, whose schemas give none, pass z.toJSONSchema(schema)";
  const cases: readonly (readonly [what: string, options: object, error: object])[] = [
    ["without a name", { name: "", run }, { message: expect.stringContaining("the name of a tool") }],
    [
      "with a name that no provider takes",
      { name: "read file", run },
      { expected: expect.stringContaining("letters") },
    ],
    ["with a name that is an object's own", { name: "__proto__", run }, { code: "invalid-option" }],
    ["without a description", { description: "", run }, { message: expect.stringContaining("the description") }],
    ["without an access", { access: undefined, run }, { expected: expect.stringContaining('"read"') }],
    ["with an access that there is not", { access: ["read", "all"], run }, { got: '"all"' }],
    ["with no access", { access: [], run }, { expected: "at least one access" }],
    ["without work", {}, { expected: "one of run, orchestrate and thread", got: "none of them" }],
    ["with work twice", { run, orchestrate: forever }, { got: "run and orchestrate" }],
    ["with work that is none", { run: 5 }, { expected: "a function" }],
    ["with an isolation", { isolation: "process", run }, { code: "isolation-unavailable", got: '"process"' }],
    ["with a retry of what must run once", { access: "write", retry: 2, run }, { code: "invalid-option" }],
    ["with a retry of a scope", { retry: 2, orchestrate: forever }, { expected: "none, for a tool that orchestrates" }],
    ["with a time-out that is none", { timeout: "soon", run }, { code: "invalid-duration" }],
    ["with an option of another name", { timout: "5s", run }, { got: '"timout"' }],
    ["with no places", { concurrency: 0, run }, { message: expect.stringContaining("concurrency of tool") }],
    ["with an output of no length", { maxOutput: 0, run }, { message: expect.stringContaining("maxOutput of tool") }],
    [
      "with an approval that is none",
      { approval: "yes", run },
      { message: expect.stringContaining("approval of tool") },
    ],
    ["with a module that is no file's", { thread: new URL("https://a.example/b.js") }, { code: "invalid-option" }],
    ["with an input of no object", { input: z.string(), run }, { expected: expect.stringContaining("an object") }],
    ["with an input that is no schema", { input: 5, run }, { expected: expect.stringContaining("a JSON Schema") }],
    [
      "with a schema of valibot alone",
      { input: v.object({}), run },
      { code: "no-json-schema", fix: "wrap it: toStandardJsonSchema(schema) of @valibot/to-json-schema" },
    ],
    [
      "with a schema of zod 3",
      { input: z3.object({}), run },
      { code: "no-json-schema", got: "a schema of zod that gives none", fix: OF_ZOD },
    ],
    ["with a schema of zod/mini", { input: mini.object({}), run }, { code: "no-json-schema", fix: OF_ZOD }],
    [
      "with a schema of zod 3 that is no Standard Schema yet",
      { input: Object.assign(z3.object({}), { "~standard": undefined }), run },
      { code: "no-json-schema", got: "a schema of zod that gives none", fix: OF_ZOD },
    ],
    [
      "with the fields of a schema",
      { input: { city: z.string(), days: z.number() }, run },
      { fix: "make a schema of these fields: z.object({ city, days })" },
    ],
    [
      "with a JSON Schema that is no JSON",
      { input: { type: "object", parse: () => {} }, run },
      { code: "invalid-option", got: "() => {} could not be cloned." },
    ],
    [
      "with a schema whose JSON Schema is none",
      { input: { "~standard": { vendor: "own", validate: () => ({}), jsonSchema: { input: () => null } } }, run },
      { code: "no-json-schema", got: "a schema of own that gives none" },
    ],
    [
      "with a schema that JSON cannot say",
      { input: z.object({ at: z.date() }), run },
      { code: "no-json-schema", got: "Date cannot be represented in JSON Schema" },
    ],
    ["with a type that there is not", { input: { type: "strin" }, run }, { got: '"strin"' }],
    [
      "with a reference that leads nowhere",
      { input: { type: "object", properties: { a: { $ref: "#/$defs/b" } } }, run },
      { got: '"#/$defs/b"' },
    ],
    [
      "with a reference to elsewhere",
      { input: { type: "object", $ref: "https://a.example/b.json" }, run },
      { got: '"https://a.example/b.json"' },
    ],
    [
      "with a pattern that is none",
      { input: { type: "object", properties: { a: { pattern: "(" } } }, run },
      { expected: "a regular expression at .properties.a", got: '"("' },
    ],
  ];

  test.each(cases)("%s", (_, options, error) => {
    const make = (): unknown => tool({ ...simple, ...options } as never);
    expect(make).toThrow(expect.objectContaining({ code: "invalid-option", ...error }));
  });
});

test("a JSON Schema may have a type of your own", async () => {
  const input = jsonSchema<{ n: number }>({ type: "object", properties: { n: { type: "number" } }, required: ["n"] });
  const double = tool({ ...simple, input, run: ({ n }) => n * 2 });
  expect(valueOf(await double.call({ n: 2 }))).toBe(4);
});

const unreadable = (error: Error): Error =>
  Object.defineProperty(error, "code", {
    get() {
      throw new Error("a getter");
    },
  });
const silent = <Made extends Error>(error: Made): Made => Object.assign(error, { message: "" });

test.each([
  ["all lines", new Error("2 tests failed:\n- adds\n- subtracts\n"), "2 tests failed:\n- adds\n- subtracts"],
  [
    "a list for its message",
    Object.assign(new Error("x"), { message: ["id must be a number"] }),
    '["id must be a number"]',
  ],
  ["what is inside of it alone", silent(new AggregateError([new Error("no route to ::1")], "x")), "no route to ::1"],
  ["nothing but its name", silent(new RangeError("x")), "RangeError"],
  ["a code that cannot be read", unreadable(new Error("no route")), "no route"],
])("a model reads what was thrown: an error with %s", async (_, thrown, text) => {
  const failing = tool({
    name: "failing",
    description: "Fails.",
    access: "read",
    input: z.object({}),
    run: () => Promise.reject(thrown),
  });
  expect(await failing.call({})).toMatchObject({
    ok: false,
    error: { code: "tool-failed", message: `tool "failing" failed: ${text}` },
  });
});

test("a name and a function in place of options are refused with the options that there are", () => {
  expect(() => tool("add" as never)).toThrow(
    expect.objectContaining({
      code: "invalid-option",
      message: expect.stringMatching(/^an option of a tool cannot be used/),
      expected: expect.stringContaining("name, description, input"),
      got: '"add"',
    }),
  );
});
