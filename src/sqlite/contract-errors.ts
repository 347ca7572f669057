import { AitorError } from "../base/index.ts";

export function journalClosedError(path: string): AitorError<"journal-closed"> {
  return new AitorError({
    code: "journal-closed",
    message: `the journal ${path} is closed`,
    expected: "an open journal",
    got: "a call after close()",
    fix: "close the journal after everything that uses it, or open a new one",
    data: { path },
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

export function blobMissingError(path: string, blob: string): AitorError<"blob-missing"> {
  return new AitorError({
    code: "blob-missing",
    message: `the journal ${path} has no blob ${blob}`,
    expected: "the reference of a blob that was put into this journal",
    got: blob,
    fix: "read it from the journal that it was put into",
    data: { path, blob },
  });
}
