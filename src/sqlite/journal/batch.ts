import type { EventEnvelope } from "../../base/index.ts";
import type { AppendOptions } from "../../journal/index.ts";
import { addAppend, addChange, type Change, extrasOf } from "../worker/extra-cells.ts";
import type { ExtraCell, SentBatch } from "../worker/protocol.ts";
import { eventText } from "../worker/record-text.ts";

/** Characters, beyond which a record takes no more events: a page of the file has room for some records. */
const LONG = 2_000;

/** A batch in the making. */
export class BatchBuilder {
  entries = 0;
  readonly #records: (string | number)[] = [];
  readonly #extras: ExtraCell[] = [];
  #characters = 0;
  /** Where the last record stands, and how many characters it has: it may take another event below `LONG`. */
  #last = 0;
  #length = LONG;

  /** Nothing is added afterwards. */
  get batch(): SentBatch {
    return [this.entries, this.#characters, this.#records, this.#extras.length > 0 ? this.#extras : undefined];
  }

  /** @throws AitorError `invalid-value`, `not-json`. Nothing is added then. */
  append(events: readonly EventEnvelope[], options: AppendOptions | undefined): void {
    const [first] = events;
    if (first === undefined || events.length > 1) this.#appendAll(events, options);
    else {
      const text = eventText(first);
      const end = this.#also(options);
      this.#add(first.stream, first.at, text);
      this.#ended(end);
    }
  }

  change(change: Change): void {
    addChange(this.#extras, this.entries++, this.#records.length, change);
    this.#length = LONG;
  }

  /** Whether anything of the stream is in it. It is asked seldom, so that no index is kept. */
  holds(stream: string): boolean {
    const records = this.#records;
    for (let place = 0; place < records.length; place += 3 + (records[place + 1] as number)) {
      if (records[place] === stream) return true;
    }
    return extrasOf(this.#extras).some(({ extra }) =>
      extra.kind === "append"
        ? [...extra.drop, ...extra.restart].includes(stream) || extra.heads.some((head) => head.stream === stream)
        : extra.stream === stream,
    );
  }

  #appendAll(events: readonly EventEnvelope[], options: AppendOptions | undefined): void {
    const texts = events.map(eventText);
    const end = this.#also(options);
    for (const [index, { stream, at }] of events.entries()) this.#add(stream, at, texts[index] as string);
    this.#ended(end);
  }

  /** @returns The cell that is to say where the records of the call end; nothing where the call has only records. */
  #also(options: AppendOptions | undefined): number | undefined {
    if (options === undefined || isOnlyLazy(options)) return undefined;
    const end = addAppend(this.#extras, this.entries, this.#records.length, options);
    this.#length = LONG;
    return end;
  }

  #ended(end: number | undefined): void {
    if (end !== undefined) {
      this.#extras[end] = this.#records.length;
      this.#length = LONG;
    }
    this.entries++;
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

function isOnlyLazy({ expect, heads, drop, restart }: AppendOptions): boolean {
  return expect === undefined && (heads ?? drop ?? restart) === undefined;
}
