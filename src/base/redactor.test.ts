// - a registered value is gone from every text, in each form that it takes on its way out
// - a stream shows the same as the whole text, however it is cut, and holds back no more than may be a secret's beginning
// - values under 8 characters are not looked for, nor numbers; what holds no secret is returned as it is
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkJson } from "./json.ts";
import { redact, redactGrowingJson, redactJson, registerSecret, streamRedaction } from "./redactor.ts";
import { isSecret, Secret } from "./secret.ts";

const value = 'sk-"test"/Ünï+9f8e7d6c5b4a';
const secret = new Secret(value, "TEST_KEY");
registerSecret("abcdefgh");
registerSecret("abcdefghij");
registerSecret("cdefghXY");

test("a secret is [secret] however it is printed", () => {
  expect(String(secret)).toBe("[secret]");
  expect(`${secret as unknown as string}`).toBe("[secret]");
  expect(JSON.stringify({ secret })).toBe('{"secret":"[secret]"}');
  expect(inspect({ secret }, { depth: 5, showHidden: true })).not.toContain("sk-");
  expect(Object.values(secret)).not.toContain(value);
  expect(secret.reveal()).toBe(value);
  expect(isSecret(secret)).toBe(true);
  expect(isSecret({})).toBe(false);
});

test.each([
  ["", '""'],
  [5 as never, "a value of the type number"],
])("%j is no secret, and the error does not show it", (wrong, got) => {
  expect(() => new Secret(wrong)).toThrow(expect.objectContaining({ code: "invalid-option", got }));
});

test.each<[string, string]>([
  ["raw", value],
  ["in JSON", JSON.stringify({ value }).slice(10, -2)],
  ["in JSON in JSON", JSON.stringify(JSON.stringify(value)).slice(3, -3)],
  ["URL-encoded", encodeURIComponent(value)],
  ["hex", Buffer.from(value).toString("hex")],
  ["upper-case hex", Buffer.from(value).toString("hex").toUpperCase()],
])("is redacted %s", (_, form) => {
  expect(redact(`before ${form} after`)).toBe("before [secret] after");
});

test("is redacted in base64, whatever stands around it", () => {
  for (const encoding of ["base64", "base64url"] as const) {
    for (const [before, after] of [
      ["", ""],
      ["a", "b"],
      ["ab", ""],
      ["user:", "\n"],
      ["", "xyz"],
    ] as const) {
      const shown = redact(Buffer.from(before + value + after).toString(encoding));
      expect(shown).toContain("[secret]");
      expect(Buffer.from(shown.replace("[secret]", ""), "base64").toString()).not.toContain(value.slice(4, 12));
    }
  }
});

describe("values that overlap", () => {
  test("are redacted to the end of the longest", () => {
    expect(redact("-abcdefghij-")).toBe("-[secret]-");
    expect(redact("-abcdefghi-")).toBe("-[secret]i-");
    expect(redact("-abcdefghXY-")).toBe("-[secret]-");
    expect(redact("abcdefghabcdefgh")).toBe("[secret][secret]");
  });
});

test("a stream shows what the whole text shows, however it is cut", () => {
  const piece = fc.constantFrom("abcdefgh", "abcdefghij", "cdefghXY", value, "abcd", "efgh", "ab", " ", "x", "sk-");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(40), { maxLength: 30 }), (pieces, cuts) => {
      const text = pieces.join("");
      const stream = streamRedaction();
      let shown = "";
      let rest = text;
      for (const cut of cuts) {
        shown += stream?.push(rest.slice(0, cut));
        rest = rest.slice(cut);
      }
      shown += stream?.push(rest) ?? "";
      shown += stream?.end() ?? "";
      expect(shown).toBe(redact(text));
      expect(shown).not.toMatch(/abcdefgh|cdefghXY/);
    }),
  );
});

test("a stream holds back what may be the beginning of a secret, and nothing else", () => {
  const stream = streamRedaction();
  expect(stream?.push("hello ab")).toBe("hello ");
  expect(stream?.push("cd")).toBe("");
  expect(stream?.push("! a")).toBe("abcd! ");
  expect(stream?.push("nd ")).toBe("and ");
  expect(stream?.end()).toBe("");
});

describe("a stream that pauses", () => {
  const told = (...pieces: string[]): string[] => {
    const stream = streamRedaction();
    return [...pieces.map((piece) => `${stream?.push(piece)}${stream?.pause()}`), stream?.end() ?? ""];
  };

  test("shows what may be the beginning of a secret while that is three characters or less", () => {
    expect(told("hello abc", "x")).toEqual(["hello abc", "x", ""]);
    expect(told("hello abcd", "x")).toEqual(["hello ", "abcdx", ""]);
    expect(told("hello ab", "cd", "efg")).toEqual(["hello ab", "", "", "cdefg"]);
  });

  test("still finds the secret that has begun", () => {
    expect(told("abc", "defgh!")).toEqual(["abc", "[secret]!", ""]);
    expect(told("a", "b", "c", "d", "e", "f", "g", "h", "!")).toEqual([
      "a",
      "b",
      "c",
      "",
      "",
      "",
      "",
      "",
      "[secret]!",
      "",
    ]);
    expect(told("abcdefghcde", "fghXY!")).toEqual(["[secret]cde", "[secret]!", ""]);
  });

  test("shows no secret, and all else, wherever it pauses", () => {
    const piece = fc.constantFrom("abcdefgh", "abcdefghij", "cdefghXY", "abcd", "efgh", "ab", "c", "XY", " ", "x");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join("");
        const shown = told(...pieces).join("");
        expect(shown).not.toMatch(/abcdefgh|cdefghXY/);
        if (redact(text) === text) expect(shown).toBe(text);
      }),
    );
  });
});

test("short values are not looked for", () => {
  registerSecret("hunter2");
  expect(redact("hunter2")).toBe("hunter2");
});

describe("a JSON value", () => {
  test("is redacted in its texts and names", () => {
    expect(redactJson({ a: [`x ${value}`, 1, null], [value]: { b: true } })).toEqual({
      a: ["x [secret]", 1, null],
      "[secret]": { b: true },
    });
  });

  test("is itself where there is nothing to redact", () => {
    const clean = { a: ["x", { b: 1 }] };
    expect(redactJson(clean)).toBe(clean);
  });

  test("whose texts may go on is shown without what may be the beginning of a secret", () => {
    expect(redactGrowingJson({ a: `x ${value}.`, b: [`y ${value.slice(0, 9)}`, "z ab"], abcdefg: 1 })).toEqual({
      a: "x [secret].",
      b: ["y ", "z ab"],
      "": 1,
    });
    const clean = { a: ["x", { b: 1 }] };
    expect(redactGrowingJson(clean)).toBe(clean);
  });

  test("that contains itself is cut, and says so", () => {
    const loop: Record<string, unknown> = { value };
    loop["self"] = loop;
    const shown = JSON.stringify(redactJson(loop));
    expect(shown).not.toContain("sk-");
    expect(shown).toContain('"self":"[nested too deep]"');
  });

  test("is whole however deep it nests, as far as it is one", () => {
    const nested = (leaf: string): unknown => {
      let whole: unknown = leaf;
      for (let depth = 0; depth < 999; depth++) whole = [whole];
      return whole;
    };
    checkJson(nested("x"), "the value", false);
    expect(redactJson(nested(value))).toEqual(nested("[secret]"));
  });

  test("keeps numbers, also where their digits are those of a secret", () => {
    registerSecret("1234567890");
    expect(redactJson({ pin: 1_234_567_890, text: "1234567890" })).toEqual({ pin: 1_234_567_890, text: "[secret]" });
  });
});
