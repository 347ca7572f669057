import type { Schema } from "../src/index.ts";
import { flow } from "./aitor.ts";
import type { Contender } from "./contender.ts";

/** Aitor's flow with a schema on each input and output, written by hand: measured is not a schema library. */
export const contender: Contender = { flow: (shape) => flow(shape, number) };

const number: Schema<unknown, number> = {
  "~standard": {
    version: 1,
    vendor: "bench",
    validate: (value) => (typeof value === "number" ? { value } : { issues: [{ message: "a number" }] }),
  },
};
