import { styleText } from "node:util";

import { visible } from "./escape.ts";
import { count, difference, plural, size } from "./format.ts";
import type { Digest } from "./digest.ts";
import { isUnchanged, type Since } from "./since.ts";
import { inWords } from "./since-section.ts";

/** As many files of a kind have a line, and as many figures. */
const SHOWN = 5;

/** What changed since the last report, in a few lines for a terminal. */
export function sinceSummary(since: Since | undefined, stream: NodeJS.WriteStream): string[] {
  if (since === undefined) return ["This is the first report on this folder: the next one says what changed."];
  if (isUnchanged(since)) return ["Nothing has changed."];
  const { added, removed, changed, moved, figures } = since;
  const green = (sign: string) => styleText("green", sign, { stream });
  const red = (sign: string) => styleText("red", sign, { stream });
  const yellow = (sign: string) => styleText("yellow", sign, { stream });
  const lines = [
    ...added.first.slice(0, SHOWN).map((file) => `${green("+")} ${visible(file.path)}  ${sizes(file)}`),
    ...removed.first.slice(0, SHOWN).map((file) => `${red("−")} ${visible(file.path)}  ${sizes(file)}`),
    ...changed.first.slice(0, SHOWN).map((file) => {
      return `${yellow("~")} ${visible(file.path)}  ${sizes(file.before)} → ${sizes(file.after)}`;
    }),
    ...moved.first.slice(0, SHOWN).map(({ from, path }) => `${yellow("→")} ${visible(from)} → ${visible(path)}`),
  ];
  const files = [added, removed, changed, moved].reduce((sum, { total }) => sum + total, 0);
  return [
    `${inWords(since)}.`,
    ...lines,
    ...(files > lines.length ? [`… and ${plural(files - lines.length, "file")} more`] : []),
    ...figures.slice(0, SHOWN).map(({ figure, before, after }) => {
      const moved = difference(before, after);
      return `${figure}: ${count(before)} → ${count(after)} (${after < before ? red(moved) : green(moved)})`;
    }),
    ...(figures.length > SHOWN ? [`… and ${plural(figures.length - SHOWN, "figure")} more`] : []),
  ];
}

function sizes({ lines, bytes }: Pick<Digest, "bytes" | "lines">): string {
  return `${plural(lines, "line")}, ${size(bytes)}`;
}
