// The calculator
// - agrees with a reference evaluation of random expressions, however they are written
// - refuses what is too long, too deep, unknown, not finite, or not an expression, and says where
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calculator } from "./calculator.ts";
import { evaluate } from "./expression.ts";
import { failureOf, valueOf } from "../tools.fixture.ts";

test.each([
  ["1 + 2 * 3", 7],
  ["(1 + 2) * 3", 9],
  ["10 - 4 - 3", 3],
  ["2 ^ 3 ^ 2", 512],
  ["2 ** 3 ** 2", 512],
  ["-2 ^ 2", -4],
  ["(-2) ^ 2", 4],
  ["2 ^ -1", 0.5],
  ["- - 3", 3],
  ["2 * -3", -6],
  ["7 % 4 * 2", 6],
  ["-7 % 4", -3],
  ["6 ÷ 2 × 5 − 1", 14],
  ["0.1 + 0.2", 0.3],
  [".5 + 1. + 1e3", 1001.5],
  ["2 * PI", 6.28318530717959],
  ["tau / 2 - pi", 0],
  ["ln(e)", 1],
  ["sqrt(16) + cbrt(27)", 7],
  ["round(2.345, 2)", 2.35],
  ["round(-2.5)", -3],
  ["round(1e20)", 1e20],
  ["round(1e300, 10)", 1e300],
  ["round(0.0000001, 3)", 0],
  ["max(1, min(5, 3), 2)", 3],
  ["hypot(3, 4)", 5],
  ["log10(1000) + log2(8)", 6],
  ["atan2(1, 1) * 4 - pi", 0],
  ["9007199254740991 + 0", 9007199254740991],
  ["0 * -1", 0],
])("%s is %d", (expression, value) => {
  expect(evaluate(expression)).toBe(value);
});

describe("what is refused, and where", () => {
  test.each([
    ["", "a number, a name, a sign or (", "the end, at character 1"],
    ["1 +", "a number, a name, a sign or (", "the end, at character 4"],
    ["1 2", "an operator, or the end", '"2" at character 3'],
    ["(1", "an operator or )", "the end, at character 3"],
    ["1)", "an operator, or the end", '")" at character 2'],
    ["* 2", "a number, a name, a sign or (", '"*" at character 1'],
    ["1 $ 2", "numbers, names, + - * / % ^ ( ) ,", '"$" at character 3'],
    ["process.exit()", "numbers, names,", '"." at character 8'],
    ["constructor", "e, pi, tau,", '"constructor" at character 1'],
    ["__proto__", "e, pi, tau,", '"__proto__" at character 1'],
    ["toString()", "one of abs,", '"toString" at character 1'],
    ["zeros(1e9)", "one of abs,", '"zeros" at character 1'],
    ["x = 5", "numbers, names,", '"=" at character 3'],
    ["sqrt", "sqrt(…)", '"sqrt" at character 1'],
    ["sqrt()", "a number, a name, a sign or (", '")" at character 6'],
    ["sqrt(1, 2)", "1", '"2" at character 1'],
    ["round(1, 2, 3)", "1 to 2", '"3" at character 1'],
    ["1 / 0", "a divisor that is not 0", '"/" at character 3'],
    ["5 % (2 - 2)", "a divisor that is not 0", '"%" at character 3'],
    ["1e999", "finite values", 'Infinity, of "1e999" at character 1'],
    ["1 / 1e999", "finite values", 'Infinity, of "1e999" at character 5'],
    ["9 ^ 999", "finite values", 'Infinity, of "^" at character 3'],
    ["sqrt(-1)", "finite values", 'NaN, of "sqrt" at character 1'],
    ["ln(0)", "finite values", '-Infinity, of "ln" at character 1'],
    ["round(1, 99)", "finite values", 'NaN, of "round" at character 1'],
    ["1".repeat(1_001), "at most 1000 characters", "1001"],
    ["(".repeat(65), "at most 64 levels", "more"],
    ["-".repeat(65), "at most 64 levels", "more"],
    [`1${"^1".repeat(65)}`, "at most 64 levels", "more"],
    ["abs(".repeat(65), "at most 64 levels", "more"],
  ])("%s", (expression, expected, got) => {
    const error = expect.objectContaining({
      code: "invalid-value",
      expected: expect.stringContaining(expected),
      got: expect.stringContaining(got),
    });
    expect(() => evaluate(expression)).toThrow(error);
  });
});

test.each([
  [`${"1+(".repeat(64)}1${")".repeat(64)}`, 65],
  [`${"(".repeat(64)}1${")".repeat(64)}`, 1],
  [`${"2*max(1,".repeat(64)}1${")".repeat(64)}`, 2 ** 64],
  [`1${"^1".repeat(64)}`, 1],
])("64 levels are not too deep, whatever stands before them: %s", (expression, value) => {
  expect(evaluate(expression)).toBe(value);
});

