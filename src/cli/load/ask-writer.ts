import { type Duration, isAitorError } from "../../base/index.ts";
import { sendCommand, type SqliteJournal, type Writer, writerOf } from "../../sqlite/index.ts";
import { advisedError } from "../terminal/errors.ts";
import { type JournalPlace, openOrMake, openToWrite } from "./journal-place.ts";

/** Something that either the process that holds a journal does, or, where none does, this one. */
export interface Wish<Out> {
  readonly type: string;
  readonly data: unknown;
  /** How long to wait for the other process. @default "5s" */
  readonly timeout?: Duration;
  /** Where nobody holds it, a journal that is not there is made. @default false */
  readonly makes?: boolean;
  /** What the other process answers, as what `perform` gives. */
  readonly answered: (value: unknown) => Out;
  /** @param taken The other process ended with the wish in its hands, under this id: it may have been carried out. */
  readonly perform: (journal: SqliteJournal, taken: string | undefined) => Promise<Out>;
}

export interface Granted<Out> {
  readonly value: Out;
  /** Which process did it, where it was another one: `process 4711`. */
  readonly by: string | undefined;
}

/** For how long others may come and go, each of which had the journal when it was to be opened, or had left it when it was asked. */
const CHANGES_MS = 60_000;

/**
 * One way or the other: the process that holds the journal may end, or another one come, between the question who holds
 * it and the deed. Neither way does anything where it fails for that reason, so each is tried again when the other has failed:
 * of several commands at a time, each holds the journal for a moment.
 */
export async function grant<Out>(place: JournalPlace, wish: Wish<Out>): Promise<Granted<Out>> {
  const id = crypto.randomUUID();
  const due = performance.now() + CHANGES_MS;
  let taken: string | undefined;
  for (;;) {
    const writer = writerOf(place.file);
    try {
      if (writer !== undefined) return { value: await ask(place, wish, id), by: named(writer) };
      return { value: await perform(place, wish, taken), by: undefined };
    } catch (error) {
      const code = writer === undefined ? "journal-locked" : "journal-unattended";
      if (!isAitorError(error, code) || performance.now() >= due) throw error;
      if ((error.data as { taken?: boolean }).taken === true) taken = id;
    }
  }
}

function named({ pid }: Writer): string {
  return pid === undefined ? "another process" : `process ${pid}`;
}

async function ask<Out>(
  place: JournalPlace,
  { type, data, timeout = "5s", answered }: Wish<Out>,
  id: string,
): Promise<Out> {
  return answered(await sendCommand(place.file, { type, data, id }, { timeout }).catch(throwAdvised));
}

/** As a command line tells it, which has no time-out of its own to make longer, and no command's id to send again. */
export function throwAdvised(error: unknown): never {
  if (!isAitorError(error, "command-timeout")) throw error;
  const { state } = error.data as { readonly state: "under-way" | "waiting" | "withdrawn" };
  throw advisedError(
    error,
    state === "withdrawn"
      ? "give the command again when that process works: it may be stopped or busy"
      : "do not give the command again: that process carries it out when it gets to it; see what came of it with aitor show",
  );
}

async function perform<Out>(place: JournalPlace, wish: Wish<Out>, taken: string | undefined): Promise<Out> {
  await using journal = await (wish.makes === true ? openOrMake(place) : openToWrite(place));
  return await wish.perform(journal, taken);
}
