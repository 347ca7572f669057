import { join } from "node:path";

import { contestRows } from "./contest-rows.ts";
import { AITOR, RAW } from "./participants.ts";
import type { Row } from "./row.ts";
import type { Setting } from "./setting.ts";
import { DELTAS } from "./work.ts";

/** The cost of a model's text delta, from a model in the process to one subscriber; and with redaction on. */
export async function streamRows({ effort, peers }: Setting): Promise<Row[]> {
  const order = { kind: "stream", n: DELTAS } as const;
  const subject = { workload: "stream", case: `${DELTAS} deltas to one subscriber`, order, unit: "delta" };
  const redacting = { ...AITOR, name: "aitor, redaction", module: join(import.meta.dirname, "aitor-redaction.ts") };
  return (await contestRows(subject, [RAW, AITOR, redacting, ...peers], effort)).rows;
}
