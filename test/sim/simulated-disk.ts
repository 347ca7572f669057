import type { EventEnvelope, HeadChange, Snapshot } from "aitor";

/** What one call of a journal asks to be recorded: all of it or nothing. */
export interface DiskRecord {
  readonly events: readonly EventEnvelope[];
  readonly heads?: readonly HeadChange[];
  /** Before the events. */
  readonly drop?: readonly string[];
  readonly restart?: readonly string[];
  readonly snapshot?: Snapshot & { readonly stream: string };
  readonly blob?: { readonly bytes: readonly number[]; readonly stream?: string };
}

/** A record takes a line for each event, and one more, with which it is whole. */
type Line = { readonly event: EventEnvelope } | { readonly whole: DiskRecord };

/** What outlives processes. A process that dies while it writes leaves the first lines of what it wrote. */
export class SimulatedDisk {
  readonly #records: DiskRecord[] = [];
  /** Of a record that was never finished. */
  #torn: Line[] = [];
  readonly #streams = new Map<string, EventEnvelope[]>();
  /** All events of whole records, in order. */
  readonly events: EventEnvelope[] = [];

  /** What is recorded of a stream. */
  stream(name: string): readonly EventEnvelope[] {
    return this.#streams.get(name) ?? [];
  }

  /** The names of all streams, in the order in which they began. */
  get streams(): readonly string[] {
    return [...this.#streams.keys()];
  }

  get records(): readonly DiskRecord[] {
    return this.#records;
  }

  /**
   * @param most Lines that are written before the process dies. @default all
   * @returns The lines that were written.
   */
  write(record: DiskRecord, most = Infinity): number {
    const lines: Line[] = [...record.events.map((event) => ({ event })), { whole: record }];
    const written = lines.slice(0, most);
    if (written.length < lines.length) this.#torn.push(...written);
    else this.#keep(record);
    return written.length;
  }

  /** The last record is not whole. */
  get torn(): boolean {
    return this.#torn.length > 0;
  }

  /**
   * Makes it fit to be opened: what is not whole is as if it had never been written.
   *
   * @param keepsTorn A flaw: takes what was torn for whole.
   * @returns Whether something was torn.
   */
  recover(keepsTorn = false): boolean {
    const torn = this.#torn;
    this.#torn = [];
    if (keepsTorn && torn.length > 0) {
      this.#keep({ events: torn.flatMap((line) => ("event" in line ? [line.event] : [])) });
    }
    return torn.length > 0;
  }

  /** A flaw: the last records that were acknowledged are gone. */
  forget(count: number): void {
    const left = this.#records.slice(0, Math.max(0, this.#records.length - count));
    this.#records.length = 0;
    this.events.length = 0;
    this.#streams.clear();
    for (const record of left) this.#keep(record);
  }

  #keep(record: DiskRecord): void {
    this.#records.push(record);
    for (const stream of record.drop ?? []) this.#streams.delete(stream);
    for (const stream of record.restart ?? []) this.#streams.delete(stream);
    for (const event of record.events) {
      this.events.push(event);
      const stream = this.#streams.get(event.stream);
      if (stream === undefined) this.#streams.set(event.stream, [event]);
      else stream.push(event);
    }
  }
}
