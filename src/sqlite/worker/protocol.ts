import type { Command, HeadFilter } from "../../journal/index.ts";
import type { ErrorRecord } from "../../base/index.ts";
import type { CommandOutcome } from "../inbox/inbox.ts";
import type { JournalSettings } from "../format/settings.ts";

/** What a worker is started with. */
export interface WorkerStart {
  readonly settings: JournalSettings;
  readonly gate: Int32Array<SharedArrayBuffer>;
}

/*
 * Each commit is sent as flat lists: an object costs several times as much to copy between threads.
 */

/** Calls of a group, at most: few enough that the event loop is soon free again. The worker records some groups together. */
export const GROUP_CALLS = 128;

/**
 * Appends and other changes, in the order of their calls, to be committed together: how many calls they were, and how many
 * characters their events have.
 */
export type Batch = readonly [
  entries: number,
  characters: number,
  records: NewRecords,
  extras: readonly EntryExtra[] | undefined,
];

/**
 * What entries are beside records, as one flat list, since an object costs several times as much to copy between threads. Of each
 * entry its place and those of its records, then how many cells of each kind follow, and they; or an object, where there is
 * seldom one.
 */
export type ExtraCells = readonly ExtraCell[];

export type ExtraCell = string | number | boolean | undefined | Extra;

/** A batch on its way to the worker. */
export type SentBatch = readonly [
  entries: number,
  characters: number,
  records: NewRecords,
  extras: ExtraCells | undefined,
];

/** Records to be written: of each its stream, how many events it has, the `at` of its last one, and they as JSON. */
export type NewRecords = readonly (string | number)[];

/** What an entry is beside records, or has to hold before they are written. */
export interface EntryExtra {
  readonly entry: number;
  /** Its records are those between these places of the list. */
  readonly from: number;
  readonly to: number;
  readonly extra: Extra;
}

export type Extra =
  | {
      readonly kind: "append";
      readonly expect: readonly (readonly [string, number])[];
      /** Streams that are dropped before its records are written. */
      readonly drop: readonly string[];
      /** Streams that begin anew with its records. */
      readonly restart: readonly string[];
      readonly heads: readonly HeadEntry[];
    }
  | { readonly kind: "drop"; readonly stream: string }
  | { readonly kind: "snapshot"; readonly stream: string; readonly seq: number; readonly state: string }
  | { readonly kind: "blob"; readonly bytes: Uint8Array; readonly stream: string | undefined };

export interface HeadEntry {
  readonly stream: string;
  readonly kind: string;
  readonly state: string;
  readonly ended: boolean;
  /** JSON; absent: as before. */
  readonly about: string | undefined;
  readonly keepUntil: number | undefined;
}

/** Whether it makes a tail's memory, and the file, hold what is not to be given any more. */
export function drops(extra: Extra): boolean {
  return extra.kind === "drop" || (extra.kind === "append" && extra.drop.length + extra.restart.length > 0);
}

/** What became of a batch. The events of its entries, but for those in conflict, have rising numbers from `first` on. */
export type Receipt = readonly [
  first: number,
  conflicts?: readonly Conflict[],
  /** The hash of each blob, by the place of its entry. */
  blobs?: readonly (readonly [entry: number, hash: string])[],
];

export interface Conflict {
  readonly entry: number;
  readonly stream: string;
  readonly expected: number;
  readonly last: number;
}

/** Records, three cells each: the `seq` of its first event, its stream, its text. */
export type Cells = (string | number)[];

export interface ReadStart {
  /** Tells the stream from a later one of the same name. */
  readonly id: number;
  /** Of all records that are to be read, in order. The first may begin before the event that was asked for. */
  readonly seqs: Float64Array;
}

/** A snapshot, and the first of the records behind it; `rest` are those that are to be read yet. */
export interface RestoreStart {
  readonly snapshot: { readonly seq: number; readonly state: string } | undefined;
  readonly cells: Cells;
  readonly rest: ReadStart | undefined;
}

export interface TailPage {
  readonly cells: Cells;
  /** Where the tail goes on. */
  readonly next: number;
  /** There may be events already. */
  readonly more: boolean;
  /** Of a file that another process writes: which state of it this is. */
  readonly revision: number;
}

