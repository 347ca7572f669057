import { fitting } from "../terminal/columns.ts";

/** Text that comes in pieces, as rows of a screen: broken at a space where there is one. */
export class TextFlow {
  #row = "";

  /** The row that is not full yet. */
  get rest(): string {
    return this.#row;
  }

  /** @param columns At least 2. @returns The rows that are complete. */
  add(text: string, columns: number): string[] {
    const lines = (this.#row + text).split("\n");
    this.#row = lines.pop() as string;
    const rows = lines.flatMap((line) => {
      const { full, rest } = broken(line, columns);
      return [...full, rest];
    });
    const { full, rest } = broken(this.#row, columns);
    this.#row = rest;
    return [...rows, ...full];
  }

  /** @returns What there is of the last row, where there is any. */
  end(): string[] {
    const rest = this.#row;
    this.#row = "";
    return rest === "" ? [] : [rest];
  }
}

function broken(line: string, columns: number): { readonly full: string[]; readonly rest: string } {
  const full: string[] = [];
  let rest = line;
  for (let at = fitting(rest, columns); at < rest.length; at = fitting(rest, columns)) {
    const space = rest.lastIndexOf(" ", at);
    // A word that takes most of the row is cut where the row ends.
    const end = space > at / 2 ? space : at;
    full.push(rest.slice(0, end));
    rest = rest.slice(rest[end] === " " ? end + 1 : end);
  }
  return { full, rest };
}
