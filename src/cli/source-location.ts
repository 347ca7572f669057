import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const PLACE = /^(?:file:|\/|[A-Za-z]:\\).*:\d+$/;
/** Lines between the place and the mark. */
const MAX_SOURCE_LINES = 3;

/**
 * Node puts what it means above the message of a syntax error: the place, lines of the source, and a mark below the
 * last of them. Undefined where a stack does not begin so.
 */
export function sourceExcerpt(stack: string | undefined): readonly string[] | undefined {
  const [place = "", ...lines] = (stack ?? "").split("\n", MAX_SOURCE_LINES + 2);
  if (!PLACE.test(place)) return undefined;
  const mark = lines.findIndex((line) => /^\s*\^+\s*$/.test(line));
  return [`at ${shortPath(place)}`, ...lines.slice(Math.max(0, mark - 1), mark + 1)];
}

const FRAME = /^\s+at (?:.*\()?(?<place>(?:file:\/\/|\/|[A-Za-z]:\\).*:\d+:\d+)\)?$/;
const OWN_CODE = ["..", "../../bin"].map((folder) => fileURLToPath(new URL(folder, import.meta.url)));

/** Where the user's own code threw: `flow.ts:12:7`. */
export function throwingPlace(stack: string | undefined): string | undefined {
  for (const line of (stack ?? "").split("\n")) {
    const place = FRAME.exec(line)?.groups?.["place"];
    if (place !== undefined && !isLibrary(place)) return shortPath(place);
  }
  return undefined;
}

/** The calls of a stack, with short paths: `at load (flow.ts:12:7)`. Those of the user's own code, or all. */
export function framesOf(stack: string | undefined, all: boolean): readonly string[] {
  return (stack ?? "").split("\n").flatMap((line) => {
    if (!/^\s+at /.test(line)) return [];
    const place = FRAME.exec(line)?.groups?.["place"];
    if (place === undefined) return all ? [line.trim()] : [];
    return all || !isLibrary(place) ? [line.trim().replace(place, () => shortPath(place))] : [];
  });
}

function isLibrary(place: string): boolean {
  const path = plainPath(place);
  return OWN_CODE.some((folder) => path.startsWith(folder)) || path.includes(`${sep}node_modules${sep}`);
}

function shortPath(place: string): string {
  const path = plainPath(place);
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}

/** A path, line and column, from a path or a `file:` URL with these. */
function plainPath(place: string): string {
  if (!place.startsWith("file:")) return place;
  const [, url = "", position = ""] = /^(.*?)((?::\d+)+)$/.exec(place) ?? [];
  try {
    return fileURLToPath(url) + position;
  } catch {
    return place;
  }
}
