import { count as figure, plural } from "../repo-report/format.ts";
import type { CountResult } from "./tools/count.ts";
import type { DependenciesResult } from "./tools/dependencies.ts";
import type { FindResult } from "./tools/find.ts";
import type { HistoryResult } from "./tools/history.ts";
import type { ListResult } from "./tools/list.ts";
import type { ReadResult } from "./tools/read.ts";
import type { SearchResult } from "./tools/search.ts";

const TEXTS: Readonly<Record<string, (value: never) => string>> = {
  count: ({ files, lines }: CountResult) => `${plural(files, "file")}, ${plural(lines, "line")}`,
  dependencies: ({ names, manifestsTotal }: DependenciesResult) =>
    `${plural(names, "name")} in ${plural(manifestsTotal, "manifest")}`,
  find: ({ total, of }: FindResult) => `${figure(total)} of ${plural(of, "file")}`,
  history: ({ commits, authors, missing }: HistoryResult) =>
    missing === undefined ? `${plural(commits, "commit")} by ${plural(authors, "author")}` : "none",
  list: ({ total }: ListResult) => plural(total, "entry", "entries"),
  read: ({ lines, binary, next, from = 1 }: ReadResult) =>
    binary === true ? "binary" : `${figure((next ?? (lines ?? 0) + 1) - from)} of ${plural(lines ?? 0, "line")}`,
  search: ({ total, files }: SearchResult) => `${plural(total, "line")} in ${plural(files, "file")}`,
};

/** What a tool gave, in a few words. */
export function outcomeText(tool: string, value: unknown): string {
  const text = Object.hasOwn(TEXTS, tool) ? TEXTS[tool] : undefined;
  return text === undefined || typeof value !== "object" || value === null ? "done" : text(value as never);
}
