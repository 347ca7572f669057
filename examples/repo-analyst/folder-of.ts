import { statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";

/*
 * An analyst's id says which folder it looks at: its absolute path. What follows the last "#" tells several analysts of one
 * folder apart; so does what a fork in `aitor chat` puts behind it. With any other id it looks at the folder that its process
 * runs in.
 *
 * A sub-agent has its run's id, which begins with the name and the id of the agent that it works for.
 */

/** What `/fork` puts behind an id. */
const FORKED = /-[\da-f]{4}$/;

/** What a sub-agent's id begins with. */
const BELOW = /^[^/]+\/([^/]+)\/.*\/react\/#/;

/** How names stand in the id of a run. */
const ESCAPED = /%(?:25|2F|23|5B|5D)/g;

/** The folder of the analyst with that id. */
export function folderOf(id: string): string {
  const [, above] = BELOW.exec(id) ?? [];
  if (above !== undefined) return folderOf(above.replace(ESCAPED, decodeURIComponent));
  if (!isAbsolute(id)) return process.cwd();
  const mark = id.lastIndexOf("#");
  const named = mark === -1 ? id : id.slice(0, mark);
  for (let folder = named; FORKED.test(folder); folder = folder.replace(FORKED, "")) {
    if (isThere(folder)) return folder;
    if (isThere(folder.replace(FORKED, ""))) return folder.replace(FORKED, "");
  }
  return named;
}

/** The id of a folder's analyst. */
export function analystId(folder: string): string {
  const path = resolve(folder);
  return path.includes("#") ? `${path}#` : path;
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
