import { count as figure, plural, size } from "../../repo-report/format.ts";
import type { CountResult } from "../tools/count.ts";
import { type Block, type Cell, name, table, text, title } from "./blocks.ts";
import type { Chosen } from "./chosen.ts";

const ROWS = 10;

/** What the folder is made of. */
export function structureBlocks({ languages, folders, largest, inside }: Chosen): Block[] {
  return [
    title(2, "Structure"),
    ...section("Languages", languages, (of) => shares("language", of)),
    ...section("Folders", folders, (of) => shares("folder", of)),
    ...inside.flatMap((of) => [title(3, "Inside ", name(of.path)), ...shares("folder", of)]),
    ...section("Largest files", largest, ({ groups }) =>
      table(
        ["file", "lines", "size"],
        groups.slice(0, ROWS).map((file) => [name(file.name), figure(file.lines), size(file.bytes)]),
      ),
    ),
  ];
}

/** How well it is kept. */
export function qualityBlocks({
  languages,
  folders,
  foundTests,
  tests,
  testFolders,
  notes,
  dependencies,
}: Chosen): Block[] {
  const markers = (notes?.byText ?? []).filter(({ lines }) => lines > 0);
  return [
    title(2, "Quality"),
    ...section("Tests", tests ?? (foundTests?.total === 0 ? foundTests : undefined), (found) => [
      text(
        "lines" in found
          ? `${plural(found.files, "file")}, ${plural(found.lines, "line")}${languages === undefined ? "" : `, ${percent(found.lines, languages.lines)} of all lines`}.`
          : `No file of ${figure(found.of)} is called like one.`,
      ),
      ...table(
        ["folder", "tests", "files"],
        (testFolders?.groups ?? []).slice(0, ROWS).map((own) => {
          const all = folders?.groups.find((each) => each.name === own.name);
          return [name(own.name), figure(own.files), all === undefined ? "" : figure(all.files)];
        }),
      ),
    ]),
    ...section("Notes to come back to", notes, ({ total, files, byFile }) => [
      text(
        total === 0
          ? "No line has one."
          : `${plural(total, "line")} in ${plural(files, "file")}: ${markers.map(({ text: word, lines }) => `${word} in ${figure(lines)}`).join(", ")}.`,
      ),
      ...table(
        ["file", "lines"],
        byFile.slice(0, 5).map(({ path, lines }) => [name(path), figure(lines)]),
      ),
    ]),
    ...section("Dependencies", dependencies, ({ names, manifestsTotal, manifests }) => [
      text(
        `${plural(names, "name")} in ${plural(manifestsTotal, "manifest")}`,
        ...manifests.slice(0, 3).flatMap((path, index): Cell[] => [index === 0 ? ": " : ", ", name(path)]),
        manifestsTotal > 3 ? ", …" : ".",
      ),
    ]),
  ];
}

/** How it came to be. */
export function historyBlocks({ history, files }: Chosen): Block[] {
  if (history === undefined) return section("History", history, () => [], 2);
  const { commits, authors, first = "", last = "", changed, missing } = history;
  if (missing !== undefined) return [title(2, "History"), text("None: ", name(missing), ".")];
  const when = first === last ? `on ${first}` : `from ${first} to ${last}`;
  return [
    title(2, "History"),
    text(`${plural(commits, "commit")} by ${plural(authors, "author")}, ${when}.`),
    ...table(
      ["most changed", "commits", "lines"],
      changed.slice(0, ROWS).map(({ path, commits: often, exists }) => {
        return [name(path), figure(often), exists ? linesOf(files.get(path)) : "gone"];
      }),
    ),
  ];
}

function linesOf(counted: CountResult | undefined): string {
  return counted === undefined ? "" : figure(counted.lines);
}

/** Says so where nobody looked. */
function section<Found>(
  of: string,
  found: Found | undefined,
  blocks: (found: Found) => readonly Block[],
  level: 2 | 3 = 3,
): Block[] {
  return [title(level, of), ...(found === undefined ? [text("Nobody looked at that.")] : blocks(found))];
}

function shares(what: "language" | "folder", { groups, groupsTotal, lines: all }: CountResult): Block[] {
  const rows = groups.slice(0, ROWS).map(({ name: own, files, lines, bytes }): Cell[] => {
    const amounts = [figure(files), figure(lines), size(bytes), percent(lines, all)];
    return [what === "language" ? own : name(own), ...amounts];
  });
  const more = groupsTotal > rows.length ? [text(`And ${figure(groupsTotal - rows.length)} more.`)] : [];
  const none = rows.length === 0 ? [text("None.")] : [];
  return [...table([what, "files", "lines", "size", "share of lines"], rows), ...more, ...none];
}

function percent(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : (100 * part) / whole).toFixed(1)} %`;
}
