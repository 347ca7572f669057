// checkJson
// - takes null, booleans, finite numbers, strings, and arrays and plain objects of these, of any realm
// - takes undefined as the whole value and as a property, not as an element
// - refuses everything else, and names the path of the first part that is wrong
// - freezes only when asked, and then everything on the way, and refuses arrays that have more than their elements
// hashJson
// - is equal for equal values, whatever the order of their keys, and differs for others
import { isDeepStrictEqual } from "node:util";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AitorError } from "./errors.ts";
import { checkJson, hashJson, pathText } from "./json.ts";

const check = (value: unknown): void => checkJson(value, "the value", false);

/** The path that the error names, with the description of what is there. */
function complaint(value: unknown): string {
  try {
    check(value);
  } catch (error) {
    if (error instanceof AitorError && error.code === "not-json") {
      return `${(error.data as { path: string }).path} is ${error.got}`;
    }
    throw error;
  }
  return "nothing";
}

class Rows extends Array<number> {
  count = 0;
}

class Point {
  readonly x = 1;
}

describe("checkJson takes", () => {
  test("every JSON value", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => check(value)));
  });

  test("undefined as the whole value and as a property", () => {
    expect(complaint(undefined)).toBe("nothing");
    expect(complaint({ a: undefined, b: [{ c: undefined }] })).toBe("nothing");
  });

  test("objects without a prototype, and objects of another realm", () => {
    expect(complaint(Object.assign(Object.create(null) as object, { a: 1 }))).toBe("nothing");
    expect(complaint(runInNewContext("({ a: [{ b: [1] }] })"))).toBe("nothing");
  });

  test("what has only parts of its own that are JSON, whatever somebody put into Object.prototype", () => {
    const shared = { frozen: false };
    Object.assign(Object.prototype, { greet: () => "hello", shared });
    try {
      checkJson({ a: 1 }, "the value", true);
      expect(Object.isFrozen(shared)).toBe(false);
    } finally {
      for (const name of ["greet", "shared"]) Reflect.deleteProperty(Object.prototype, name);
    }
  });

  test("a part that stands in two places", () => {
    const part = { a: 1 };
    expect(complaint([part, part])).toBe("nothing");
  });
});

describe("checkJson refuses", () => {
  const cycle: Record<string, unknown> = {};
  cycle["again"] = { back: cycle };
  const cases: Readonly<Record<string, readonly [value: unknown, complaint: string]>> = {
    "a Date": [{ at: new Date(0) }, ".at is an instance of Date"],
    "a Map": [[new Map()], "[0] is an instance of Map"],
    "an instance of a class": [{ "a b": [0, { point: new Point() }] }, '["a b"][1].point is an instance of Point'],
    "an instance of a class of arrays": [{ rows: Rows.of(1, 2) }, ".rows is an instance of Rows"],
    "an error": [{ error: new RangeError("x") }, ".error is an instance of RangeError"],
    bytes: [{ bytes: new Uint8Array(1) }, ".bytes is an instance of Uint8Array"],
    NaN: [[1, Number.NaN], "[1] is number NaN"],
    Infinity: [Infinity, " is number Infinity"],
    "a bigint": [{ id: 12n }, ".id is bigint 12"],
    "a function": [{ then: check }, ".then is function check"],
    "a symbol": [Symbol("s"), " is Symbol(s)"],
    "an element that is undefined": [{ list: [1, undefined] }, ".list[1] is undefined"],
    // oxlint-disable-next-line no-sparse-arrays
    "a hole in an array": [[1, , 3], "[1] is undefined"],
    "an own constructor": [{ constructor: { a: new Date(0) } }, ".constructor.a is an instance of Date"],
  };

  test.each(Object.entries(cases))("%s", (_, [value, expected]) => {
    expect(complaint(value)).toBe(expected);
  });

  test("what stands under __proto__ as everything else", () => {
    const value = Object.defineProperty({}, "__proto__", { value: { a: 1n }, enumerable: true });
    expect(complaint(value)).toBe(".__proto__.a is bigint 1");
  });

  test("a value that contains itself, naming the beginning of the way", () => {
    expect(complaint(cycle)).toBe(
      ".again.back.again.back.again… is a value nested deeper than 1000, or one that contains itself",
    );
  });

  test("naming what it is about", () => {
    expect(() => checkJson(1n, 'the result of step "a"', false)).toThrow(
      'the result of step "a" cannot be recorded: it is not a JSON value',
    );
  });
});

describe("checkJson freezes", () => {
  const value = (): { list: { a: number }[] } => ({ list: [{ a: 1 }] });

  test("nothing unless asked", () => {
    const checked = value();
    checkJson(checked, "the value", false);
    expect([checked, checked.list, checked.list[0]].some(Object.isFrozen)).toBe(false);
  });

  test("every array and object when asked", () => {
    const checked = value();
    checkJson(checked, "the value", true);
    expect([checked, checked.list, checked.list[0]].every(Object.isFrozen)).toBe(true);
  });

  test("no array that has more than its elements, such as a match: that would be lost", () => {
    const matched = { last: "born in 1984".match(/\d+/) };
    expect(() => checkJson(matched, "the value", true)).toThrow(
      /\.last is not a JSON value\n.*\n  got: an array of 1 with index, input, groups\n.*a match as \[\.\.\.match\]/,
    );
    expect(complaint(matched)).toBe("nothing");
  });
});

describe("hashJson", () => {
  /** The same value with the keys of each object the other way round. */
  function reversed(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(reversed);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, part]) => [key, reversed(part)]),
    );
  }

  test("is equal for reordered keys", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(hashJson(reversed(value))).toBe(hashJson(value));
      }),
    );
  });

  test("differs for different values", () => {
    const recalled = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(hashJson(a) === hashJson(b)).toBe(isDeepStrictEqual(recalled(a), recalled(b)));
      }),
    );
  });

  test("takes a property that is undefined for an absent one", () => {
    expect(hashJson({ a: 1, b: undefined })).toBe(hashJson({ a: 1 }));
  });

  test("sees a __proto__ key, and the order of a list", () => {
    expect(hashJson(JSON.parse('{"__proto__": 1}'))).not.toBe(hashJson({}));
    expect(hashJson([1, 2])).not.toBe(hashJson([2, 1]));
  });

  test("is 128 bits in hex, and stays what it is: recorded runs hold it", () => {
    expect(hashJson({ b: [1, "é"], a: null })).toBe("f8f17faab95c024891d173fa43442b0e");
  });
});

test("a path is written as in code", () => {
  expect(pathText(["items", 3, "a b", "été", '"', Symbol.iterator])).toBe(
    '.items[3]["a b"].été["\\""][Symbol(Symbol.iterator)]',
  );
});
