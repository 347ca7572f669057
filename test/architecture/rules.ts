import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { environmentFile, floors, lastPortableFloor, lazyFolder, rooms } from "./floors.ts";
import type { Import, SourceFile } from "./source-file.ts";
import type { SourceTree } from "./source-tree.ts";

/** Reads a tree and says, a line each, where the tree breaks the rule. */
export type Rule = (tree: SourceTree) => string[];

const maxLines = 300;
const rootIndex = "src/index.ts";
const isTest = (path: string): boolean => /\.(test(-d)?|fixture)\.[cm]?[jt]sx?$/.test(path);

const everyFolderHasAFloor: Rule = (tree) =>
  perFile(tree, ({ path }) => {
    if (!path.startsWith("src/") || path === rootIndex || isTest(path)) return [];
    const folder = folderOf(path);
    if (folder === undefined) return [`${path}: a file of src stands in a folder, or is index.ts`];
    return folder in floors ? [] : [`${path}: src/${folder} is not in the table of floors`];
  });

const importsPointDown: Rule = (tree) =>
  perImport(tree, (from, to, { dynamic }) => {
    const target = folderOf(to);
    const source = folderOf(from);
    if (target === undefined) return `${from} imports ${to}: nothing in src imports the root index`;
    if (source === undefined) {
      if ((floors[target] ?? Infinity) <= lastPortableFloor || (target === lazyFolder && dynamic)) return undefined;
      return `${from} imports ${to}: the root index re-exports floors 0 to ${lastPortableFloor}, and loads ${lazyFolder} lazily`;
    }
    if (source === target || floorOf(target) < floorOf(source)) return undefined;
    const direction = floorOf(target) === floorOf(source) ? "sideways" : "upward";
    return `${from} imports ${to}: ${direction}, from floor ${floorOf(source)} to ${floorOf(target)}`;
  });

const roomsPointDown: Rule = (tree) =>
  perImport(tree, (from, to) => {
    const folder = folderOf(from);
    if (folder === undefined || folder !== folderOf(to)) return undefined;
    const [source, target] = [roomOf(folder, from), roomOf(folder, to)];
    if (target === undefined) return `${from} imports ${to}: its folder is not in the table of rooms of src/${folder}`;
    if (source === undefined || target <= source) return undefined;
    return `${from} imports ${to}: upward, from one room of src/${folder} to a higher one`;
  });

const foldersMeetAtTheirIndex: Rule = (tree) =>
  perImport(tree, (from, to) => {
    const target = folderOf(to);
    if (target === undefined || target === folderOf(from) || to === `src/${target}/index.ts`) return undefined;
    return `${from} imports ${to}: across folders only through src/${target}/index.ts`;
  });

const sourceNeverImportsThePackageByName: Rule = (tree) =>
  perFile(productive(tree), ({ path, imports }) =>
    imports
      .filter(({ specifier }) => specifier === "aitor" || specifier?.startsWith("aitor/"))
      .map(({ specifier }) => `${path} imports ${specifier}: inside src, import the folder's index.ts by its path`),
  );

const relativeImportsExist: Rule = (tree) =>
  perImport(tree, (from, to) => (tree.has(to) ? undefined : `${from} imports ${to}: no such file`));

const filesAreShort: Rule = (tree) =>
  perFile(tree, ({ path, lines }) =>
    isTest(path) || lines <= maxLines ? [] : [`${path}: ${lines} lines; split it, ${maxLines} at most`],
  );

const lowFloorsArePortable: Rule = (tree) =>
  perFile(productive(tree), ({ path, imports, nodeGlobals }) => {
    if (!isPortable(path)) return [];
    const modules = imports.flatMap(({ specifier }) =>
      specifier !== undefined && isBuiltin(specifier) ? [specifier] : [],
    );
    const globals = path === environmentFile ? nodeGlobals.filter((name) => name !== "process") : nodeGlobals;
    return [
      ...modules.map((name) => `${path} imports ${name}: floors 0 to ${lastPortableFloor} use no Node module`),
      ...globals.map((name) => `${path} uses ${name}: floors 0 to ${lastPortableFloor} use no Node global`),
    ];
  });

