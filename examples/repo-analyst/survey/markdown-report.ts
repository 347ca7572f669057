import { markdownCode, visible } from "../../repo-report/escape.ts";
import { table } from "../../repo-report/markdown.ts";
import { seenText } from "../seen-text.ts";
import type { Block, Cell } from "./blocks.ts";
import { wrapped } from "./wrapped.ts";

const WIDTH = 100;

/** A report as a Markdown file. */
export function markdownReport(blocks: readonly Block[]): string {
  return `${blocks.map(markdown).join("\n\n")}\n`;
}

function markdown(block: Block): string {
  switch (block.type) {
    case "title":
      return `${"#".repeat(block.level)} ${line(block.cells)}`;
    case "text":
      return line(block.cells);
    case "table":
      return table(
        block.head,
        block.rows.map((row) => row.map(cell)),
      );
    case "speech": {
      // No line of it can end the block.
      const fence = "`".repeat(Math.max(3, ...(block.text.match(/`+/g) ?? []).map(({ length }) => length + 1)));
      return `${fence}text\n${wrapped(seenText(block.text), WIDTH)}\n${fence}`;
    }
    case "chart":
      return `\`\`\`mermaid\n${block.mermaid.trimEnd()}\n\`\`\``;
  }
}

function line(cells: readonly Cell[]): string {
  return cells.map(cell).join("");
}

function cell(of: Cell): string {
  if (typeof of === "string") return of;
  return "name" in of ? markdownCode(of.name) : prose(of.said);
}

/** Words that stay words: what Markdown could act on becomes an entity, and no address a link. */
function prose(text: string): string {
  const signs = /[^\p{L}\p{N}\p{M} ,.;:?!()'"%/–…-]|:(?=\/)|(?<=www)\.|^[-\d]/giu;
  return visible(text).replace(signs, (sign) => (/\d/.test(sign) ? sign : `&#${sign.codePointAt(0) ?? 0};`));
}
