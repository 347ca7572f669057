import type { Terminal } from "./terminal.ts";

/** As much of a terminal as the display uses. It wraps its lines anew when it becomes narrower, as most do. */
export class Screen implements Terminal {
  columns: number;
  rows: number;
  readonly written: string[] = [];
  readonly listeners = new Set<() => void>();
  #cells: string[][] = [[]];
  #row = 0;
  #column = 0;
  #wrap = true;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  onResize(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  resize(columns: number, rows: number): void {
    const below = this.#cells.length - this.#row;
    this.#cells = this.#cells.flatMap((cells) => {
      const pieces = [cells.slice(0, columns)];
      for (let at = columns; at < cells.length; at += columns) pieces.push(cells.slice(at, at + columns));
      return pieces;
    });
    this.#row = this.#cells.length - below;
    Object.assign(this, { columns, rows });
    for (const listener of this.listeners) listener();
  }

  /** What can be read on it, and above it by scrolling back. */
  lines(): string[] {
    return this.#cells.map((cells) => cells.join("").trimEnd()).filter((line) => line !== "");
  }

  /** The row that the cursor is in, and its column. */
  get cursor(): { readonly line: string; readonly column: number } {
    return { line: (this.#cells[this.#row] ?? []).join("").trimEnd(), column: this.#column };
  }

  write(text: string): void {
    this.written.push(text);
    const [plain = "", ...commands] = text.split("\x1b[");
    for (const sign of plain) this.#put(sign);
    for (const part of commands) {
      const [command = ""] = /^\??\d*[A-Za-z]/.exec(part) ?? [];
      this.#obey(command);
      for (const sign of part.slice(command.length)) this.#put(sign);
    }
  }

  #obey(command: string): void {
    const top = Math.max(0, this.#cells.length - this.rows);
    if (command === "?7l" || command === "?7h") this.#wrap = command === "?7h";
    else if (command.endsWith("A")) this.#row = Math.max(top, this.#row - Number.parseInt(command, 10));
    else if (command.endsWith("C"))
      this.#column = Math.min(this.columns - 1, this.#column + Number.parseInt(command, 10));
    else if (command === "K" || command === "J") this.#cells[this.#row]?.splice(this.#column);
    else if (!/^(\?25[lh]|\d+m)$/.test(command)) throw new Error(`the screen does not know ${command}`);
    if (command === "J") this.#cells.splice(this.#row + 1);
  }

  #put(sign: string): void {
    if (sign === "\r") this.#column = 0;
    else if (sign === "\n") this.#nextRow();
    else {
      if (this.#column >= this.columns && this.#wrap) this.#nextRow();
      const at = Math.min(this.#column, this.columns - 1);
      const cells = this.#cells[this.#row] as string[];
      while (cells.length < at) cells.push(" ");
      cells[at] = sign;
      this.#column = at + 1;
    }
  }

  #nextRow(): void {
    this.#row++;
    this.#column = 0;
    this.#cells[this.#row] ??= [];
  }
}
