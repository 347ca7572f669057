import { wrongArguments } from "./wrong-arguments.ts";

/*
 * An arithmetic expression is parsed and evaluated in one pass, by a parser after Pratt ("Top Down Operator Precedence",
 * 1973). Each operator has a binding power, and an operand takes in what binds stronger than what precedes it. An expression
 * can name nothing but the constants and functions below, and nothing loops: its cost is its length.
 */

/** Characters. */
const LONGEST = 1_000;
/** Parentheses, signs, functions and exponents within each other. */
const DEEPEST = 64;

const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ["e", Math.E],
  ["pi", Math.PI],
  ["tau", 2 * Math.PI],
]);

interface Callable {
  readonly least: number;
  readonly most: number;
  call(...values: number[]): number;
}

const one = (call: (value: number) => number): Callable => ({ least: 1, most: 1, call });

const FUNCTIONS: ReadonlyMap<string, Callable> = new Map<string, Callable>([
  ["abs", one(Math.abs)],
  ["acos", one(Math.acos)],
  ["asin", one(Math.asin)],
  ["atan", one(Math.atan)],
  ["atan2", { least: 2, most: 2, call: Math.atan2 }],
  ["cbrt", one(Math.cbrt)],
  ["ceil", one(Math.ceil)],
  ["cos", one(Math.cos)],
  ["exp", one(Math.exp)],
  ["floor", one(Math.floor)],
  ["hypot", { least: 1, most: 100, call: Math.hypot }],
  ["ln", one(Math.log)],
  ["log10", one(Math.log10)],
  ["log2", one(Math.log2)],
  ["max", { least: 1, most: 100, call: Math.max }],
  ["min", { least: 1, most: 100, call: Math.min }],
  ["round", { least: 1, most: 2, call: round }],
  ["sign", one(Math.sign)],
  ["sin", one(Math.sin)],
  ["sqrt", one(Math.sqrt)],
  ["tan", one(Math.tan)],
  ["trunc", one(Math.trunc)],
]);

/** Binding powers; a left-associative operator takes what binds stronger than itself, `^` also what binds as strongly. */
const POWERS: ReadonlyMap<string, number> = new Map([
  ["+", 1],
  ["-", 1],
  ["*", 2],
  ["/", 2],
  ["%", 2],
  ["^", 4],
]);
/** A sign binds stronger than `*` and weaker than `^`: `-2 ^ 2` is −4. */
const SIGN = 3;

/**
 * The value of an arithmetic expression, in numbers of 64 bits: `+ - * / % ^`, parentheses, `pi`, `e`, `tau`, and functions
 * such as `sqrt(x)` and `round(x, digits)`.
 *
 * @throws AitorError `invalid-value`, which says where it went wrong.
 */
export function evaluate(expression: string): number {
  if (expression.length > LONGEST) {
    throw wrong("it is too long", `at most ${LONGEST} characters`, `${expression.length}`);
  }
  const parser = new Parser(tokens(expression));
  const value = parser.whole();
  // What ten fingers would write: 0.1 + 0.2 is 0.3. Whole numbers are as they are.
  return Number.isInteger(value) ? value || 0 : Number(value.toPrecision(15));
}

interface Token {
  readonly kind: "number" | "name" | "sign" | "end";
  readonly text: string;
  /** From 1. */
  readonly place: number;
}

