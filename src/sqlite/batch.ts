import type { EventEnvelope } from "../base/index.ts";
import type { Batch, Extra } from "./protocol.ts";
import { eventText } from "./record-text.ts";

/** Characters, beyond which a record takes no more events: a page of the file has room for some records. */
const LONG = 2_000;

/** A batch in the making. */
export class BatchBuilder {
  readonly batch: Batch = { entries: 0, streams: [], counts: [], ats: [], events: [], extras: [] };
  /** Characters of the last record, which may take another event below `LONG`. */
  #length = LONG;

  get entries(): number {
    return this.batch.entries;
  }

  /** @throws AitorError `invalid-value`, `not-json`. Nothing is added then. */
  append(events: readonly EventEnvelope[], extra: Extra | undefined): void {
    const texts = events.map(eventText);
    const { batch } = this;
    if (extra !== undefined) this.#length = LONG;
    const from = batch.streams.length;
    for (const [index, { stream, at }] of events.entries()) this.#add(stream, at, texts[index] as string);
    if (extra === undefined) batch.entries++;
    else this.#also(from, extra);
  }

  change(extra: Extra): void {
    this.#also(this.batch.streams.length, extra);
  }

  #also(from: number, extra: Extra): void {
    const { extras, streams } = this.batch;
    extras.push({ entry: this.batch.entries++, from, to: streams.length, extra });
    this.#length = LONG;
  }

  #add(stream: string, at: number, text: string): void {
    const { streams, counts, ats, events } = this.batch;
    const last = streams.length - 1;
    events.push(text);
    if (this.#length < LONG && streams[last] === stream) {
      (counts[last] as number)++;
      ats[last] = at;
      this.#length += text.length;
    } else {
      streams.push(stream);
      counts.push(1);
      ats.push(at);
      this.#length = text.length;
    }
  }
}
