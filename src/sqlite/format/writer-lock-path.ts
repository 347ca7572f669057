import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** More links in a row than this are a circle. */
const MAX_LINKS = 40;

/**
 * The one absolute path of a file, which need not exist, however it is reached: by a relative path or by links to it or to
 * its folder.
 */
export function realPath(path: string, links = 0): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    // It does not exist; its folder may, and a link to it too.
  }
  const place = join(realFolder(dirname(absolute)), basename(absolute));
  if (links === MAX_LINKS || lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return place;
  return realPath(resolve(dirname(place), readlinkSync(place)), links + 1);
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
