import { extrasOf } from "../worker/extra-cells.ts";
import { type Cells, drops, type Receipt, type SentBatch, type TailPage } from "../worker/protocol.ts";
import { recordText } from "../worker/record-text.ts";

type Page = Omit<TailPage, "revision">;

/** More than these are read from the file by those who are so far behind. */
const MOST_CHARACTERS = 4_000_000;
const MOST_EVENTS = 10_000;

/** The events lately recorded, for tails that keep up: they need not ask the worker for what this process just sent it. */
export class RecentEvents {
  #tails = 0;
  #pages: (Page & { readonly first: number; readonly characters: number })[] = [];
  #characters = 0;
  #events = 0;

  /** Whether there is a tail: nothing is kept while there is none. */
  get wanted(): boolean {
    return this.#tails > 0;
  }

  tailBegins(): void {
    this.#tails++;
  }

  tailEnds(): void {
    if (--this.#tails === 0) this.forget();
  }

  add([, , records, packed = []]: SentBatch, [first, conflicts = []]: Receipt): void {
    if (!this.wanted) return;
    const extras = extrasOf(packed);
    // Those of a stream that was dropped are not to be given any more.
    if (extras.some(({ extra }) => drops(extra))) {
      this.forget();
      return;
    }
    const refused = new Set(conflicts.map(({ entry }) => entry));
    const gaps = extras.filter(({ entry }) => refused.has(entry));
    const cells: Cells = [];
    let seq = first;
    let characters = 0;
    for (let place = 0; place < records.length;) {
      const count = records[place + 1] as number;
      const end = place + 3 + count;
      if (!gaps.some(({ from, to }) => place >= from && place < to)) {
        const text = recordText(records, place + 3, end);
        cells.push(seq, records[place] as string, text);
        seq += count;
        characters += text.length;
      }
      place = end;
    }
    if (seq === first) return;
    this.#pages.push({ cells, first, next: seq, more: false, characters });
    this.#characters += characters;
    this.#events += seq - first;
    while (this.#characters > MOST_CHARACTERS || this.#events > MOST_EVENTS) this.#forgetOldest();
  }

  /** Events from a `seq` on, and some before it, where all of them are known. */
  since(from: number): Page | undefined {
    const last = this.#pages.at(-1);
    const earliest = this.#pages[0];
    if (last === undefined || earliest === undefined || from < earliest.first) return undefined;
    // From the end: most tails keep up.
    const page = this.#pages[this.#pages.findLastIndex(({ next }) => next <= from) + 1];
    if (page === undefined) return { cells: [], next: from, more: false };
    return { cells: page.cells, next: page.next, more: page !== last };
  }

  /** Where something is recorded that is not known here, the pages before it lead no further. */
  forget(): void {
    if (this.#pages.length === 0) return;
    this.#pages = [];
    this.#characters = 0;
    this.#events = 0;
  }

  #forgetOldest(): void {
    const oldest = this.#pages.shift();
    if (oldest === undefined) return;
    this.#characters -= oldest.characters;
    this.#events -= oldest.next - oldest.first;
  }
}
