import { AitorError } from "../base/index.ts";

/** Codes of `aitor/journal`. */
export type JournalErrorCode = "blob-missing" | "journal-closed" | "journal-conflict";

/** @param journal Names it. */
export function journalClosedError(journal = "the journal"): AitorError<"journal-closed"> {
  return new AitorError({
    code: "journal-closed",
    message: `${journal} is closed`,
    expected: "an open journal",
    got: "a call after close()",
    fix: "close the journal after everything that writes to it, or open a new one",
  });
}

export function conflictError(stream: string, expected: number, last: number): AitorError<"journal-conflict"> {
  return new AitorError({
    code: "journal-conflict",
    message: `stream "${stream}" was written by someone else`,
    expected: expected === 0 ? "a stream without events" : `event ${expected} as the last one`,
    got: last === 0 ? "a stream without events" : `event ${last} as the last one`,
    fix: "read the stream again and decide anew",
    data: { stream, expected, last },
  });
}

/** @param journal Names it. */
export function blobMissingError(blob: string, journal = "the journal"): AitorError<"blob-missing"> {
  return new AitorError({
    code: "blob-missing",
    message: `${journal} has no blob ${blob}`,
    expected: "the reference of a blob that was put into this journal",
    got: blob,
    fix: "read it from the journal that it was put into",
    data: { blob },
  });
}
