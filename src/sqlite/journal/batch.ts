import type { EventEnvelope } from "../../base/index.ts";
import type { Batch, EntryExtra, Extra } from "../worker/protocol.ts";
import { eventText } from "../worker/record-text.ts";

/** Characters, beyond which a record takes no more events: a page of the file has room for some records. */
const LONG = 2_000;

/** A batch in the making. */
export class BatchBuilder {
  entries = 0;
  readonly #records: (string | number)[] = [];
  readonly #extras: EntryExtra[] = [];
  #characters = 0;
  /** Where the last record stands, and how many characters it has: it may take another event below `LONG`. */
  #last = 0;
  #length = LONG;

  /** Nothing is added afterwards. */
  get batch(): Batch {
    return [this.entries, this.#characters, this.#records, this.#extras.length > 0 ? this.#extras : undefined];
  }

  /** @throws AitorError `invalid-value`, `not-json`. Nothing is added then. */
  append(events: readonly EventEnvelope[], extra: Extra | undefined): void {
    const from = this.#records.length;
    const [first] = events;
    if (first !== undefined && events.length === 1) {
      const text = eventText(first);
      if (extra !== undefined) this.#length = LONG;
      this.#add(first.stream, first.at, text);
    } else {
      const texts = events.map(eventText);
      if (extra !== undefined) this.#length = LONG;
      for (const [index, { stream, at }] of events.entries()) this.#add(stream, at, texts[index] as string);
    }
    if (extra === undefined) this.entries++;
    else this.#also(from, extra);
  }

  change(extra: Extra): void {
    this.#also(this.#records.length, extra);
  }

  /** Whether anything of the stream is in it. Looked for, since that is asked seldom. */
  holds(stream: string): boolean {
    const records = this.#records;
    for (let place = 0; place < records.length; place += 3 + (records[place + 1] as number)) {
      if (records[place] === stream) return true;
    }
    return this.#extras.some(({ extra }) =>
      extra.kind === "append"
        ? [...extra.drop, ...extra.restart].includes(stream) || extra.heads.some((head) => head.stream === stream)
        : extra.stream === stream,
    );
  }

  #also(from: number, extra: Extra): void {
    this.#extras.push({ entry: this.entries++, from, to: this.#records.length, extra });
    this.#length = LONG;
  }

  #add(stream: string, at: number, text: string): void {
    const records = this.#records;
    const last = this.#last;
    this.#characters += text.length;
    if (this.#length < LONG && records[last] === stream) {
      (records[last + 1] as number)++;
      records[last + 2] = at;
      records.push(text);
      this.#length += text.length;
    } else {
      this.#last = records.length;
      records.push(stream, 1, at, text);
      this.#length = text.length;
    }
  }
}
