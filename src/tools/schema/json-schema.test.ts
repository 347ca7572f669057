// A JSON Schema as a tool's input
// - takes what it describes and refuses the rest, with the path of what is wrong: shown for random schemas and values
// - says in words what is expected there; of alternatives, what the closest one expects, or those that come as close
// - knows references, also those that lead back, alternatives, records, patterns and tuples
// - refuses fields that no part of it names
// - leaves the schema that it was given as it is
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonSchema, type JsonSchema, tool } from "../index.ts";
import { failureOf } from "../tools.fixture.ts";

const taking = (input: JsonSchema) => tool({ name: "t", description: "…", access: "read", input, run: () => 1 });
const issuesOf = async (input: JsonSchema, args: unknown) => failureOf(await taking(input).call(args)).issues;
const object = (properties: Record<string, unknown>, required: readonly string[] = []): JsonSchema => ({
  type: "object",
  properties,
  required,
});

describe("what is expected, and where", () => {
  const cases: readonly (readonly [
    what: string,
    field: JsonSchema,
    value: unknown,
    expected: string,
    path?: string,
  ])[] = [
    ["a type", { type: "integer" }, 1.5, "a whole number"],
    ["types", { type: ["string", "null"] }, 5, "a text or null"],
    ["a constant", { const: 1 }, 2, "1"],
    ["one of some", { enum: ["a", "b"] }, "c", 'one of "a", "b"'],
    ["a least", { type: "number", minimum: 3 }, 2, "a number ≥ 3"],
    ["a most", { type: "number", maximum: 3 }, 4, "a number ≤ 3"],
    ["more", { type: "number", exclusiveMinimum: 3 }, 3, "a number > 3"],
    ["less", { type: "number", exclusiveMaximum: 3 }, 3, "a number < 3"],
    ["a multiple", { type: "number", multipleOf: 2 }, 3, "a multiple of 2"],
    ["a longer text", { type: "string", minLength: 2 }, "a", "a text of at least 2 characters"],
    ["a shorter text", { type: "string", maxLength: 2 }, "abc", "a text of at most 2 characters"],
    ["a pattern", { type: "string", pattern: "^a+$" }, "b", "a text that matches /^a+$/u"],
    ["a format", { type: "string", format: "email" }, "b", 'a text in the format "email"'],
    ["a longer list", { type: "array", minItems: 2 }, [1], "a list of at least 2"],
    ["a shorter list", { type: "array", maxItems: 1 }, [1, 2], "a list of at most 1"],
    ["nothing twice", { type: "array", uniqueItems: true }, [1, 1], "a list in which nothing stands twice"],
    ["an item", { type: "array", items: { type: "number" } }, [1, "a"], "a number", "f[1]"],
    ["a tuple's item", { type: "array", prefixItems: [{ type: "string" }] }, [1], "a text", "f[0]"],
    [
      "a record's value",
      { type: "object", additionalProperties: { type: "number" } },
      { "a b/~%": "c" },
      "a number",
      'f["a b/~%"]',
    ],
    [
      "a record's name",
      { type: "object", propertyNames: { maxLength: 1 } },
      { ab: 1 },
      "a text of at most 1 characters",
      "f.ab",
    ],
    [
      "a field by its pattern",
      { type: "object", patternProperties: { "^n": { type: "number" } } },
      { n1: "a" },
      "a number",
      "f.n1",
    ],
    ["a field that is missing", object({ g: { type: "string" } }, ["g"]), {}, "a text, which is required", "f.g"],
    ["a field of more fields", { type: "object", minProperties: 2 }, { a: 1 }, "an object of at least 2 fields"],
    ["one of alternatives", { anyOf: [{ type: "string" }, { type: "number" }] }, true, "a text or a number"],
    [
      "several alternatives that come as close, with where",
      { anyOf: [object({ a: { type: "number" } }), object({ b: { type: "number" } })] },
      { a: "x", b: "y" },
      "a number at a or a number at b",
    ],
    [
      "the alternative of the value's own kind",
      { anyOf: [{ type: "null" }, object({ n: { type: "number" }, m: { type: "number" } })] },
      { n: 1, m: "x" },
      "a number",
      "f.m",
    ],
    [
      "the closest alternative",
      {
        oneOf: [object({ k: { const: "a" }, n: { type: "number" } }, ["k", "n"]), object({ k: { const: "b" } }, ["k"])],
      },
      { k: "a", n: "x" },
      "a number",
      "f.n",
    ],
    [
      "exactly one",
      { oneOf: [{ type: "string" }, { minLength: 1 }] },
      "a",
      "what fits exactly one of its alternatives",
    ],
    [
      "an item among others",
      { type: "array", contains: { const: 1 } },
      [2],
      'a list with an item that fits {"const":1}',
    ],
    [
      "some items among others",
      { type: "array", contains: { const: 1 }, minContains: 2 },
      [1],
      'a list with at least 2 items that fit {"const":1}',
    ],
    [
      "few items among others",
      { type: "array", contains: { const: 1 }, minContains: 1, maxContains: 1 },
      [1, 1],
      'a list with at most 1 items that fit {"const":1}',
    ],
    ["anything else", { not: { const: 1 } }, 1, 'what does not fit {"const":1}'],
    [
      "a field with another one",
      { ...object({ a: {}, b: { type: "string" } }), dependentRequired: { a: ["b"] } },
      { a: 1 },
      'a text, which is required with "a"',
      "f.b",
    ],
    [
      "what a field depends on",
      { ...object({ a: {}, b: {} }), dependentSchemas: { a: object({ b: { type: "number" } }) } },
      { a: 1, b: "x" },
      "a number",
      "f.b",
    ],
    ["what holds by a condition", { if: { const: 5 }, then: { type: "string" } }, 5, "a text"],
    ["what another one says", { $ref: "#/$defs/small number" }, 50, "a number ≤ 9"],
  ];

  test.each(cases)("%s", async (_, field, value, expected, path = "f") => {
    const input = { ...object({ f: field }), $defs: { "small number": { type: "number", maximum: 9 } } };
    expect(await issuesOf(input, { f: value })).toEqual([{ path, expected, got: expect.any(String) }]);
  });

  const older: typeof cases = [
    ["less, in draft 4", { type: "number", maximum: 3, exclusiveMaximum: true }, 3, "a number < 3"],
    ["more, in draft 4", { type: "number", minimum: 3, exclusiveMinimum: true }, 3, "a number > 3"],
    [
      "a field with another one",
      { ...object({ a: {}, b: {} }), dependencies: { a: ["b"] } },
      { a: 1 },
      'a value, which is required with "a"',
      "f.b",
    ],
    [
      "what a field depends on",
      { ...object({ a: {} }), dependencies: { a: object({ b: { type: "number" } }, ["b"]) } },
      { a: 1, b: "x" },
      "a number",
      "f.b",
    ],
  ];

  test.each(older)("of an older draft: %s", async (_, field, value, expected, path = "f") => {
    const input = { $schema: "http://json-schema.org/draft-04/schema#", ...object({ f: field }) };
    expect(await issuesOf(input, { f: value })).toEqual([{ path, expected, got: expect.any(String) }]);
  });

  test("is all told at once, up to ten issues", async () => {
    const input = object(Object.fromEntries(Array.from({ length: 15 }, (_, n) => [`f${n}`, { type: "number" }])));
    const args = Object.fromEntries(Array.from({ length: 15 }, (_, n) => [`f${n}`, "x"]));
    const { issues, message } = failureOf(await taking(input).call(args));
    expect(issues).toHaveLength(10);
    expect(message).toContain("and 5 more");
  });
});

