export type { HeadChange } from "../base/index.ts";
export { checkedJournal } from "./checked-journal.ts";
export { blobMissingError, conflictError, journalClosedError, JournalFailure } from "./errors.ts";
export type { JournalErrorCode } from "./errors.ts";
export type {
  AppendOptions,
  BlobOptions,
  Blobs,
  Command,
  Head,
  HeadFilter,
  Inbox,
  Journal,
  Restored,
  Snapshot,
  Snapshots,
} from "./journal.ts";
export { expecting } from "./expecting.ts";
export { memoryJournal } from "./memory-journal.ts";
export { restored } from "./restored.ts";
