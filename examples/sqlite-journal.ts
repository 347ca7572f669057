// A run on a journal on disk. Its process goes away in the middle, and the next one continues from what is on record.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Aitorflow, EmbeddedEngine, task } from "aitor";
import { sqliteJournal } from "aitor/sqlite";

const path = join(mkdtempSync(join(tmpdir(), "aitor-example-")), "journal.db");
const price = task("price", (item: string) => (console.log("asking for the price"), item.length * 10));
const pack = task("pack", (cents: number) => (machine.works ? `packed for ${cents}` : forever()));
const order = new Aitorflow("order", price.to(pack));

const machine = { works: false };
await oneProcess(); // it hangs in `pack`, and its engine is closed
machine.works = true;
await oneProcess();

async function oneProcess(): Promise<void> {
  await using journal = sqliteJournal(path);
  await using engine = new EmbeddedEngine({ journal, definitions: [order] });

  const { runs } = await engine.recover(); // continues what did not end
  console.log(`unfinished: ${runs.length}`);
  const [unfinished] = runs;
  if (unfinished === undefined) {
    const handle = order.start("lamp", { engine });
    for await (const { type, key } of handle) if (type === "step-started" && key === "pack") break;
  } else {
    const handle = await engine.resume(order, unfinished);
    console.log(await handle.result);
  }
}

function forever(): Promise<never> {
  return new Promise(() => {});
}

/* prints:
unfinished: 0
asking for the price
unfinished: 1
packed for 40
*/
