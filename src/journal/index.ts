export type { HeadChange } from "../base/index.ts";
/** @internal */
export { checkedJournal } from "./checked-journal.ts";
/** @internal */
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
/** @internal */
export { expecting } from "./expecting.ts";
export { memoryJournal } from "./memory-journal.ts";
/** @internal */
export { restored } from "./restored.ts";
