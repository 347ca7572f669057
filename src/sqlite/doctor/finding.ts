import type { Gap } from "../worker/gap-table.ts";
import type { Salvage, SalvagedStream } from "./salvage.ts";

/** One damaged part, for people and for programs. */
export interface Finding {
  readonly what: "blob" | "events" | "file" | "inbox" | "snapshots" | "stream";
  /** The name of a stream, which is a run's id if `kind` is `run`; the hash of a blob. */
  readonly name?: string;
  /** The kind of the stream according to its head, as far as that is known: `run`, `agent`, … */
  readonly kind?: string;
  /** For a stream that lost events: the `seq` of the last event that is kept, 0 if none is. */
  readonly cutAt?: number;
  /** For events whose streams are not known: the first and the last `seq` of each missing range. */
  readonly ranges?: readonly (readonly [first: number, last: number])[];
  readonly damage: string;
  readonly kept: string;
  readonly next: string;
}

const REPAIR = "restore a backup, or have what is kept written to a new file";

/** Ranges that are named in a text. */
const SHOWN = 10;

const TABLES = { streams: "stream", snapshots: "snapshots", blobs: "blob" } as const;

/** What is said of the journal as a whole: why it was looked at page by page. */
export function fileFinding(damage: string, { events, streams, blobs }: Salvage): Finding {
  const kept = `${count(events, "event")} in ${count(streams.length, "stream")}, and ${count(blobs.length, "blob")}`;
  return { what: "file", damage, kept, next: REPAIR };
}

export function findingsOf(path: string, salvage: Salvage, damagedFrames: number): Finding[] {
  const { streams, lost, nameless, gone, lostBlobs, damagedTables } = salvage;
  const findings: Finding[] = [];
  if (damagedFrames > 0) {
    const damage = `${count(damagedFrames, "page")} of the log ${path}-wal ${damagedFrames === 1 ? "is" : "are"} damaged`;
    const kept = "what stands behind it in the log, too, which SQLite gives up";
    findings.push({ what: "file", damage, kept, next: "do not open the journal for writing before it is repaired" });
  }
  for (const each of streams) findings.push(...streamFindings(each));
  for (const name of gone) {
    const damage = "nothing is left of it but its name";
    findings.push({ what: "stream", name, cutAt: 0, damage, kept: "nothing", next: "restore a backup" });
  }
  if (nameless > 0) {
    const damage = `${count(nameless, "event")} belong to streams whose beginning or name is lost, or which were dropped`;
    findings.push({ what: "events", damage, kept: "nothing of them", next: "restore a backup" });
  }
  if (lost.length > 0) findings.push(lostFinding(lost));
  for (const { hash, owners } of lostBlobs) {
    const of = owners.length === 0 ? "" : ` of ${owners.map((name) => `"${name}"`).join(", ")}`;
    const damage = `a blob${of} is lost or was altered`;
    const next = "restore a backup; whoever asks for it is told that it is missing";
    findings.push({ what: "blob", name: hash, damage, kept: "nothing of it", next });
  }
  for (const table of damagedTables) {
    const damage = `the table of ${table} is damaged: there may have been more, of which nothing tells`;
    findings.push({ what: TABLES[table], damage, kept: `the ${table} that are there`, next: REPAIR });
  }
  return findings;
}

function* streamFindings({ stream, events: number, cut, headLost, lostSnapshots }: SalvagedStream): Generator<Finding> {
  const { name, last } = stream;
  const about = { name, ...(stream.kind !== null && { kind: stream.kind }) };
  const events = count(number, "event");
  if (cut) {
    const damage =
      last === 0 ? "its events are lost or altered" : `its events behind event ${last} are lost or altered`;
    const kept = last === 0 ? "that it was there" : `its first ${number > 1 ? events : "event"}, up to event ${last}`;
    yield { what: "stream", ...about, cutAt: last, damage, kept, next: `${REPAIR}, in which it ends there` };
  }
  if (headLost) {
    const damage = "what was last said of it (its head) is lost or altered";
    const kept = stream.kind === null ? events : `${events}, and what was said before`;
    yield { what: "stream", ...about, damage, kept, next: REPAIR };
  }
  if (lostSnapshots > 0) {
    const damage = `${count(lostSnapshots, "snapshot")} of it ${lostSnapshots === 1 ? "is" : "are"} lost`;
    const next = "nothing: it is restored from an earlier one and its events";
    yield { what: "snapshots", ...about, damage, kept: cut ? "those up to its end" : "the others", next };
  }
}

function lostFinding(lost: readonly Gap[]): Finding {
  const shown = lost.slice(0, SHOWN).map(({ first, last }) => (first === last ? String(first) : `${first} to ${last}`));
  const more = lost.length > SHOWN ? ", …" : "";
  return {
    what: "events",
    ranges: lost.map(({ first, last }) => [first, last] as const),
    damage: `events are missing, of streams that nothing tells of: ${shown.join(", ")}${more}`,
    kept: "what came before and after, where nothing else is said",
    next: "restore a backup; runs and agents that had not ended may lack what they did last",
  };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
