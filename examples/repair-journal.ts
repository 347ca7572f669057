// A bit flips in a journal's file: what is damaged is named, and what can be kept goes to a new file.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Aitorflow, EmbeddedEngine, task } from "aitor";
import { examineJournal, repairJournal, sqliteJournal } from "aitor/sqlite";

const path = join(mkdtempSync(join(tmpdir(), "aitor-example-")), "journal.db");
const greet = new Aitorflow(
  "greet",
  task("greet", (name: string) => `hello ${name}`),
);
{
  await using journal = sqliteJournal(path);
  await using engine = new EmbeddedEngine({ journal });
  for (const name of ["Ada", "Bob"]) await greet.start(name, { engine, id: `for-${name}` }).result;
}

const bytes = readFileSync(path);
const place = bytes.lastIndexOf("hello Bob");
bytes[place] = (bytes[place] ?? 0) ^ 1;
writeFileSync(path, bytes);

const { sound, findings } = await examineJournal(path); // reads all of it, and changes nothing
for (const { damage, kept, next } of findings) console.log(`${damage}\n  kept: ${kept}\n  next: ${next}`);
if (!sound) await repairJournal(path, `${path}.repaired`); // what can be kept, in a new file

await using repaired = sqliteJournal(`${path}.repaired`);
for await (const { type } of repaired.read("for-Ada")) if (type === "run-finished") console.log("Ada's run is whole");

/* prints:
event 6 of stream "for-Bob" was altered, or one before it is missing
  kept: 5 events in 2 streams, and 1 blob
  next: restore a backup, or have what is kept written to a new file
its events behind event 5 are lost or altered
  kept: its first event, up to event 5
  next: restore a backup, or have what is kept written to a new file, in which it ends there
Ada's run is whole
*/
