import { isAbsolute, resolve } from "node:path";

/*
 * An analyst's id says which folder it looks at: its absolute path. What follows the last "#" tells several analysts of one
 * folder apart, such as a fork. With any other id it looks at the folder that its process runs in.
 */

/** The folder of the analyst with that id. */
export function folderOf(id: string): string {
  if (!isAbsolute(id)) return process.cwd();
  const mark = id.lastIndexOf("#");
  return mark === -1 ? id : id.slice(0, mark);
}

/** The id of a folder's analyst. */
export function analystId(folder: string): string {
  const path = resolve(folder);
  return path.includes("#") ? `${path}#` : path;
}
