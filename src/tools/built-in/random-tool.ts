import { type DefinedTool, tool } from "../define-tool.ts";
import { jsonSchema } from "../schema/json-schema.ts";
import { wrongArguments } from "./wrong-arguments.ts";

interface Range {
  readonly min: number;
  readonly max: number;
  readonly count?: number;
}

/** Returns random whole numbers from the system's cryptographic generator. Each number of the range is equally likely. */
export const random: DefinedTool<"random", Range, Range, readonly number[]> = tool({
  name: "random",
  description: "Draws random whole numbers from min to max, both included. For a choice, number the options.",
  category: "basics",
  access: "read",
  effect: "idempotent",
  input: jsonSchema<Range>({
    type: "object",
    properties: {
      min: { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
      max: { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
      count: { type: "integer", minimum: 1, maximum: 1_000, description: "how many; 1 if it is left out" },
    },
    required: ["min", "max"],
    additionalProperties: false,
  }),
  run: ({ min, max, count = 1 }) => {
    const size = BigInt(max) - BigInt(min) + 1n;
    if (size < 1n)
      throw wrongArguments("the range is empty", `a max that is at least min, ${min}`, `${max}`, "swap them");
    return Array.from({ length: count }, () => Number(BigInt(min) + below(size)));
  },
});

const SPACE = 2n ** 64n;

/** What is beyond the last whole multiple of `size` would come more often, and is drawn again. */
function below(size: bigint): bigint {
  const end = SPACE - (SPACE % size);
  const words = new BigUint64Array(1);
  let drawn: bigint;
  do {
    drawn = crypto.getRandomValues(words)[0] as bigint;
  } while (drawn >= end);
  return drawn % size;
}
