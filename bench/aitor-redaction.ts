import { Secret } from "../src/index.ts";
import { contender as aitor } from "./aitor.ts";
import type { Contender } from "./contender.ts";

/** Aitor's stream in a process that knows secrets, as one with two providers and a vault does. */
export const contender: Contender = {
  stream: () => {
    for (let number = 0; number < 4; number++) new Secret(`sk-bench-${number}-${"0123456789abcdef".repeat(4)}`);
    return (aitor.stream as NonNullable<typeof aitor.stream>)();
  },
};
