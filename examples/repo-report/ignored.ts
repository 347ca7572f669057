import { git, GitError } from "./git.ts";

/** What git ignores in a folder: paths relative to it, those of folders with a "/" at the end. None without git. */
export async function gitIgnored(folder: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const ignored = new Set<string>();
  const list = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"];
  try {
    for await (const path of git(folder, list, signal)) ignored.add(path);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    ignored.clear(); // no repository here, or the folder is itself one that git ignores
  }
  return ignored;
}
