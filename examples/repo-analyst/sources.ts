import { gitIgnored } from "../repo-report/ignored.ts";
import { fileName } from "../repo-report/file-name.ts";
import { why } from "../repo-report/omitted.ts";
import type { OpenFile } from "../repo-report/open-file.ts";
import { MARKERS, SKIPPED } from "../repo-report/skipped.ts";
import { pathParts } from "./path-parts.ts";
import { refusedPath } from "./refused-path.ts";
import { RootedFolder } from "./rooted-folder.ts";

/** What stands in a folder. */
export interface Entry {
  readonly name: string;
  /** From the root on; a folder's ends with "/". */
  readonly path: string;
  readonly kind: "file" | "folder" | "other";
  /** Why the tools do not look into it. */
  readonly leftOut?: string;
}

/** What a path leads to. */
export type Place =
  | { readonly kind: "folder"; readonly folder: RootedFolder }
  | { readonly kind: "file"; readonly folder: RootedFolder; readonly name: string };

/**
 * A folder as the tools see it: without what is not its own (installed packages, version control, what git ignores), and
 * without links.
 */
export class Sources implements AsyncDisposable {
  readonly root: RootedFolder;
  readonly #ignored: ReadonlySet<string>;
  /** What was opened on the way. */
  readonly #opened: AsyncDisposableStack;

  private constructor(root: RootedFolder, ignored: ReadonlySet<string>, opened: AsyncDisposableStack) {
    this.root = root;
    this.#ignored = ignored;
    this.#opened = opened;
  }

  /** @throws AitorError `not-a-folder`. */
  static async open(folder: string, signal: AbortSignal): Promise<Sources> {
    await using opened = new AsyncDisposableStack();
    const root = opened.use(await RootedFolder.open(folder));
    const ignored = await gitIgnored(folder, signal);
    return new Sources(root, ignored, opened.move());
  }

  /** What a path leads to, as a model writes it. @throws AitorError `path-refused`. */
  async find(path: string): Promise<Place> {
    const parts = pathParts(path);
    let folder = this.root;
    for (const [index, name] of parts.entries()) {
      const isLast = index === parts.length - 1;
      try {
        const stats = await folder.stats(name);
        const below = `${folder.path}${name}${stats.isDirectory() ? "/" : ""}`;
        const leftOut = this.#leftOut(name, below);
        if (leftOut !== undefined) throw new Error(`left out: ${leftOut}`);
        if (stats.isSymbolicLink()) throw new Error("a symbolic link, which is not followed");
        if (isLast && stats.isFile()) return { kind: "file", folder, name };
        if (!stats.isDirectory()) throw new Error(isLast ? "not a file" : "not a folder");
        folder = this.#opened.use(await folder.folder(name));
      } catch (error) {
        throw refusedPath(path, `${parts.slice(0, index + 1).join("/")}: ${why(error)}`);
      }
    }
    return { kind: "folder", folder };
  }

  /** A file by its path. @throws AitorError `path-refused`. */
  async file(path: string): Promise<OpenFile> {
    const place = await this.find(path);
    if (place.kind === "folder") throw refusedPath(path, "a folder, which list shows");
    try {
      return await place.folder.file(place.name);
    } catch (error) {
      throw refusedPath(path, why(error));
    }
  }

  /** What stands in a folder, by name. A folder that a tool made for itself has nothing to show. */
  async entries(folder: RootedFolder): Promise<Entry[]> {
    const entries = await folder.entries();
    const marker = entries.map(({ name }) => name.toString()).find((name) => MARKERS.has(name));
    const made = marker !== undefined && folder.path !== "" ? `beside a ${marker}` : undefined;
    return entries.map((entry): Entry => {
      const { text: name, exact } = fileName(entry.name);
      const kind = entry.isFile() ? "file" : entry.isDirectory() ? "folder" : "other";
      const path = `${folder.path}${name}${kind === "folder" ? "/" : ""}`;
      const special = entry.isSymbolicLink() ? "symbolic link, not followed" : "not a file";
      const leftOut =
        made ??
        this.#leftOut(name, path) ??
        (exact ? undefined : "its name is not UTF-8") ??
        (kind === "other" ? special : undefined);
      return { name, path, kind, ...(leftOut !== undefined && { leftOut }) };
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }

  #leftOut(name: string, path: string): string | undefined {
    return SKIPPED.get(name) ?? (this.#ignored.has(path) ? "ignored by git" : undefined);
  }
}

/** Files that often hold keys are listed and counted; what is in them is shown to nobody. */
export function mayHoldKeys(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  if (/^\.env\.(?:example|sample|template)$/.test(name)) return false;
  return /^(?:\.env(?:\..*)?|\.npmrc|\.netrc|\.pypirc|\.git-credentials|id_(?:rsa|dsa|ecdsa|ed25519))$|\.(?:pem|key|p12|pfx)$/.test(
    name,
  );
}
