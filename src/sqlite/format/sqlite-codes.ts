import { messageOf } from "../../base/index.ts";

/** Primary result codes of SQLite: https://sqlite.org/rescode.html */
export const SQLITE = {
  ERROR: 1,
  PERMISSION: 3,
  BUSY: 5,
  LOCKED: 6,
  READ_ONLY: 8,
  IO_ERROR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANNOT_OPEN: 14,
  /** Many connections opened it at the same moment. */
  PROTOCOL: 15,
  AUTHORIZATION: 23,
  NOT_A_DATABASE: 26,
} as const;

/** The result code, where it is an error of SQLite. */
export function sqliteCode(thrown: unknown): number | undefined {
  const { code, errcode } = (thrown ?? {}) as { code?: unknown; errcode?: unknown };
  return code === "ERR_SQLITE_ERROR" && typeof errcode === "number" ? errcode & 0xff : undefined;
}

/** A whole number that no number of JavaScript is: no such number was ever written. */
export function outOfRange(thrown: unknown): boolean {
  return (thrown as { code?: unknown } | undefined)?.code === "ERR_OUT_OF_RANGE";
}

/** Readers and writers share a file beside the journal, which SQLite must be able to write. */
const COPY = "where the disk is read-only, use a copy of the journal with the files beside it";

/** What an error is, and what is to be done about it. */
export function explained(thrown: unknown): { got: string; fix: string } {
  const got = messageOf(thrown);
  switch (sqliteCode(thrown)) {
    case SQLITE.BUSY:
    case SQLITE.LOCKED:
      return { got: `a lock that another program holds (${got})`, fix: "end the other program" };
    case SQLITE.READ_ONLY:
      return {
        got: `a file or a file system that is read-only (${got})`,
        fix: `make it writable; ${COPY}`,
      };
    case SQLITE.PERMISSION:
    case SQLITE.AUTHORIZATION:
      return { got: `no permission (${got})`, fix: "give this user the permission to write the file and its folder" };
    case SQLITE.IO_ERROR:
      return { got: `an error of the disk (${got})`, fix: "look after the disk" };
    case SQLITE.FULL:
      return { got: `a full disk (${got})`, fix: "make room on the disk" };
    case SQLITE.CANNOT_OPEN:
      return { got: `a file that cannot be opened (${got})`, fix: `correct the path or its permissions; ${COPY}` };
    default:
      return { got, fix: "see the cause" };
  }
}
