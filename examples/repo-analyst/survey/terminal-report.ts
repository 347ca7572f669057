import { styleText } from "node:util";

import { visible } from "../../repo-report/escape.ts";
import { clip } from "../bounded.ts";
import { seenText } from "../seen-text.ts";
import type { Block, Cell } from "./blocks.ts";
import { wrapped } from "./wrapped.ts";

/** Where there is no terminal. */
const WIDTH = 100;
const INDENT = 2;
const STYLES = { 1: ["bold", "cyan"], 2: ["bold"], 3: ["underline"] } as const;

/** A report as lines of a terminal, no wider than it; with colours where `stream` shows them and nobody objects. */
export function terminalReport(blocks: readonly Block[], stream: NodeJS.WriteStream): string {
  const width = Math.max(40, (stream.columns || WIDTH) - INDENT);
  const styled = (style: Parameters<typeof styleText>[0], of: string) => styleText(style, of, { stream });
  const shown = (block: Block): string => {
    switch (block.type) {
      case "title": {
        const named = styled([...STYLES[block.level]], line(block.cells));
        return block.level === 3 ? indented(named) : named;
      }
      case "text":
        return indented(wrapped(line(block.cells), width));
      case "speech":
        return indented(wrapped(seenText(block.text), width));
      case "chart":
        return styled("dim", indented(block.mermaid.trimEnd()));
      case "table":
        return columns([block.head, ...block.rows.map((row) => row.map(cell))])
          .map((row) => indented(clip(row, width - 1)))
          .map((row, index) => (index === 0 ? styled("dim", row) : row))
          .join("\n");
    }
  };
  // A line before each block but the first; a title and what belongs to it stay together.
  return blocks
    .map((block, index) => {
      const isClose = index === 0 || blocks[index - 1]?.type === "title";
      return isClose && !(block.type === "title" && index > 0) ? shown(block) : `\n${shown(block)}`;
    })
    .join("\n");
}

/** Each column as wide as its widest cell; numbers to the right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const [head = []] = rows;
  const widths = head.map((_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ""))));
  const right = head.map((_, at) => rows.slice(1).every((row) => /^(?:[\d,.]+(?: [%\w]+)?)?$/.test(row[at] ?? "")));
  return rows.map((row) => {
    const cells = row.map((of, at) => {
      const space = " ".repeat(Math.max(0, (widths[at] ?? 0) - widthOf(of)));
      return right[at] === true ? space + of : of + space;
    });
    return cells.join("  ").trimEnd();
  });
}

function widthOf(of: string): number {
  return Array.from(of).length;
}

function line(cells: readonly Cell[]): string {
  return cells.map(cell).join("");
}

function cell(of: Cell): string {
  if (typeof of === "string") return of;
  return visible("name" in of ? of.name : of.said);
}

function indented(of: string): string {
  return of.replaceAll(/^(?=.)/gm, " ".repeat(INDENT));
}
