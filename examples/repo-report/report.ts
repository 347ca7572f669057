import type { Capped } from "./capped.ts";
import { markdownCode, markdownText } from "./escape.ts";
import type { Omission, Tally } from "./facts.ts";
import { bar, count, moment, plural, size } from "./format.ts";
import type { History } from "./history.ts";
import { cut, table } from "./markdown.ts";
import { type Sections, totals } from "./sections.ts";
import type { Since } from "./since.ts";
import { sinceSection } from "./since-section.ts";
import { MARKERS } from "./todos.ts";

const ANY_MARKER = new Intl.ListFormat("en", { type: "disjunction" }).format(MARKERS);

/** What a report says. */
export interface Report extends Sections {
  /** When it was made, in milliseconds since 1970. */
  readonly at: number;
  /** What changed since the last one; nothing in the first. */
  readonly since?: Since;
}

/** The report in Markdown. `graph` is the flow as a Mermaid flowchart. */
export function markdown(folder: string, report: Report, graph: string): string {
  const { at, since, languages, largest, changed, todos, dependencies, history, omitted } = report;
  const sum = totals(languages);
  const blocks = [
    `# Report on ${markdownCode(folder)}`,
    `${plural(sum.files, "file")}, ${plural(sum.lines, "line")}, ${size(sum.bytes)}. Made on ${moment(at)}. ${leftOut(report)}`,
    ...sinceSection(since),
    "## Languages",
    languagesTable(languages),
    "## Largest files",
    table(
      ["file", "size", "bytes"],
      largest.map((file) => [markdownCode(file.path), size(file.bytes), count(file.bytes)]),
    ),
    "## Most-changed files",
    "missing" in changed
      ? `None: ${markdownCode(changed.missing)}.`
      : table(
          ["file", "commits"],
          changed.files.map(({ path, commits, exists }) => [
            `${markdownCode(path)}${exists ? "" : " (no longer there)"}`,
            count(commits),
          ]),
        ),
    "## To do",
    `${plural(todos.total, "line")} with ${ANY_MARKER}${cut(todos)}.`,
    table(
      ["where", "note"],
      todos.first.map(({ path, line, text }) => [markdownCode(`${path}:${line}`), markdownCode(text)]),
    ),
    "## Dependencies",
    `${plural(dependencies.names, "name")} in ${plural(dependencies.manifests, "manifest")}${cut(dependencies.listed)}.`,
    table(
      ["name", "version", "group", "manifest"],
      dependencies.listed.first.map((each) => [each.name, each.version, each.group, each.manifest].map(markdownCode)),
    ),
    ...omissions("### Not understood", dependencies.unparsed),
    "## History",
    ...("missing" in history ? [`None: ${markdownCode(history.missing)}.`] : historyBlocks(history)),
    "## Left out",
    omitted.unread.total + omitted.skipped.total === 0 ? "Nothing." : "",
    ...omissions("### Could not be read", omitted.unread),
    ...omissions("### Skipped on purpose", omitted.skipped),
    "## How this report was made",
    "The flow that gathered these figures; `aitor show` tells how it went:",
    `\`\`\`mermaid\n${graph.trimEnd()}\n\`\`\``,
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function leftOut({ omitted: { unread, skipped } }: Sections): string {
  return `Not in these figures: ${count(unread.total)} that could not be read and ${count(skipped.total)} skipped, [below](#left-out).`;
}

function languagesTable(languages: readonly Tally[]): string {
  const sum = totals(languages);
  const rows = languages.map(({ language, files, lines, bytes }) => {
    const share = sum.lines === 0 ? "" : `${((100 * lines) / sum.lines).toFixed(1)} %`;
    return [language, count(files), count(lines), count(bytes), share];
  });
  return table(
    ["language", "files", "lines", "bytes", "share of lines"],
    [...rows, ...(rows.length < 2 ? [] : [["**all**", count(sum.files), count(sum.lines), count(sum.bytes), ""]])],
  );
}

function historyBlocks({ commits, authors, first, last, months }: History): string[] {
  const most = Math.max(...months.map((month) => month.commits));
  const shown = months.slice(-36);
  const note = shown.length < months.length ? `The last ${shown.length} of ${months.length} months with commits:` : "";
  return [
    `${plural(commits, "commit")} by ${plural(authors, "author")}, from ${first} to ${last}.`,
    note,
    table(
      ["month", "commits", ""],
      shown.map((each) => [each.month, count(each.commits), bar(each.commits, most, 30)]),
    ),
  ];
}

function omissions(title: string, list: Capped<Omission>): string[] {
  if (list.total === 0) return [];
  const rows = list.first.map(({ path, why }) => [markdownCode(path), markdownText(why)]);
  return [title, `${count(list.total)}${cut(list)}:`, table(["what", "why"], rows)];
}
