import { task } from "aitor";

import type { Facts, FileSize } from "./facts.ts";

/** The largest files of all batches, the largest first. */
export const largest = task("largest", (facts: readonly Facts[]): FileSize[] => {
  return largestOf(facts.flatMap((batch) => batch.largest));
});

/** The 20 largest of these. Among equals, the order given. */
export function largestOf(files: readonly FileSize[]): FileSize[] {
  return files.toSorted((a, b) => b.bytes - a.bytes).slice(0, 20);
}
