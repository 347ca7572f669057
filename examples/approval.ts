import { Aitorflow, drawRecorded, EmbeddedEngine, memoryJournal, runReport, signal, task, timer } from "aitor";
import { z } from "zod";

// A signal asks with what comes before it. A timer passes on what it gets.
const draft = task("draft", (topic: string) => `Notes about ${topic}`);
const approval = signal("approval", z.object({ approved: z.boolean() }), { deadline: "3d" });
const publish = task("publish", ({ approved }: { approved: boolean }) => (approved ? "published" : "dropped"));
const release = new Aitorflow("release", draft.to(approval).to(timer("embargo", "20ms")).to(publish));

const journal = memoryJournal(); // sqliteJournal("runs.db") keeps runs across restarts
const first = new EmbeddedEngine({ journal });
const handle = release.start("tea", { engine: first, id: "notes-1" });
for await (const { type } of handle) if (type === "run-suspended") break;
await first[Symbol.asyncDispose](); // the run needs no process while it waits

const report = await runReport(journal.read("notes-1"));
for (const { kind, key, request } of report?.waits ?? []) console.log(`waits for ${kind} "${key}": ${String(request)}`);

await using engine = new EmbeddedEngine({ journal });
await engine.answer("notes-1", "approval", { value: { approved: true } });

// Works like the handle of the whole run. A run that has ended returns its result again.
const resumed = await release.resume("notes-1", { engine });
console.log((await resumed.result).output);

// A recorded run is drawn without its code. A durable journal keeps the outline: `report.outline`.
const ended = await runReport(journal.read("notes-1"));
if (ended !== undefined) console.log(drawRecorded(release.outline(), ended)?.replaceAll(/ in .*? m?s/g, ""));

/* prints:
waits for signal "approval": Notes about tea
published
flowchart TD
  n0["draft<br/>done"]:::done
  n1{{"approval<br/>done"}}:::done
  n2(["embargo<br/>done"]):::done
  n3["publish<br/>done"]:::done
  n0 --> n1
  n1 --> n2
  n2 --> n3
  classDef done fill:#dcfce7,stroke:#16a34a,color:#14532d
*/
