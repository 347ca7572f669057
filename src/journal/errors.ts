import { AitorError, isError, messageOf } from "../base/index.ts";

/** The error codes of `aitor/journal`. */
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

/**
 * An error of a journal, told apart from errors of the code around it. If a part of a run rejects with it, the run is halted
 * with its `cause`, since nothing is wrong with what the run does.
 */
export class JournalFailure extends Error {
  override readonly cause: Error;

  constructor(thrown: unknown) {
    super("the journal failed");
    this.cause = isError(thrown) ? thrown : new Error(messageOf(thrown));
  }

  /** @throws JournalFailure for whatever it rejects with. */
  static async of<Out>(asked: () => Promise<Out>): Promise<Out> {
    try {
      return await asked();
    } catch (error) {
      throw new JournalFailure(error);
    }
  }
}
