import type { Finding } from "./findings.ts";
import type { CountResult } from "../tools/count.ts";
import type { DependenciesResult } from "../tools/dependencies.ts";
import type { FindResult } from "../tools/find.ts";
import type { HistoryResult } from "../tools/history.ts";
import type { SearchResult } from "../tools/search.ts";

/** What a report has tables for. A real model may have asked in other ways: what nobody asked is not there. */
export interface Chosen {
  readonly languages: CountResult | undefined;
  readonly folders: CountResult | undefined;
  readonly largest: CountResult | undefined;
  /** Folders that were looked into, by their own folders. */
  readonly inside: readonly CountResult[];
  /** By their names. */
  readonly foundTests: FindResult | undefined;
  readonly tests: CountResult | undefined;
  readonly testFolders: CountResult | undefined;
  readonly notes: SearchResult | undefined;
  readonly dependencies: DependenciesResult | undefined;
  readonly history: HistoryResult | undefined;
  /** Single files that were counted, by path. */
  readonly files: ReadonlyMap<string, CountResult>;
}

export function chosenOf(findings: readonly Finding[]): Chosen {
  const counts = findings.filter(({ tool }) => tool === "count");
  const whole = counts.filter(({ input }) => isTop(input["path"]) && input["language"] === undefined);
  const all = whole.filter(({ input }) => input["names"] === undefined);
  const areTests = ({ input }: Finding): boolean => /test|spec/i.test(JSON.stringify(input["names"] ?? ""));
  const tests = whole.filter(areTests);
  const parts = counts.filter(({ input }) => !isTop(input["path"]) && input["names"] === undefined);
  const first = <Value>(of: readonly Finding[], fits: (finding: Finding) => boolean): Value | undefined =>
    of.find(fits)?.value as Value | undefined;
  const by =
    (what: string) =>
    ({ value }: Finding): boolean =>
      (value as CountResult).by === what;
  return {
    languages: first(all, by("language")),
    folders: first(all, by("folder")),
    largest: first(all, by("file")),
    inside: [
      ...new Map(
        parts.filter(by("folder")).map(({ value }) => [(value as CountResult).path, value as CountResult]),
      ).values(),
    ],
    foundTests: first(findings, (finding) => finding.tool === "find" && areTests(finding)),
    tests: first(tests, by("language")),
    testFolders: first(tests, by("folder")),
    notes: first(findings, ({ tool, input }) => tool === "search" && JSON.stringify(input["texts"]).includes("TODO")),
    dependencies: first(findings, ({ tool, input }) => tool === "dependencies" && isTop(input["path"])),
    history: first(findings, ({ tool }) => tool === "history"),
    files: new Map(
      parts
        .filter(by("file"))
        .map(({ value }) => value as CountResult)
        .filter(({ files }) => files === 1)
        .map((value) => [value.path, value]),
    ),
  };
}

function isTop(path: unknown): boolean {
  return path === undefined || path === "." || path === "" || path === "./";
}
