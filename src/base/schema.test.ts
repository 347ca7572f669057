// - a value that fits comes back as the schema makes it; a promise only where the schema is asynchronous
// - one that does not is refused with every issue and its path
// - a promise of another realm, or of a library's own, is a promise too
// - a schema that gives no result is told as one that cannot be used: the value is not at fault
import { expect, test } from "vitest";
import { z } from "zod";
import { isSchema, type Schema, validate } from "./schema.ts";

const person = z.object({ name: z.string().trim(), tags: z.array(z.object({ "tag id": z.number() })) });

test("a value that fits comes back as the schema makes it, at once", () => {
  expect(validate(person, { name: " Ann ", tags: [] }, "the input")).toEqual({ name: "Ann", tags: [] });
});

test("each issue is told with its path", () => {
  expect(() => validate(person, { name: 1, tags: [{ "tag id": "x" }] }, "the input")).toThrow(
    expect.objectContaining({
      code: "invalid-value",
      message: expect.stringContaining("the input does not match its schema") as string,
      expected: expect.stringMatching(/^\.name: .*string.*; \.tags\[0\]\["tag id"\]: .*number/) as string,
      got: "an object with name, tags",
      data: {
        issues: [expect.objectContaining({ path: ".name" }), expect.objectContaining({ path: '.tags[0]["tag id"]' })],
      },
    }),
  );
});

test("an issue about the whole value has no path", () => {
  expect(() => validate(z.string(), 5, "the input")).toThrow(
    expect.objectContaining({ expected: expect.stringMatching(/^(?!:)/) as string, got: "number 5" }),
  );
});

const even = z.number().refine(async (value) => value % 2 === 0, "must be even");

test("an asynchronous schema gives a promise, which rejects with the issues", async () => {
  expect(await validate(even, 2, "the input")).toBe(2);
  await expect(Promise.resolve(validate(even, 3, "the input"))).rejects.toMatchObject({
    code: "invalid-value",
    expected: "must be even",
  });
});

test("a promise of a library's own is waited for, and not taken for a result", async () => {
  const refusing = {
    "~standard": {
      version: 1,
      vendor: "own",
      validate: () => ({
        then: (done: (result: unknown) => unknown) => Promise.resolve(done({ issues: [{ message: "no" }] })),
      }),
    },
  } as unknown as Schema;
  await expect((async () => validate(refusing, 1, "the input"))()).rejects.toMatchObject({ expected: "no" });
});

test("path segments may be objects, as the standard allows", () => {
  const schema: Schema = {
    "~standard": {
      version: 1,
      vendor: "own",
      validate: () => ({ issues: [{ message: "no", path: [{ key: "a" }, 0] }] }),
    },
  };
  expect(() => validate(schema, {}, "the input")).toThrow(expect.objectContaining({ expected: ".a[0]: no" }));
});

test("a schema is told by its one property", () => {
  expect([person, even].every(isSchema)).toBe(true);
  expect([null, undefined, {}, { "~standard": {} }, () => true].some(isSchema)).toBe(false);
});

test("a schema that cannot convert what is frozen is given a copy of it", () => {
  const inPlace: Schema<unknown, unknown> = {
    "~standard": {
      version: 1,
      vendor: "mine",
      validate: (value) => {
        (value as { n: unknown }).n = Number((value as { n: unknown }).n);
        return { value };
      },
    },
  };
  const given = Object.freeze({ n: "5" });
  expect(validate(inPlace, given, "the input")).toEqual({ n: 5 });
  expect(given).toEqual({ n: "5" });
  expect(() => validate(inPlace, undefined, "the input")).toThrow(TypeError);
});

const giving = (result: unknown): Schema =>
  ({ "~standard": { version: 1, vendor: "own", validate: () => result } }) as unknown as Schema;

test.each<[string, unknown, string]>([
  ["nothing", undefined, "undefined"],
  ["a text", "no", '"no"'],
  ["issues that are none", { value: 1, issues: null }, "an object with value, issues"],
  ["issues that are a text", { issues: "no" }, "an object with issues"],
  ["an issue without a message", { issues: [{}] }, "an object with issues"],
  ["an issue whose path is none", { issues: [{ message: "no", path: null }] }, "an object with issues"],
  ["no issue", { issues: [undefined] }, "an object with issues"],
])("a schema that gives %s cannot be used, at once or later", async (_, result, got) => {
  const error = { code: "invalid-option", message: expect.stringContaining('a schema of "own"') as string, got };
  expect(() => validate(giving(result), 1, "the input")).toThrow(expect.objectContaining(error));
  await expect((async () => validate(giving(Promise.resolve(result)), 1, "the input"))()).rejects.toMatchObject(error);
});
