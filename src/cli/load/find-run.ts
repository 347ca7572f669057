import { visible } from "../../base/index.ts";
import { headOf, type RunAbout } from "../../engine/index.ts";
import type { Head, Journal } from "../../journal/index.ts";
import { UsageError } from "../terminal/errors.ts";
import { messageName } from "./message-name.ts";
import { type JournalPlace, openToRead } from "./journal-place.ts";

/** As many are named where the beginning of an id fits several runs. */
const NAMED = 10;

/**
 * The run with that id, else the only one that handles a message with that id, else the only one whose own or whose
 * message's id begins so; children do not count beside their parent.
 *
 * @throws UsageError where there is none, or several.
 */
export async function findRun(journal: Journal, given: string, place: JournalPlace): Promise<Head> {
  const known = given === "" ? undefined : await headOf(journal, given);
  if (known !== undefined) return known;
  const whole = new Map<string, Head>();
  const begun = new Map<string, Head>();
  for await (const head of journal.heads({ kind: "run" })) {
    const message = (head.about as RunAbout).key && messageName(head.stream);
    if (given === "" || !(head.stream.startsWith(given) || message?.startsWith(given))) continue;
    if (message === given) whole.set(head.stream, head);
    else if (!isWithin(head, begun)) begun.set(head.stream, head);
  }
  const found = whole.size > 0 ? whole : begun;
  const [first] = found.values();
  if (first === undefined) throw unknownError(given, place);
  if (found.size > 1) throw ambiguousError(given, [...found.keys()]);
  return first;
}

/** `findRun` in the journal at a place, which is opened for it alone. */
export async function readRun(given: string, place: JournalPlace): Promise<Head> {
  await using journal = await openToRead(place);
  return await findRun(journal, given, place);
}

/** A parent begins before its children, and heads come in that order. */
function isWithin({ about }: Head, found: ReadonlyMap<string, Head>): boolean {
  const { parent } = about as RunAbout;
  return parent !== undefined && [...found.keys()].some((id) => parent === id || parent.startsWith(`${id}/`));
}

function unknownError(given: string, place: JournalPlace): UsageError {
  return new UsageError(`there is no run "${visible(given)}"`, {
    expected: `the id of a run in ${place.path}, or of a message, or the beginning of one`,
    got: `"${visible(given)}"`,
    fix: `see which there are: aitor runs${place.option}`,
  });
}

function ambiguousError(given: string, ids: readonly string[]): UsageError {
  const named = ids.slice(0, NAMED).map(visible).join(", ");
  return new UsageError(`"${visible(given)}" stands for several runs`, {
    expected: "an id, or the beginning of one alone",
    got: ids.length > NAMED ? `one of ${ids.length}: ${named}, …` : named,
    fix: "give more of the run's id",
  });
}
