import type { EventEnvelope } from "../../base/index.ts";
import type { Cells, NewRecords } from "./protocol.ts";
import { recordableEvent, recordableJson } from "./recordable.ts";

/*
 * A record is what one commit adds to a stream without another stream's events in between: one event or some. It is kept
 * as a JSON list with a list for each event, in the form of `EventText`.
 */

/** A run of 0 is the stream's name; no data at all stands for `undefined`. */
type EventText = readonly [at: number, type: string, key: string, run: string | 0, data?: unknown];

/** Of a record as it is read. */
const CELLS = 3;

/** One event of a record. @throws AitorError `invalid-value`, `not-json`. */
export function eventText(event: EventEnvelope): string {
  const { stream, at, type, key, data } = recordableEvent(event);
  const run = event.run === stream ? 0 : event.run;
  return recordableJson(data === undefined ? [at, type, key, run] : [at, type, key, run, data], event);
}

/** The text of a record with the events that stand between these places of a list. */
export function recordText(cells: NewRecords, from: number, to: number): string {
  let text = `[${cells[from] as string}`;
  for (let place = from + 1; place < to; place++) text += `,${cells[place] as string}`;
  return `${text}]`;
}

export function countOf(cells: Cells): number {
  return cells.length / CELLS;
}

export function* eventsOf(cells: Cells): Generator<EventEnvelope, void, undefined> {
  for (let at = 0; at < cells.length; at += CELLS) {
    const stream = cells[at + 1] as string;
    let seq = cells[at] as number;
    for (const event of JSON.parse(cells[at + 2] as string) as EventText[]) {
      const [time, type, key, run, data] = event;
      yield { v: 1, stream, seq: seq++, at: time, run: run === 0 ? stream : run, key, type, data };
    }
  }
}

/** The `at` of one event, as `eventText` gives it. */
export function atOf(text: string): number {
  return Number.parseFloat(text.slice(1, text.indexOf(",")));
}

/** The `at` of a record's first and last event. */
export function atsOf(text: string): { readonly first: number; readonly last: number } {
  const events = JSON.parse(text) as EventText[];
  return { first: (events[0] as EventText)[0], last: (events.at(-1) as EventText)[0] };
}
