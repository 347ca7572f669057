import { visible } from "../../base/index.ts";
import { columnsOf, fit } from "../terminal/columns.ts";
import type { Format, Style } from "../terminal/style.ts";

/** A text as it came, and how it is shown. */
export interface Cell {
  readonly text: string;
  readonly format?: Format;
  /** Columns before it. */
  readonly indent?: number;
}

export interface Column {
  readonly title: string;
  readonly right?: boolean;
  /** The columns that give way, the last one first, where a line would be too wide. */
  readonly gives?: boolean;
}

/** No narrower than this where columns give way. */
const NARROWEST = 8;
const GAP = "  ";

/** A line of titles and a line for each row, no wider than `width` where its columns can give way. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  style: Style,
): string[] {
  const shown = rows.map((row) =>
    row.map(({ text, format, indent = 0 }) => ({ text: " ".repeat(indent) + visible(text), format })),
  );
  const widths = columns.map(({ title }, at) =>
    shown.reduce((most, row) => Math.max(most, columnsOf(row[at]?.text ?? "")), columnsOf(title)),
  );
  narrow(columns, widths, width);
  const line = (cells: readonly { text: string; format?: Format | undefined }[]): string =>
    cells
      .map(({ text, format }, at) => {
        const room = widths[at] as number;
        const fitted = fit(text, room);
        const blank = " ".repeat(room - columnsOf(fitted));
        const painted = format === undefined || fitted === "" ? fitted : style(format, fitted);
        if (columns[at]?.right === true) return blank + painted;
        return at === cells.length - 1 ? painted : painted + blank;
      })
      .join(GAP)
      .trimEnd();
  return [line(columns.map(({ title }) => ({ text: title, format: "dim" }))), ...shown.map(line)];
}

function narrow(columns: readonly Column[], widths: number[], width: number): void {
  let over = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1) - width;
  for (let at = columns.length - 1; at >= 0 && over > 0; at--) {
    if (columns[at]?.gives !== true) continue;
    const before = widths[at] as number;
    const after = Math.max(Math.min(NARROWEST, before), before - over);
    widths[at] = after;
    over -= before - after;
  }
}
