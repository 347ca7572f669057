/** A part of a list that a result has room for, and what to tell of the rest. */
export interface Bounded<Item> {
  readonly shown: readonly Item[];
  readonly notes: readonly string[];
}

/** Characters of the JSON of what a result lists: it is read by a model, and kept in its memory. */
const MOST_CHARACTERS = 12_000;

/** The first of these, `most` at most, and no more than there is room for. */
export function bounded<Item>(items: readonly Item[], most: number, noun: string): Bounded<Item> {
  const shown: Item[] = [];
  let room = MOST_CHARACTERS;
  for (const item of items.slice(0, most)) {
    room -= JSON.stringify(item).length + 1;
    if (room < 0 && shown.length > 0) break;
    shown.push(item);
  }
  const notes = shown.length < items.length ? [`the first ${shown.length} of ${items.length} ${noun} are listed`] : [];
  return { shown, notes };
}

/** `{ note }`, where there is something to tell. */
export function noteOf(notes: readonly string[]): { readonly note?: string } {
  return notes.length === 0 ? {} : { note: notes.join("; ") };
}

/** The beginning of a text, without half a character at its end. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.charCodeAt(most - 1) >>> 10 === 0xd8_00 >>> 10 ? most - 1 : most;
  return `${text.slice(0, cut)}…`;
}
