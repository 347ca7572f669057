export type { HeadChange } from "../base/index.ts";
export { blobMissingError, conflictError, journalClosedError } from "./errors.ts";
export type { JournalErrorCode } from "./errors.ts";
export type {
  AppendOptions,
  Blobs,
  Command,
  Head,
  HeadFilter,
  Inbox,
  Journal,
  Snapshot,
  Snapshots,
} from "./journal.ts";
export { memoryJournal } from "./memory-journal.ts";
