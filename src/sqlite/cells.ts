import type { EventEnvelope } from "../base/index.ts";
import type { Cells } from "./protocol.ts";
import { jsonValue } from "./stored-data.ts";

/** Of an event. */
const CELLS = 7;

export function countOf(cells: Cells): number {
  return cells.length / CELLS;
}

export function* eventsOf(cells: Cells): Generator<EventEnvelope, void, undefined> {
  for (let at = 0; at < cells.length; at += CELLS) {
    yield {
      v: 1,
      stream: cells[at + 1] as string,
      seq: cells[at] as number,
      at: cells[at + 2] as number,
      run: cells[at + 3] as string,
      key: cells[at + 4] as string,
      type: cells[at + 5] as string,
      data: jsonValue(cells[at + 6] as string),
    };
  }
}
