// What a hostile or confused model may send, and what becomes of it. Each row gives a failure as a value, which says what
// was expected and what came; the tool is not called, the run goes on, and the next call works. Nothing is changed that is
// not the call's own.
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Run } from "../base/index.ts";
import { jsonSchema, tool, type ToolCall, type ToolFailureCode, ToolRegistry } from "./index.ts";
import { body, failureOf, history, place } from "./tools.fixture.ts";

let calls: unknown[] = [];
afterEach(() => {
  calls = [];
});

const zodTool = tool({
  name: "read_file",
  description: "…",
  access: "read",
  input: z.object({
    path: z.string(),
    lines: z.object({ from: z.int(), to: z.int() }).optional(),
    tags: z.record(z.string(), z.string()).optional(),
  }),
  run: (args) => void calls.push(args),
});
const jsonTool = tool({
  name: "write_file",
  description: "…",
  access: "write",
  input: jsonSchema<{ path: string }>({
    type: "object",
    properties: {
      path: { type: "string" },
      lines: {
        type: "object",
        properties: { from: { type: "integer" }, to: { type: "integer" } },
        required: ["from", "to"],
      },
      tags: { type: "object", additionalProperties: { type: "string" } },
    },
    required: ["path"],
  }),
  run: (args) => void calls.push(args),
});
const scopeTool = tool({
  name: "copy_file",
  description: "…",
  access: "write",
  input: zodTool.input,
  orchestrate: async (args) => void calls.push(args),
});

const deep = (levels: number): string => `{"path":${"[".repeat(levels)}${"]".repeat(levels)}}`;
const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);
function cyclic(): unknown {
  const value: Record<string, unknown> = { path: "a" };
  value["self"] = value;
  return value;
}

/** Arguments of a tool that takes a path. */
const refused: readonly (readonly [what: string, args: () => unknown, code: ToolFailureCode, failure?: object])[] = [
  ["no arguments", () => undefined, "invalid-arguments", { path: "path", got: "nothing" }],
  ["an empty text", () => "", "invalid-arguments", { path: "path", got: "nothing" }],
  ["the wrong type", () => ({ path: 5 }), "invalid-arguments", { path: "path", got: "number 5" }],
  ["a misspelt field", () => ({ pat: "a" }), "invalid-arguments", { path: "pat", nearest: "path" }],
  ["one field too many", () => ({ path: "a", mode: "r" }), "invalid-arguments", { path: "mode", got: '"r"' }],
  [
    "a field too many, further in",
    () => ({ path: "a", lines: { from: 1, to: 2, step: 3 } }),
    "invalid-arguments",
    { path: "lines.step" },
  ],
  [
    "10,000 fields too many",
    () => Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`f${n}`, n])),
    "invalid-arguments",
  ],
  ["a list", () => ["a"], "invalid-arguments", { got: "an array of 1" }],
  ["a text in JSON", () => '"path"', "invalid-arguments", { got: '"path"' }],
  [
    "JSON twice",
    () => JSON.stringify('{"path":"a"}'),
    "invalid-arguments",
    { expected: "an object with the arguments by name" },
  ],
  ["a number", () => 5, "invalid-arguments", { got: "number 5" }],
  ["a function", () => () => {}, "invalid-arguments"],
  ["a big integer", () => ({ path: 5n }), "invalid-arguments", { path: "path", got: "bigint 5" }],
  ["no number", () => ({ path: Number.NaN }), "invalid-arguments", { path: "path", got: "number NaN" }],
  ["a date", () => ({ path: new Date(0) }), "invalid-arguments", { path: "path", got: "an instance of Date" }],
  [
    "JSON that ends too early",
    () => '{"path": "a',
    "broken-json",
    { got: expect.stringContaining("line 1, column 12") },
  ],
  ["JSON with a comma too many", () => '{"path": "a",}', "broken-json", { got: expect.stringContaining("column 14") }],
  ["JSON in single quotes", () => "{'path': 'a'}", "broken-json", { got: expect.stringContaining("column 2") }],
  [
    "JSON in a fence",
    () => '```json\n{"path":"a"}\n```',
    "broken-json",
    { got: expect.stringContaining("line 1, column 1") },
  ],
  [
    "JSON with words behind it",
    () => '{"path":"a"} I hope',
    "broken-json",
    { got: expect.stringContaining("column 14: I hope") },
  ],
  ["two objects", () => '{"path":"a"}{"path":"b"}', "broken-json"],
  ["bytes that are not UTF-8", () => bytes(0x7b, 0xff, 0x7d), "broken-text"],
  ["bytes that end within a character", () => bytes(0x22, 0xe2, 0x82), "broken-text"],
  ["half a surrogate pair", () => '{"path": "\\ud800"}', "broken-text", { path: "path" }],
  ["half a surrogate pair in a name", () => '{"\\ud800": 1}', "broken-text"],
  [
    "10 MB of text",
    () => ({ path: "x".repeat(10_000_000) }),
    "arguments-too-large",
    { expected: "at most 1000000 characters of JSON" },
  ],
  ["10 MB of JSON", () => `{"path":"${"x".repeat(10_000_000)}"}`, "arguments-too-large"],
  ["10 MB of brackets", () => "[".repeat(10_000_000), "arguments-too-large"],
  ["10 MB of bytes", () => new Uint8Array(10_000_000).fill(0x20), "arguments-too-large"],
  ["a million small values", () => ({ path: Array.from({ length: 1_000_001 }, () => 1) }), "arguments-too-large"],
  ["1,000 levels", () => deep(1_000), "arguments-too-deep"],
  ["65 levels", () => deep(65), "arguments-too-deep"],
  ["400,000 levels", () => deep(400_000), "arguments-too-deep"],
  ["a value that contains itself", () => cyclic(), "arguments-too-deep"],
  ["the prototype", () => '{"path":"a","__proto__":{"isAdmin":true}}', "prototype-key", { path: "__proto__" }],
  [
    "the prototype, further in",
    () => '{"path":"a","tags":{"__proto__":{"a":"b"}}}',
    "prototype-key",
    { path: "tags.__proto__" },
  ],
  ["the constructor", () => '{"path":"a","constructor":{"prototype":{"isAdmin":true}}}', "prototype-key"],
  ["the constructor in a record", () => ({ path: "a", tags: { constructor: "x" } }), "prototype-key"],
];

