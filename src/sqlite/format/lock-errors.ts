import { AitorError, messageOf } from "../../base/index.ts";
import { SQLITE, sqliteCode } from "./sqlite-codes.ts";

/** The error codes of the writer's lock and of the inbox. */
export type LockErrorCode =
  | "command-failed"
  | "command-timeout"
  | "journal-locked"
  | "journal-unattended"
  | "journal-unavailable";

/** What is known of the process that holds a lock. */
export interface Holder {
  readonly pid: number | undefined;
  /** A phrase with its pid, or with why nobody knows it. */
  readonly text: string;
}

export function lockedError(path: string, { pid, text }: Holder): AitorError<"journal-locked"> {
  const own = pid === process.pid;
  return new AitorError({
    code: "journal-locked",
    message: `the journal ${path} is being written by ${own ? "this process already" : "another process"}`,
    expected: "one writer at a time",
    got: text,
    fix: own
      ? "share that journal, or close it first; if this process has not opened it, one of the same pid in another container has"
      : 'stop that process; to ask something of it, use the commands "aitor cancel" or "aitor answer"; to read meanwhile, open the journal with access: "read"',
    data: { path, ...(pid !== undefined && { pid }) },
  });
}

/** `file` stands beside the journal and cannot be used. */
export function lockFailedError(path: string, file: string, error: unknown): AitorError<"journal-unavailable"> {
  return new AitorError({
    code: "journal-unavailable",
    message: `the journal ${path} cannot be locked for writing`,
    expected: `a file ${file} that this process may create and write`,
    got: messageOf(error),
    fix: fixOf(error, file, `remove ${file} when no process writes the journal: it holds nothing`),
    data: { path, file },
    cause: error,
  });
}

export function inboxFailedError(path: string, file: string, error: unknown): AitorError<"command-failed"> {
  return new AitorError({
    code: "command-failed",
    message: `the inbox of the journal ${path} cannot be used`,
    expected: `an inbox of Aitor in the file ${file}`,
    got: messageOf(error),
    fix: fixOf(
      error,
      file,
      `remove ${file}: it is made anew, and whoever waits for a command puts that into the new one`,
    ),
    data: { path, file },
    cause: error,
  });
}

export function inboxVersionError(file: string, version: number, known: number): AitorError<"command-failed"> {
  return new AitorError({
    code: "command-failed",
    message: `the inbox ${file} was made by another version of Aitor`,
    expected: `an inbox of version ${known}`,
    got: `one of version ${version}`,
    fix: "use the version of Aitor that the process which writes the journal uses",
    data: { file, version },
  });
}

/** A command that cannot be handed over: its sender is told. */
export function brokenCommandError(id: string, error: unknown): AitorError<"command-failed"> {
  return new AitorError({
    code: "command-failed",
    message: `the command ${id} cannot be read`,
    expected: "a command as sendCommand writes it, with JSON as its data",
    got: messageOf(error),
    fix: "send it again, and write into the inbox with sendCommand only",
    data: { id },
    cause: error,
  });
}

export function otherCommandError(id: string, type: string, before: string): AitorError<"command-failed"> {
  return new AitorError({
    code: "command-failed",
    message: `the id ${id} stands for another command already`,
    expected: "an id of its own, or the same command once more",
    got: before === type ? `a command "${type}" with other data` : `a command "${type}" after a command "${before}"`,
    fix: "leave out the id, or give each command another one",
    retryable: false,
    data: { id },
  });
}

/** Where a command stands that was not acknowledged. */
export type Whereabouts = "under-way" | "waiting" | "withdrawn";

export function timeoutError(command: {
  path: string;
  id: string;
  type: string;
  ms: number;
  holder: Holder;
  where: Whereabouts;
}): AitorError<"command-timeout"> {
  const { path, id, type, ms, holder, where } = command;
  const texts = TIMEOUTS[where];
  return new AitorError({
    code: "command-timeout",
    message: `the command "${type}" was not answered in ${ms} ms: ${texts.state}`,
    expected: `an answer of the process that writes ${path}`,
    got: `none; ${holder.text}`,
    fix: texts.fix.replace("ID", () => id),
    data: { path, id, state: where, ...(holder.pid !== undefined && { pid: holder.pid }) },
  });
}

const TIMEOUTS: Readonly<Record<Whereabouts, { readonly state: string; readonly fix: string }>> = {
  "under-way": {
    state: "it is under way",
    fix: 'to learn its outcome, send it again with the id "ID": it is not carried out twice',
  },
  waiting: {
    state: "it waits in the inbox",
    fix: 'it is carried out when that process gets to it; to learn its outcome, send it again with the id "ID"',
  },
  withdrawn: {
    state: "it was withdrawn and is not carried out",
    fix: "send it again when that process works: it may be stopped, busy, or serve no commands; or allow a longer timeout",
  },
};

/** @param taken The writer ended while it had the command. */
export function unattendedError(path: string, id: string, taken: boolean): AitorError<"journal-unattended"> {
  return new AitorError({
    code: "journal-unattended",
    message: taken
      ? `the process that writes the journal ${path} ended before it answered`
      : `no process writes the journal ${path}`,
    expected: "a process that has the journal open for writing",
    got: taken ? "one that ended with the command in its hands" : "none; the command was not left in the inbox",
    fix: taken
      ? `the command may have been carried out: look, or send it again with the id "${id}", which does nothing twice`
      : "start the program that serves the journal, or record it with the aitor command, which then writes by itself",
    data: { path, id, taken },
  });
}

/** Whether another connection has the file locked at the moment. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === SQLITE.BUSY || code === SQLITE.PROTOCOL;
}

function fixOf(error: unknown, file: string, foreign: string): string {
  switch (sqliteCode(error) ?? (error as NodeJS.ErrnoException).code) {
    case undefined:
    case SQLITE.ERROR:
    case SQLITE.CORRUPT:
    case SQLITE.NOT_A_DATABASE:
      return foreign;
    case SQLITE.FULL:
    case "ENOSPC":
      return "make room on the disk";
    case SQLITE.BUSY:
    case SQLITE.PROTOCOL:
      return `find the process that has ${file} open and does not go on`;
    default:
      return `make sure that the folder exists, that this user may write in it and to ${file}, and that the file system is not read-only`;
  }
}