const lowFloorsImportByLiteralNames: Rule = (tree) =>
  perFile(productive(tree), ({ path, imports }) =>
    isPortable(path) && imports.some(({ specifier }) => specifier === undefined)
      ? [`${path}: a dynamic import needs a literal name, so that bundlers see it`]
      : [],
  );

/** docs/decisions/0111: such a function is old from birth, and keeps what it sees alive for long. */
const functionsAreMadeBeforeTheyAreAssigned: Rule = (tree) =>
  perFile(productive(tree), ({ path, assignedFunctions }) =>
    isPortable(path)
      ? assignedFunctions.map(
          (property) => `${path}: make the function of ${property} a constant first, and assign that`,
        )
      : [],
  );

const indexesNameTheirExports: Rule = (tree) =>
  perFile(tree, ({ path, hasStarExport }) =>
    hasStarExport && posix.basename(path) === "index.ts" ? [`${path}: export names, not export *`] : [],
  );

const noCycles: Rule = (tree) => {
  const violations: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) violations.push(`import cycle: ${[...trail.slice(at), path].join(" → ")}`);
    if (at >= 0 || done.has(path)) return;
    for (const next of targets(tree.get(path))) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of tree.keys()) visit(path, []);
  return violations;
};

/** The rules for `src`. */
export const sourceRules: Readonly<Record<string, Rule>> = {
  everyFolderHasAFloor,
  importsPointDown,
  roomsPointDown,
  foldersMeetAtTheirIndex,
  sourceNeverImportsThePackageByName,
  relativeImportsExist,
  filesAreShort,
  lowFloorsArePortable,
  lowFloorsImportByLiteralNames,
  functionsAreMadeBeforeTheyAreAssigned,
  indexesNameTheirExports,
  noCycles,
};

/** The rules for the code around it. */
export const outerRules: Readonly<Record<string, Rule>> = { filesAreShort, relativeImportsExist, noCycles };

const floorOf = (folder: string): number => floors[folder] ?? Infinity;
const folderOf = (path: string): string | undefined => /^src\/([^/]+)\//.exec(path)?.[1];

/** Its place in the table; above all for what stands in the folder itself, nothing for what stands in a room that is not listed. */
function roomOf(folder: string, path: string): number | undefined {
  const [room = "", ...rest] = path.split("/").slice(2);
  const place = rooms[folder]?.indexOf(room) ?? -1;
  if (place >= 0) return place;
  return rest.length === 0 ? Infinity : undefined;
}

function isPortable(path: string): boolean {
  const folder = folderOf(path);
  return folder === undefined ? path === rootIndex : floorOf(folder) <= lastPortableFloor;
}

const productive = (tree: SourceTree): SourceTree => new Map([...tree].filter(([path]) => !isTest(path)));

function perFile(tree: SourceTree, find: (file: SourceFile) => readonly string[]): string[] {
  return [...tree.values()].flatMap((file) => find(file));
}

type Crossing = (from: string, to: string, declaration: Import) => string | undefined;

/** Every relative import of the files that are not tests. */
function perImport(tree: SourceTree, find: Crossing): string[] {
  return perFile(productive(tree), ({ path, imports }) =>
    imports.flatMap((declaration) => {
      const to = resolve(path, declaration);
      return to === undefined ? [] : (find(path, to, declaration) ?? []);
    }),
  );
}

function targets(file: SourceFile | undefined): string[] {
  return file === undefined ? [] : file.imports.flatMap((declaration) => resolve(file.path, declaration) ?? []);
}

function resolve(from: string, { specifier }: Import): string | undefined {
  return specifier?.startsWith(".") === true ? posix.join(posix.dirname(from), specifier) : undefined;
}