describe.each([zodTool, jsonTool, scopeTool])("$name", ({ name }) => {
  const registry = new ToolRegistry({ tools: [zodTool, jsonTool, scopeTool] });

  test.each(refused.map(([what, args, code, failure = {}]) => [what, args, code, failure] as const))(
    "%s",
    async (_, argsOf, code, failure) => {
      const { engine, journal } = place();
      const args = argsOf();
      const next = await engine.run(
        body(async (run) => {
          const result = await registry.execute({ id: "1", name, args }, run);
          expect(failureOf(result)).toMatchObject({ code, ...failure });
          const { message, expected, got } = failureOf(result);
          expect(message.length).toBeLessThanOrEqual(2_000);
          expect(message.isWellFormed()).toBe(true);
          expect([expected, got]).toEqual([expect.any(String), expect.any(String)]);
          return registry.execute({ id: "2", name, args: { path: "a" } }, run);
        }),
        undefined,
        { id: "r" },
      );
      expect(next).toMatchObject({ ok: true });
      expect(calls).toEqual([{ path: "a" }]);
      expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
      // The refusal is on record, as any outcome is.
      expect(await history(journal, "r")).toContain(`step-finished ${name}[1]${name === "copy_file" ? "/check" : ""}`);
    },
  );
});

describe("the call itself", () => {
  const registry = new ToolRegistry({ tools: [zodTool, jsonTool, scopeTool] });
  const execute = (call: ToolCall) =>
    place().engine.run(
      body((run: Run) => registry.execute(call, run)),
      undefined,
    );

  test.each([
    ["another case", "ReadFile", "read_file"],
    ["letters swapped", "raed_file", "read_file"],
    ["a letter missing", "copy_fil", "copy_file"],
    ["something else", "delete_everything", undefined],
    ["nothing", "", undefined],
    ["an object's own name", "__proto__", undefined],
    ["an object's own method", "toString", undefined],
    ["10 MB", undefined, undefined],
    ["signs that cannot be seen", "read\u202efile\ud800", "read_file"],
  ] as const)("has a name with %s", async (_, given, nearest) => {
    const name = given ?? "read_file".repeat(1_100_000);
    const failure = failureOf(await execute({ id: "1", name, args: { path: "a" } }));
    expect(failure).toMatchObject({
      code: "unknown-tool",
      expected: 'one of "read_file", "write_file", "copy_file"',
    });
    expect(failure.nearest).toBe(nearest);
    expect(failure.message.isWellFormed() && failure.message.length < 500).toBe(true);
  });

  test("has a name that is no text", async () => {
    const failure = failureOf(await execute({ id: "1", name: { toString: 5 } as never, args: {} }));
    expect(failure.code).toBe("unknown-tool");
  });

  test.each([
    ["an empty id", ""],
    ["an id of 10 MB", undefined],
    ["an id with signs of keys", "a/b#2[3]%"],
    ["an id that is no text", 5 as never],
    ["an id with half a surrogate pair", "\ud800"],
  ])("has %s, which does not matter", async (_, given) => {
    const id = given ?? "x".repeat(10_000_000);
    expect(await execute({ id, name: "read_file", args: { path: "a" } })).toMatchObject({ ok: true });
    expect(await execute({ id, name: "none", args: { path: "a" } })).toMatchObject({ ok: false });
  });

  test("has the id of a call that is under way: it is not made", async () => {
    const results = await place().engine.run(
      body((run) =>
        Promise.all(["a", "b"].map((path) => registry.execute({ id: "1", name: "write_file", args: { path } }, run))),
      ),
      undefined,
    );
    expect(results).toMatchObject([{ ok: true }, { ok: false, error: { code: "duplicate-call", got: '"1"' } }]);
    expect(calls).toEqual([{ path: "a" }]);
  });

  test("has the id of a call that has ended: it is another call", async () => {
    const { engine, journal } = place();
    await engine.run(
      body(async (run) => {
        await registry.execute({ id: "1", name: "write_file", args: { path: "a" } }, run);
        await registry.execute({ id: "1", name: "write_file", args: { path: "b" } }, run);
      }),
      undefined,
      { id: "r" },
    );
    expect(await history(journal, "r")).toContain("step-finished write_file[1]#2");
    expect(calls).toEqual([{ path: "a" }, { path: "b" }]);
  });
});
