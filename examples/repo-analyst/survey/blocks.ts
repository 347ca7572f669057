/** A name from outside, such as a path, and a sentence that somebody said. */
export type Foreign = { readonly name: string } | { readonly said: string };

/** Plain strings hold nothing from outside. */
export type Cell = string | Foreign;

/** A part of a report, before it is Markdown or lines of a terminal. */
export type Block =
  | { readonly type: "title"; readonly level: 1 | 2 | 3; readonly cells: readonly Cell[] }
  | { readonly type: "text"; readonly cells: readonly Cell[] }
  | { readonly type: "table"; readonly head: readonly string[]; readonly rows: readonly (readonly Cell[])[] }
  /** What an agent said, line by line. */
  | { readonly type: "speech"; readonly text: string }
  | { readonly type: "chart"; readonly mermaid: string };

export function title(level: 1 | 2 | 3, ...cells: readonly Cell[]): Block {
  return { type: "title", level, cells };
}

export function text(...cells: readonly Cell[]): Block {
  return { type: "text", cells };
}

/** Nothing where there is no row. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): Block[] {
  return rows.length === 0 ? [] : [{ type: "table", head, rows }];
}

export function name(of: string): Foreign {
  return { name: of };
}

export function said(by: string): Foreign {
  return { said: by };
}
