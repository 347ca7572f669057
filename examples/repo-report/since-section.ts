import type { Capped } from "./capped.ts";
import { markdownCode } from "./escape.ts";
import { count, difference, moment, plural } from "./format.ts";
import { cut, table } from "./markdown.ts";
import { isUnchanged, type Since } from "./since.ts";

/** What changed since the last report, in Markdown: the section's blocks, with its heading. */
export function sinceSection(since: Since | undefined): string[] {
  const heading = "## Since the last report";
  if (since === undefined) return [heading, "This is the first report on this folder."];
  const { last, added, removed, changed, moved, figures } = since;
  if (isUnchanged(since)) return [heading, `Nothing has changed since the last report, of ${moment(last)}.`];
  const files = (title: string, list: Capped<{ path: string; lines: number; bytes: number }>) => [
    ...listed(title, list),
    table(
      ["file", "lines", "bytes"],
      list.first.map(({ path, lines, bytes }) => [markdownCode(path), count(lines), count(bytes)]),
    ),
  ];
  return [
    heading,
    `That was made on ${moment(last)}. ${inWords(since)}.`,
    table(
      ["figure", "then", "now", "difference"],
      figures.map(({ figure, before, after }) => [figure, count(before), count(after), difference(before, after)]),
    ),
    ...files("### Added", added),
    ...files("### Removed", removed),
    ...listed("### Changed", changed),
    table(
      ["file", "lines then", "lines now", "bytes then", "bytes now"],
      changed.first.map(({ path, before, after }) => [
        markdownCode(path),
        ...[before.lines, after.lines, before.bytes, after.bytes].map(count),
      ]),
    ),
    ...listed("### Moved", moved),
    table(
      ["from", "to", "lines", "bytes"],
      moved.first.map(({ from, path, lines, bytes }) => [
        ...[from, path].map(markdownCode),
        count(lines),
        count(bytes),
      ]),
    ),
  ];
}

/** `1 file added, 2 removed, 3 changed, none moved`, without those that are none. */
export function inWords({ added, removed, changed, moved }: Since): string {
  const kinds = Object.entries({ added, removed, changed, moved }).filter(([, { total }]) => total > 0);
  if (kinds.length === 0) return "No file is different";
  return kinds
    .map(([kind, { total }], index) => `${index === 0 ? plural(total, "file") : count(total)} ${kind}`)
    .join(", ");
}

function listed(title: string, list: Capped<unknown>): string[] {
  return list.total === 0 ? [] : [title, `${plural(list.total, "file")}${cut(list)}:`];
}
