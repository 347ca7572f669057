import { join } from "node:path";

import { Aitorflow, task } from "../src/index.ts";
import { contestRows } from "./contest-rows.ts";
import { shapes } from "./graphs.ts";
import { AITOR, RAW } from "./participants.ts";
import type { Row } from "./row.ts";
import type { Setting } from "./setting.ts";

/** The cost of a flow per node, beside promises written by hand for the same graph. */
export async function flowRows({ effort, quick, peers }: Setting): Promise<Row[]> {
  console.log(`${await describePath()}\n`);
  const checked = { ...AITOR, name: "aitor, schemas", module: join(import.meta.dirname, "aitor-schemas.ts") };
  const rows: Row[] = [];
  for (const { name, parents } of shapes()) {
    const order = { kind: "flow", n: parents.length, shape: name } as const;
    const subject = { workload: "flow", case: name, order, unit: "node" };
    rows.push(...(await contestRows(subject, [RAW, AITOR, ...(quick ? [] : [checked]), ...peers], effort)).rows);
  }
  return rows;
}

/** The code path that is measured. */
async function describePath(): Promise<string> {
  const one = task("one", () => [1]);
  const flow = new Aitorflow("probe", one.to(task("two", (list: readonly number[]) => list)));
  const handle = flow.start(undefined);
  const types: string[] = [];
  for await (const event of handle) types.push(event.type);
  const frozen = Object.isFrozen((await flow.run(undefined)).output);
  return [
    "aitor is measured through flow.run() on the default engine, as users call it:",
    `  events      on: a flow of 2 tasks recorded ${types.length} (${types.join(", ")})`,
    `  checks      on: each result is checked to be JSON and ${frozen ? "frozen" : "not frozen (NODE_ENV=production)"}`,
    "  validation  off in `aitor`, on for each input and output in `aitor, schemas`",
    "  input hash  deferred: taken when a journal stores or compares it, as in every run in memory",
  ].join("\n");
}
