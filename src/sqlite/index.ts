export type { BackupResult } from "./journal/new-file.ts";
export type { SqliteErrorCode } from "./format/errors.ts";
export { examineJournal } from "./doctor/examination.ts";
export type { Examination } from "./doctor/examination.ts";
export type { Finding } from "./doctor/finding.ts";
export type { LockErrorCode } from "./format/lock-errors.ts";
export type { Compaction, JournalFigures } from "./worker/protocol.ts";
export { repairJournal } from "./doctor/repair.ts";
export type { Repair, RepairOptions } from "./doctor/repair.ts";
export { sendCommand } from "./inbox/send-command.ts";
export type { SendOptions, SentCommand } from "./inbox/send-command.ts";
export type { Retention, SqliteJournalOptions } from "./format/settings.ts";
export { sqliteJournal } from "./journal/sqlite-journal.ts";
export type { SqliteJournal } from "./journal/sqlite-journal.ts";
/** @internal */
export { writerOf } from "./format/writer-lock.ts";
export type { Writer } from "./format/writer-lock.ts";
