import { refusedPath } from "./refused-path.ts";

const LONGEST = 4_096;

/** The names on the way to a path as a model writes it; none for the folder itself. @throws AitorError `path-refused`. */
export function pathParts(path: string): string[] {
  if (path.length > LONGEST) throw refusedPath(`${path.slice(0, 40)}…`, `a path of ${path.length} characters`);
  if (path.includes("\0")) throw refusedPath(path, "a path with a NUL in it");
  if (/^(?:[/\\~]|[A-Za-z]:)/.test(path)) throw refusedPath(path, "a path that begins outside of the folder");
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw refusedPath(path, 'a path with ".." in it, which leads out of the folder');
  return parts;
}
