import type { Capped } from "./capped.ts";
import type { Changes } from "./changed.ts";
import type { Dependencies } from "./dependencies.ts";
import type { FileSize, Tally, Todo } from "./facts.ts";
import type { NoGit } from "./git.ts";
import type { History } from "./history.ts";
import type { Omitted } from "./omitted.ts";

/** What is found in a folder, by the names of the tasks that find it. */
export interface Sections {
  readonly languages: readonly Tally[];
  readonly largest: readonly FileSize[];
  readonly todos: Capped<Todo>;
  readonly dependencies: Dependencies;
  readonly changed: Changes | NoGit;
  readonly history: History | NoGit;
  readonly omitted: Omitted;
}

/** The sums over all languages. */
export function totals(languages: readonly Tally[]): Omit<Tally, "language"> {
  return {
    files: languages.reduce((sum, { files }) => sum + files, 0),
    lines: languages.reduce((sum, { lines }) => sum + lines, 0),
    bytes: languages.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