describe("fields that are not known", () => {
  const tree = object({ name: {}, kids: { type: "array", items: { $ref: "#" } } });
  const shapes = {
    anyOf: [object({ circle: object({ r: {} }) }), object({ square: object({ side: {} }) })],
  };
  const kinds = {
    oneOf: [
      object({ kind: { const: "a" }, x: {} }),
      { $ref: "#/$defs/b" },
      object({
        kind: { enum: ["c", "d"] },
        deep: { anyOf: [object({ n: { const: 1 }, p: {} }), object({ n: { const: 2 }, q: {} })] },
      }),
    ],
    $defs: { b: object({ kind: { const: "b" }, y: {} }) },
  };
  const cases: readonly (readonly [what: string, input: JsonSchema, args: unknown, unknown: string[]])[] = [
    ["of another alternative than a constant tells", { type: "object", ...kinds }, { kind: "a", x: 1, y: 2 }, ["y"]],
    ["of another one, by a reference", { type: "object", ...kinds }, { kind: "b", x: 1, y: 2 }, ["x"]],
    [
      "of another one, in an alternative of its own",
      { type: "object", ...kinds },
      { kind: "d", deep: { n: 2, p: 1, q: 1 }, y: 1 },
      ["deep.p", "y"],
    ],
    ["at the top", object({ a: {} }), { a: 1, b: 2 }, ["b"]],
    ["where there are none", object({}), { a: 1 }, ["a"]],
    ["deep in a schema that leads back to itself", tree, { kids: [{ kids: [{ nam: 1 }] }] }, ["kids[0].kids[0].nam"]],
    ["in any of several alternatives", { type: "object", ...shapes }, { circle: { r: 1, side: 2 } }, ["circle.side"]],
    [
      "in all that hold",
      { type: "object", allOf: [object({ a: {} }), object({ b: {} })] },
      { a: 1, b: 2, c: 3 },
      ["c"],
    ],
    [
      "in items of a tuple",
      object({ t: { type: "array", prefixItems: [object({ x: {} })] } }),
      { t: [{ y: 1 }] },
      ["t[0].y"],
    ],
    [
      "in a record's values",
      object({ r: { additionalProperties: object({ x: {} }) } }),
      { r: { k: { y: 1 } } },
      ["r.k.y"],
    ],
    ["but not in an object of which nothing is said", object({ any: { type: "object" } }), { any: { x: 1 } }, []],
    ["nor where there may be others", { ...object({ a: {} }), additionalProperties: true }, { x: 1 }, []],
    ["nor in a record", object({ r: { type: "object", additionalProperties: {} } }), { r: { x: 1 } }, []],
    ["nor where a pattern fits", { type: "object", patternProperties: { "^x": {} } }, { x1: 1 }, []],
  ];

  test.each(cases)("%s", async (_, input, args, unknown) => {
    const result = await taking(input).call(args);
    expect(result.ok ? [] : failureOf(result).issues?.map(({ path }) => path)).toEqual(unknown);
  });
});

