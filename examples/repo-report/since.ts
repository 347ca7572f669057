import { capped, type Capped } from "./capped.ts";
import { type Digest, readDigest } from "./digest.ts";
import { type Figures, type Move, movesBetween } from "./figures.ts";
import type { FoundFiles } from "./found-files.ts";

/** A file that is not what it was: `before` is missing where it is new, `after` where it is gone. */
export interface FileChange {
  readonly folder: string;
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What changed since the last report. */
export interface Since {
  /** When that was made, in milliseconds since 1970. */
  readonly last: number;
  readonly added: Capped<FileFigures>;
  readonly removed: Capped<FileFigures>;
  readonly changed: Capped<ChangedFile>;
  /** Gone from one path and new at another one, with the same content. */
  readonly moved: Capped<MovedFile>;
  readonly figures: readonly Move[];
}

export interface FileFigures extends Pick<Digest, "bytes" | "lines"> {
  readonly path: string;
}

export interface ChangedFile {
  readonly path: string;
  readonly before: Pick<Digest, "bytes" | "lines">;
  readonly after: Pick<Digest, "bytes" | "lines">;
}

export interface MovedFile extends FileFigures {
  readonly from: string;
}

/** How many files of a kind are listed; all are counted. */
const LIMIT = 50;

/** The files that differ, by path. */
export function changesBetween(before: FoundFiles, after: FoundFiles): FileChange[] {
  const changes: FileChange[] = [];
  for (const folder of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const were = before[folder] ?? {};
    const are = after[folder] ?? {};
    for (const name of Object.keys(are)) {
      if (were[name] !== are[name]) changes.push({ folder, name, before: were[name], after: are[name] });
    }
    for (const name of Object.keys(were)) {
      if (are[name] === undefined) changes.push({ folder, name, before: were[name], after: undefined });
    }
  }
  return changes.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
}

export function sinceLast(
  last: { readonly at: number; readonly figures: Figures },
  changes: readonly FileChange[],
  figures: Figures,
): Since {
  const moved = movedFiles(changes);
  const places = new Set(moved.flatMap(({ from, path }) => [from, path]));
  const rest = changes.filter((change) => change.before !== undefined && change.after !== undefined);
  const alone = changes.filter((change) => !places.has(pathOf(change)));
  return {
    last: last.at,
    added: capped(
      alone.flatMap((each) => (each.before === undefined ? figuresOf(each, each.after) : [])),
      LIMIT,
    ),
    removed: capped(
      alone.flatMap((each) => (each.after === undefined ? figuresOf(each, each.before) : [])),
      LIMIT,
    ),
    changed: capped(rest.flatMap(changedFile), LIMIT),
    moved: capped(moved, LIMIT),
    figures: movesBetween(last.figures, figures),
  };
}

/** Nothing is different. */
export function isUnchanged({ added, removed, changed, moved, figures }: Since): boolean {
  return [added, removed, changed, moved].every(({ total }) => total === 0) && figures.length === 0;
}

/** Pairs of what is gone and what is new, in the order of their paths. Empty files are all alike. */
function movedFiles(changes: readonly FileChange[]): MovedFile[] {
  const gone = Map.groupBy(
    changes.filter(({ after }) => after === undefined),
    ({ before }) => before,
  );
  return changes.flatMap((change) => {
    if (change.before !== undefined || change.after === undefined || readDigest(change.after).bytes === 0) return [];
    const from = gone.get(change.after)?.shift();
    return from === undefined ? [] : figuresOf(change, change.after).map((file) => ({ ...file, from: pathOf(from) }));
  });
}

function changedFile(change: FileChange): ChangedFile[] {
  if (change.before === undefined || change.after === undefined) return [];
  const [before, after] = [readDigest(change.before), readDigest(change.after)];
  return [
    {
      path: pathOf(change),
      before: { lines: before.lines, bytes: before.bytes },
      after: { lines: after.lines, bytes: after.bytes },
    },
  ];
}

function figuresOf(change: FileChange, digest: string | undefined): FileFigures[] {
  if (digest === undefined) return [];
  const { lines, bytes } = readDigest(digest);
  return [{ path: pathOf(change), lines, bytes }];
}

/** Without the "./" in front. */
function pathOf({ folder, name }: FileChange): string {
  return `${folder}${name}`.slice(2);
}