const TOKEN = /\s*(?:((?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(\*\*|[-+*/%^(),×÷·−])|(.))/suy;
const SIGNS: ReadonlyMap<string, string> = new Map([
  ["**", "^"],
  ["×", "*"],
  ["·", "*"],
  ["÷", "/"],
  ["−", "-"],
]);

function tokens(text: string): readonly Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  const trimmed = text.trimEnd();
  while (TOKEN.lastIndex < trimmed.length) {
    const match = TOKEN.exec(trimmed) as RegExpExecArray;
    const [, number, name, sign, other] = match;
    const token = (number ?? name ?? sign ?? other) as string;
    const place = TOKEN.lastIndex - token.length + 1;
    if (other !== undefined)
      throw wrong("it has a sign that means nothing", "numbers, names, + - * / % ^ ( ) ,", at(other, place));
    const kind = number === undefined ? (name === undefined ? "sign" : "name") : "number";
    found.push({ kind, text: SIGNS.get(token) ?? token, place });
  }
  found.push({ kind: "end", text: "", place: trimmed.length + 1 });
  return found;
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(read: readonly Token[]) {
    this.#tokens = read;
  }

  whole(): number {
    const value = this.#operand(0);
    if (this.#token.kind !== "end") throw this.#unexpected("an operator, or the end");
    return value;
  }

  get #token(): Token {
    return this.#tokens[this.#next] as Token;
  }

  /** An operand a level deeper. */
  #nested(power: number): number {
    if (++this.#depth > DEEPEST) throw wrong("it nests too deep", `at most ${DEEPEST} levels`, "more");
    const value = this.#operand(power);
    this.#depth--;
    return value;
  }

  /** What binds stronger than `power`. */
  #operand(power: number): number {
    let left = this.#first();
    for (;;) {
      const { kind, text } = this.#token;
      const own = kind === "sign" ? POWERS.get(text) : undefined;
      if (own === undefined || own <= power) break;
      const { place } = this.#token;
      this.#next++;
      const right = text === "^" ? this.#nested(own - 1) : this.#operand(own);
      if ((text === "/" || text === "%") && right === 0) {
        throw wrong("it divides by zero", "a divisor that is not 0", at(text, place));
      }
      left = finite(combined(text, left, right), text, place);
    }
    return left;
  }

  #first(): number {
    const { kind, text, place } = this.#token;
    if (kind === "number") {
      this.#next++;
      return finite(Number(text), text, place);
    }
    if (kind === "name") return this.#named();
    if (text === "(") {
      this.#next++;
      const value = this.#nested(0);
      this.#close();
      return value;
    }
    if (text !== "-" && text !== "+") throw this.#unexpected("a number, a name, a sign or (");
    this.#next++;
    const value = this.#nested(SIGN);
    return text === "-" ? -value : value;
  }

  #named(): number {
    const { text, place } = this.#token;
    const name = text.toLowerCase();
    this.#next++;
    if (this.#token.text !== "(") {
      const constant = CONSTANTS.get(name);
      if (constant !== undefined) return constant;
      const isCallable = FUNCTIONS.has(name);
      const known = isCallable ? `${name}(…)` : [...CONSTANTS.keys(), ...FUNCTIONS.keys()].join(", ");
      throw wrong(isCallable ? "a function stands alone" : "it names what there is not", known, at(text, place));
    }
    const callable = FUNCTIONS.get(name);
    if (callable === undefined) {
      throw wrong("it calls what there is not", `one of ${[...FUNCTIONS.keys()].join(", ")}`, at(text, place));
    }
    return this.#call(callable, name, place);
  }

  #call(callable: Callable, name: string, place: number): number {
    const values: number[] = [];
    do {
      this.#next++;
      values.push(this.#nested(0));
    } while (this.#token.text === ",");
    this.#close();
    const { least, most } = callable;
    if (values.length >= least && values.length <= most) return finite(callable.call(...values), name, place);
    const count = least === most ? `${least}` : `${least} to ${most}`;
    throw wrong(`${name} is given the wrong number of values`, count, at(`${values.length}`, place));
  }

  #close(): void {
    if (this.#token.text !== ")") throw this.#unexpected("an operator or )");
    this.#next++;
  }

  #unexpected(expected: string): Error {
    const { kind, text, place } = this.#token;
    return wrong("it cannot be read", expected, kind === "end" ? `the end, at character ${place}` : at(text, place));
  }
}

/** What is infinite, or no number, would be hidden by what comes behind it: `1 / 1e999`. */
function finite(value: number, text: string, place: number): number {
  if (Number.isFinite(value)) return value;
  throw wrong("a part of it is no finite number", "finite values", `${value}, of ${at(text, place)}`);
}

function combined(sign: string, left: number, right: number): number {
  switch (sign) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return left % right;
    default:
      return left ** right;
  }
}

/** To that many digits behind the point; halves away from zero. */
function round(value: number, digits = 0): number {
  if (!Number.isInteger(digits) || digits < 0 || digits > 15) return Number.NaN;
  if (Number.isInteger(value)) return value;
  const [mantissa, exponent = "0"] = String(Math.abs(value)).split("e");
  const rounded = Math.round(Number(`${mantissa}e${Number(exponent) + digits}`));
  const [whole, raised = "0"] = String(rounded).split("e");
  return Math.sign(value) * Number(`${whole}e${Number(raised) - digits}`);
}

function at(text: string, place: number): string {
  return `"${text}" at character ${place}`;
}

function wrong(what: string, expected: string, got: string): Error {
  return wrongArguments(`the expression has no value: ${what}`, expected, got, "correct the expression");
}