test("a schema is read once, and left as it is", async () => {
  const input = Object.freeze({
    ...object({ a: Object.freeze({ $ref: "#/$defs/b" }) }),
    $defs: { b: { type: "string" } },
  });
  const before = JSON.stringify(input);
  expect(await jsonSchema(input)["~standard"].validate({ a: 5 })).toMatchObject({ issues: [{ message: "a text" }] });
  expect(JSON.stringify(input)).toBe(before);
  expect(Object.getOwnPropertyNames((input as JsonSchema)["properties"])).toEqual(["a"]);
});

describe("a long list in which nothing may stand twice", () => {
  const unique = { type: "array", uniqueItems: true };
  const long = (item: (n: number) => unknown, ...more: unknown[]): unknown[] => [
    ...Array.from({ length: 30_000 }, (_, n) => item(n)),
    ...more,
  ];
  const issue = (path: string) => ({ path, expected: "a list in which nothing stands twice" });

  test("is compared in time that grows with it", async () => {
    const takes = taking(object({ list: unique, free: {} }));
    expect(await takes.call({ list: long((n) => ({ n, of: "x" })), free: long(() => 1) })).toMatchObject({ ok: true });
    const again = { list: long((n) => ({ n, of: "x" }), { of: "x", n: 29_999 }) };
    expect(failureOf(await takes.call(again)).issues).toMatchObject([issue("list")]);
    expect(await takes.call({ list: [1, "1", [1], { a: 1 }, null, true] })).toMatchObject({ ok: true });
  });

  test("is told within alternatives, references and other lists", async () => {
    const { issues } = failureOf(
      await taking({
        ...object({
          maybe: { anyOf: [unique, { type: "null" }] },
          rows: { type: "array", items: { $ref: "#/$defs/row" } },
          not: { not: unique },
        }),
        $defs: { row: { ...unique, allOf: [{ minItems: 1 }] } },
      }).call({ maybe: long(Number, 0), rows: [long(Number), long(Number, 5), [1, 1], []], not: long(Number, 0) }),
    );
    expect(issues).toMatchObject([
      { path: "maybe" },
      issue("rows[1]"),
      issue("rows[2]"),
      { path: "rows[3]", expected: "a list of at least 1" },
    ]);
  });

  test("is shown to models as it was written", async () => {
    const { validate, jsonSchema: shown } = jsonSchema(unique)["~standard"];
    await validate([]);
    expect(shown.input({ target: "draft-2020-12" })).toEqual(unique);
  });
});

test("a huge value with a fault in each part of which no alternative fits has a failure in time", async () => {
  const input = object({ list: { type: "array", items: { anyOf: [{ type: "string" }, { type: "null" }] } } });
  const failure = failureOf(await taking(input).call({ list: Array.from({ length: 100_000 }, (_, n) => n) }));
  expect(failure).toMatchObject({ path: "list[0]", expected: "a text or null" });
});

test("a reference that is not followed is refused where the tool is made", () => {
  expect(() => taking(object({ a: { $dynamicRef: "#node" } }))).toThrow(
    expect.objectContaining({ code: "invalid-option", expected: "a $ref, and no $dynamicRef, at .properties.a" }),
  );
});

test("a schema that leads back into itself is refused where it is made: it cannot be written", () => {
  const children: Record<string, unknown> = { type: "array" };
  const schema = object({ children });
  children["items"] = schema;
  expect(() => jsonSchema(schema)).toThrow(
    expect.objectContaining({ code: "invalid-option", got: expect.stringContaining("circular") }),
  );
});

