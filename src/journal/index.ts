export type { JournalErrorCode } from "./errors.ts";
export type { AppendOptions, Blobs, Head, HeadChange, HeadFilter, Journal, Snapshot, Snapshots } from "./journal.ts";
export { memoryJournal } from "./memory-journal.ts";
