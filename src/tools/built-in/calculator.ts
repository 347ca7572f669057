import { type DefinedTool, tool } from "../define-tool.ts";
import { evaluate } from "./expression.ts";
import { jsonSchema } from "../schema/json-schema.ts";

interface Calculation {
  readonly expression: string;
}

/** Calculates an arithmetic expression. It has a parser of its own: what a model writes is never executed as code. */
export const calculator: DefinedTool<"calculator", Calculation, Calculation, number> = tool({
  name: "calculator",
  description:
    "Works out an arithmetic expression: + - * / % (remainder) ^, parentheses, pi, e, tau, and the functions abs, sqrt, " +
    "cbrt, round(x, digits), floor, ceil, trunc, sign, min, max, hypot, exp, ln, log2, log10, sin, cos, tan, asin, acos, " +
    "atan, atan2. Angles are in radians. No variables, no units, no percent sign: write 15 / 100.",
  category: "basics",
  access: "read",
  effect: "pure",
  input: jsonSchema<Calculation>({
    type: "object",
    properties: {
      expression: { type: "string", minLength: 1, maxLength: 1_000, description: "such as (3 + 4) * sqrt(2)" },
    },
    required: ["expression"],
    additionalProperties: false,
  }),
  run: ({ expression }) => evaluate(expression),
});