test("a huge value with a fault in each part has a failure, and ends nothing", async () => {
  const input = object({ list: { type: "array", items: { type: "string" } } });
  const failure = failureOf(await taking(input).call({ list: Array.from({ length: 200_000 }, (_, n) => n) }));
  expect(failure).toMatchObject({ code: "invalid-arguments", path: "list[0]", expected: "a text" });
});

/** A schema with what fits it, and with what does not and where. */
interface Sample {
  readonly schema: JsonSchema;
  readonly fits: unknown;
  readonly fails?: { readonly value: unknown; readonly path: readonly (string | number)[] };
}

const fieldName = fc.constantFrom("a", "b", "name", "a b", "x/y", "q~", "toString", "ünï", "0");

const leaf: fc.Arbitrary<Sample> = fc.oneof(
  fc.integer().map((fits) => sample({ type: "integer" }, fits, `${fits}`)),
  fc.string({ unit: "binary" }).map((text) => sample({ type: "string" }, text.toWellFormed(), 5)),
  fc.boolean().map((fits) => sample({ type: "boolean" }, fits, null)),
  fc.constant(sample({ type: "null" }, null, false)),
  fc
    .integer({ min: -100, max: 100 })
    .map((least) => sample({ type: "number", minimum: least }, least + 0.5, least - 1)),
  fc
    .uniqueArray(fc.string(), { minLength: 1, maxLength: 3 })
    .map((values) => sample({ enum: values }, values[0], `${values.join("")}!`)),
  fc.nat(5).map((most) => sample({ type: "string", maxLength: most }, "x".repeat(most), "x".repeat(most + 1))),
);

const anySample: fc.Arbitrary<Sample> = fc.letrec<{ sample: Sample; record: Sample; list: Sample }>((tie) => ({
  sample: fc.oneof({ maxDepth: 4 }, leaf, tie("record"), tie("list")),
  list: fc.array(tie("sample"), { minLength: 1, maxLength: 3 }).map((items) => {
    const [first] = items as [Sample];
    return {
      schema: { type: "array", items: first.schema },
      fits: items.map(() => first.fits),
      ...(first.fails && {
        fails: {
          value: [...items.map(() => first.fits), first.fails.value],
          path: [items.length, ...first.fails.path],
        },
      }),
    };
  }),
  record: fc
    .uniqueArray(fc.tuple(fieldName, tie("sample")), { minLength: 1, maxLength: 4, selector: ([name]) => name })
    .map((fields) => {
      const fits = Object.fromEntries(fields.map(([name, each]) => [name, each.fits]));
      const [name, first] = fields[0] as [string, Sample];
      const { fails } = first;
      return {
        schema: {
          type: "object",
          properties: Object.fromEntries(fields.map(([each, { schema }]) => [each, schema])),
          required: fields.map(([each]) => each),
        },
        fits,
        ...(fails && { fails: { value: { ...fits, [name]: fails.value }, path: [name, ...fails.path] } }),
      };
    }),
})).sample;

function sample(schema: JsonSchema, fits: unknown, wrong: unknown): Sample {
  return { schema, fits, fails: { value: wrong, path: [] } };
}

test("for random schemas: what fits is taken, and what does not is refused with its path", async () => {
  await fc.assert(
    fc.asyncProperty(anySample, async ({ schema, fits, fails }) => {
      const whole = taking(object({ top: schema }, ["top"]));
      expect(await whole.call({ top: fits })).toMatchObject({ ok: true });
      expect(await whole.call(JSON.stringify({ top: fits }))).toMatchObject({ ok: true });
      if (fails === undefined) return;
      const failure = failureOf(await whole.call({ top: fails.value }));
      expect(failure.code).toBe("invalid-arguments");
      expect(failure.issues?.map(({ path }) => path)).toEqual([written(["top", ...fails.path])]);
    }),
    { numRuns: 300 },
  );
});

test("for random schemas: a field that is left out, and one too many, are told by their path", async () => {
  await fc.assert(
    fc.asyncProperty(anySample, fieldName, async ({ schema, fits }, extra) => {
      const whole = taking(object({ [extra]: schema, top: {} }, [extra]));
      expect(failureOf(await whole.call({ top: 1 }))).toMatchObject({ path: written([extra]), got: "nothing" });
      const more = { [extra]: fits, "one too many": 1 };
      expect(failureOf(await whole.call(more))).toMatchObject({ path: '["one too many"]' });
    }),
    { numRuns: 100 },
  );
});

/** A path as it would be written in code. */
function written(path: readonly (string | number)[]): string {
  return path
    .map((part) =>
      typeof part === "number"
        ? `[${part}]`
        : /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(part)
          ? `.${part}`
          : `[${JSON.stringify(part)}]`,
    )
    .join("")
    .replace(/^\./, "");
}
