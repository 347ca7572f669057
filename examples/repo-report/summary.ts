import { styleText } from "node:util";

import { visible } from "./escape.ts";
import type { Tally } from "./facts.ts";
import { bar, count, moment, plural, size } from "./format.ts";
import type { Report } from "./report.ts";
import { totals } from "./sections.ts";
import { sinceSummary } from "./since-summary.ts";

/** The report in a few lines for a terminal; with colours where `stream` shows them and nobody objects. */
export function summary(folder: string, report: Report, stream: NodeJS.WriteStream): string {
  const { since, languages, largest, changed, todos, dependencies, history, omitted } = report;
  const bold = (text: string) => styleText("bold", text, { stream });
  const green = (text: string) => styleText("green", text, { stream });
  const block = (title: string, lines: readonly string[]) => {
    return [bold(title), ...(lines.length === 0 ? ["none"] : lines).map((line) => `  ${line}`.trimEnd())].join("\n");
  };
  const fact = (name: string, text: string) => `${bold(name.padEnd(12))}  ${text}`;
  const sum = totals(languages);
  const blocks = [
    [
      styleText(["bold", "cyan"], visible(folder), { stream }),
      `${plural(sum.files, "file")}, ${plural(sum.lines, "line")}, ${size(sum.bytes)}`,
    ].join("\n"),
    block(
      `Since the last report${since === undefined ? "" : `, made on ${moment(since.last)}`}`,
      sinceSummary(since, stream),
    ),
    block(
      "Languages",
      languages.slice(0, 8).map((each) => `${columns(each)}  ${green(bar(each.lines, sum.lines, 20))}`),
    ),
    block(
      "Largest files",
      largest.slice(0, 3).map(({ path, bytes }) => `${size(bytes).padStart(7)}  ${visible(path)}`),
    ),
    block(
      "Most-changed files",
      "missing" in changed
        ? [`none: ${visible(changed.missing)}`]
        : changed.files.slice(0, 3).map(({ path, commits }) => `${count(commits).padStart(7)}  ${visible(path)}`),
    ),
    block(
      todos.total === 0 ? "To do" : `To do: ${plural(todos.total, "line")}`,
      todos.first.slice(0, 3).map(({ path, line, text }) => `${visible(path)}:${line}  ${visible(text)}`),
    ),
    [
      fact("Dependencies", `${plural(dependencies.names, "name")} in ${plural(dependencies.manifests, "manifest")}`),
      fact(
        "History",
        "missing" in history
          ? `none: ${visible(history.missing)}`
          : `${plural(history.commits, "commit")} by ${plural(history.authors, "author")}, ${history.first} to ${history.last}`,
      ),
      fact("Left out", `${count(omitted.unread.total)} unreadable, ${count(omitted.skipped.total)} skipped`),
    ].join("\n"),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function columns({ language, files, lines, bytes }: Tally): string {
  const figures = [count(files).padStart(8), "files", count(lines).padStart(11), "lines", size(bytes).padStart(7)];
  return `${language.padEnd(16)} ${figures.join(" ")}`;
}