test("long chains are no depth", () => {
  expect(evaluate(`1${"+1".repeat(499)}`)).toBe(500);
  expect(evaluate(`${"(".repeat(63)}1${")".repeat(63)}`)).toBe(1);
});

test("a model is told what was wrong", async () => {
  expect(valueOf(await calculator.call({ expression: "6 * 7" }))).toBe(42);
  expect(failureOf(await calculator.call({ expression: "6 * seven" }))).toMatchObject({
    code: "tool-failed",
    got: '"seven" at character 5',
    fix: "correct the expression",
  });
  expect(failureOf(await calculator.call({ expression: "" }))).toMatchObject({ path: "expression" });
});

/** An expression as a tree, as it may be written, and its value by another way. */
type Tree =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "sign"; readonly of: Tree }
  | { readonly kind: "call"; readonly name: "abs" | "floor" | "max" | "min"; readonly of: readonly Tree[] }
  | {
      readonly kind: "pair";
      readonly sign: "+" | "-" | "*" | "/" | "%" | "^";
      readonly left: Tree;
      readonly right: Tree;
    };

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthIdentifier: "tree" },
    fc.integer({ min: 0, max: 20 }).map((value): Tree => ({ kind: "number", value })),
    fc.record({ kind: fc.constant("sign" as const), of: tie("tree") }),
    fc.record({
      kind: fc.constant("call" as const),
      name: fc.constantFrom("abs" as const, "floor" as const),
      of: fc.tuple(tie("tree")),
    }),
    fc.record({
      kind: fc.constant("call" as const),
      name: fc.constantFrom("max" as const, "min" as const),
      of: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      kind: fc.constant("pair" as const),
      sign: fc.constantFrom("+" as const, "-" as const, "*" as const, "/" as const, "%" as const, "^" as const),
      left: tie("tree"),
      right: tie("tree"),
    }),
  ),
}));

/** Not finite where any part of it is not. */
function valueOfTree(node: Tree): number {
  const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN);
  if (node.kind === "number") return node.value;
  if (node.kind === "sign") return -valueOfTree(node.of);
  if (node.kind === "call") {
    const values = node.of.map(valueOfTree);
    return values.some(Number.isNaN) ? Number.NaN : finite(Math[node.name](...(values as [number])));
  }
  const [left, right] = [valueOfTree(node.left), valueOfTree(node.right)];
  if (Number.isNaN(left) || Number.isNaN(right)) return Number.NaN;
  switch (node.sign) {
    case "+":
      return finite(left + right);
    case "-":
      return finite(left - right);
    case "*":
      return finite(left * right);
    case "/":
      return finite(left / right);
    case "%":
      return finite(left % right);
    case "^":
      return finite(left ** right);
  }
}

const STRENGTH = { "+": 1, "-": 1, "*": 2, "/": 2, "%": 2, "^": 4 } as const;

/** With as few parentheses as the usual rules allow. */
function written(node: Tree, space: string): string {
  if (node.kind === "number") return `${node.value}`;
  if (node.kind === "sign") return `-${space}${inside(node.of, 3, space)}`;
  if (node.kind === "call") return `${node.name}(${node.of.map((each) => written(each, space)).join(`,${space}`)})`;
  const strength = STRENGTH[node.sign];
  const isPower = node.sign === "^";
  const left = inside(node.left, isPower ? strength + 1 : strength, space);
  // A sign to the right of an operator takes no less than it would alone: 2 ^ -1.
  const right =
    node.right.kind === "sign"
      ? written(node.right, space)
      : inside(node.right, isPower ? strength : strength + 1, space);
  return `${left}${space}${node.sign}${space}${right}`;
}

function inside(node: Tree, least: number, space: string): string {
  const own = node.kind === "pair" ? STRENGTH[node.sign] : node.kind === "sign" ? 3 : 9;
  return own < least ? `(${written(node, space)})` : written(node, space);
}

test("random expressions have the value of a reference evaluation", () => {
  let compared = 0;
  fc.assert(
    fc.property(tree, fc.constantFrom("", " ", "  "), (node, space) => {
      const text = written(node, space);
      fc.pre(text.length <= 1_000);
      const value = valueOfTree(node);
      if (Number.isNaN(value)) {
        expect(() => evaluate(text), text).toThrow();
        return;
      }
      compared++;
      const rounded = Number.isInteger(value) ? value || 0 : Number(value.toPrecision(15));
      expect(evaluate(text), text).toBe(rounded);
    }),
    { numRuns: 2_000 },
  );
  expect(compared).toBeGreaterThan(500);
});
