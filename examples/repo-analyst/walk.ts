import { capped, type Capped } from "../repo-report/capped.ts";
import { why } from "../repo-report/omitted.ts";
import type { OpenFile } from "../repo-report/open-file.ts";
import type { RootedFolder } from "./rooted-folder.ts";
import type { Entry, Sources } from "./sources.ts";

/** A file on the way. */
export interface FoundFile {
  readonly name: string;
  /** From the root on. */
  readonly path: string;
  open(): Promise<OpenFile>;
}

export interface Omitted {
  readonly path: string;
  readonly why: string;
}

export interface Walked {
  /** Files that were visited, and could be. */
  readonly files: number;
  readonly leftOut: Capped<Omitted>;
  /** There were more files than are visited: than so many. */
  readonly stoppedAt?: number;
}

const MOST_FILES = 50_000;
/** Each level holds a descriptor. */
const MOST_LEVELS = 64;
const AT_ONCE = 8;
const OMITTED_SHOWN = 20;

/**
 * Visits the files below a path, folder by folder in the order of their names, some at the same time. A file that cannot be
 * read is left out, and told.
 *
 * @param most Files that are visited.
 * @throws AitorError `path-refused`; what the visit throws counts against the file.
 */
export async function walk(
  sources: Sources,
  path: string,
  visit: (file: FoundFile) => Promise<void>,
  signal: AbortSignal,
  most: number = MOST_FILES,
): Promise<Walked> {
  const leftOut: Omitted[] = [];
  let files = 0;
  /** Folders whose files were too many. */
  let beyond = 0;
  const visitAll = async (folder: RootedFolder, names: readonly string[]): Promise<void> => {
    const waiting = names.values();
    const work = async (): Promise<void> => {
      for (const name of waiting) {
        signal.throwIfAborted();
        const file = { name, path: `${folder.path}${name}`, open: () => folder.file(name) };
        try {
          await visit(file);
          files++;
        } catch (error) {
          signal.throwIfAborted();
          leftOut.push({ path: file.path, why: why(error) });
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, names.length) }, work));
  };
  const visitFolder = async (folder: RootedFolder, level: number): Promise<void> => {
    signal.throwIfAborted();
    const entries = await sources.entries(folder);
    leftOut.push(...entries.flatMap(omission));
    const own = entries.filter((entry) => entry.leftOut === undefined);
    const names = own.filter(({ kind }) => kind === "file").map(({ name }) => name);
    const room = Math.max(0, most - files);
    if (names.length > room) beyond++;
    await visitAll(folder, names.slice(0, room));
    for (const { name, path: below } of own.filter(({ kind }) => kind === "folder")) {
      if (beyond > 0) return;
      if (level === MOST_LEVELS) leftOut.push({ path: below, why: "too many folders deep" });
      else await descend(folder, name, below, level + 1);
    }
  };
  const descend = async (folder: RootedFolder, name: string, below: string, level: number): Promise<void> => {
    try {
      await using inner = await folder.folder(name);
      await visitFolder(inner, level);
    } catch (error) {
      signal.throwIfAborted();
      leftOut.push({ path: below, why: why(error) });
    }
  };
  const place = await sources.find(path);
  if (place.kind === "file") await visitAll(place.folder, [place.name]);
  else await visitFolder(place.folder, 1);
  leftOut.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, leftOut: capped(leftOut, OMITTED_SHOWN), ...(beyond > 0 && { stoppedAt: most }) };
}

function omission({ path, leftOut }: Entry): Omitted[] {
  return leftOut === undefined ? [] : [{ path, why: leftOut }];
}

/** What a reader of the figures has to know, or nothing. */
export function stopNotes({ stoppedAt }: Walked): string[] {
  if (stoppedAt === undefined) return [];
  return [`there are more than ${stoppedAt} files; the rest was not looked at: name a folder`];
}

/** The same, where what was left out is listed. */
export function walkNotes(walked: Walked): string[] {
  const { total, first } = walked.leftOut;
  const more = total > first.length ? [`leftOut lists ${first.length} of ${total}`] : [];
  return [...stopNotes(walked), ...more];
}