export interface HeadCells {
  readonly stream: string;
  readonly kind: string;
  readonly state: string;
  readonly ended: boolean;
  readonly about: string | null;
  readonly keepUntil: number | null;
  readonly first: number;
  readonly last: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Where a list of heads goes on. */
export interface HeadCursor {
  readonly first: number;
  readonly id: number;
}

/** What a journal holds and takes; what is counted since its opening is 0 with access "read". */
export interface JournalFigures {
  /** The events that are kept, including those of streams that were dropped a moment ago. */
  readonly events: number;
  readonly streams: number;
  readonly snapshots: number;
  readonly blobs: number;
  /** The size of the file. */
  readonly bytes: number;
  /** The part of the file in pages that are free for new data. `compact` gives them back. */
  readonly freeBytes: number;
  /** The size of the log beside the file. */
  readonly walBytes: number;
  /** The size of the events themselves, as they are stored. */
  readonly payloadBytes: number;
  /** The size of the file without its free pages, for each event. */
  readonly bytesPerEvent: number;
  /** The number of commits since the journal was opened. */
  readonly commits: number;
  /** The number of appends and other changes that these commits recorded. */
  readonly changes: number;
}

/** What a worker can be asked, and what it answers. */
export interface Calls {
  ready: { request: undefined; answer: undefined };
  commit: { request: SentBatch; answer: Receipt };
  read: { request: { stream: string; from: number }; answer: ReadStart | undefined };
  restore: { request: { stream: string; atMost: number }; answer: RestoreStart };
  /** Fewer than asked for where they are large; none where the stream was dropped meanwhile. */
  events: { request: { id: number; stream: string; seqs: Float64Array }; answer: Cells };
  tail: { request: { from: number }; answer: TailPage };
  heads: {
    request: { filter: HeadFilter; after: HeadCursor | undefined };
    answer: { heads: HeadCells[]; next: HeadCursor | undefined };
  };
  snapshot: { request: { stream: string; atMost: number }; answer: { seq: number; state: string } | undefined };
  blob: { request: { hash: string }; answer: Uint8Array | undefined };
  figures: { request: undefined; answer: JournalFigures };
  /** Copies the journal to a file that is not there. */
  copy: { request: { file: string }; answer: undefined };
  /** Forgets what is not kept, and gives room back. */
  compact: { request: undefined; answer: Compaction };
  /** Reads all there is. @throws AitorError `journal-corrupt`. */
  verify: { request: undefined; answer: { events: number; bytes: number } };
  /** Answers when another process has changed the file since the revision of a tail's page, or it is told to stop. */
  watch: { request: { revision: number }; answer: undefined };
  stopWatching: { request: undefined; answer: undefined };
  /** Whether to look for commands. */
  serve: { request: { on: boolean }; answer: undefined };
  /** Takes those that wait. */
  commands: { request: undefined; answer: readonly Command[] };
  acknowledge: { request: { id: string; outcome: CommandOutcome }; answer: undefined };
  close: { request: undefined; answer: undefined };
}

export type CallName = keyof Calls;

/** The size of the file before and after, in bytes. */
export interface Compaction {
  readonly before: number;
  readonly after: number;
}

export type CallMessage = readonly [id: number, name: CallName, request: unknown];

/** Calls of one turn of the event loop, in their order: a message costs as much as several of them. */
export type CallMessages = readonly CallMessage[];

export type Answered = readonly [id: number, answer: unknown];

/** A commit is on the disk, and is answered in a moment: who waits for that is awake by then. */
export const SOON = "soon";

/** Answers come together, too. */
export type WorkerMessage =
  | readonly Answered[]
  | typeof SOON
  | { readonly kind: "error"; readonly id: number; readonly error: ErrorRecord }
  | Notice;

/** What a worker tells unasked. */
export type Notice =
  /** Some wait in the inbox. */
  | { readonly kind: "commands" }
  | { readonly kind: "warning"; readonly message: string; readonly error: ErrorRecord | undefined };
