// Which run is resumed where one below it is named.
import { expect, test } from "vitest";

import { memoryJournal } from "../../journal/index.ts";
import { rootOf } from "./root-run.ts";

test("the run at the top is found also where it is on record no more, as in a journal that was repaired", async () => {
  const journal = memoryJournal();
  const head = (stream: string, parent?: string) =>
    ({
      stream,
      kind: "run",
      state: "suspended",
      about: { name: "f", ...(parent !== undefined && { parent }) },
    }) as const;
  await journal.append([], { heads: [head("a"), head("a/b", "a"), head("a/b/c", "a/b"), head("lost/d", "lost")] });
  expect(await rootOf(journal, "a/b/c")).toBe("a");
  expect(await rootOf(journal, "lost/d")).toBe("lost");
});
