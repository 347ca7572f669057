// Development links. The package's exports name files in dist/. In a clone each of them is one line that re-exports
// the source, so that plain `node examples/…` and `npx aitor` work without a build and always see the current code.
import * as fs from "node:fs";
import { dirname, join, relative, sep } from "node:path";

const CLI = { source: "src/cli/main.ts", target: "dist/cli/main.js" };

/** Points each export at its source; leaves a real build that is newer than `src` alone, unless told otherwise. */
export function linkSources(root, { replaceBuild = false } = {}) {
  const { exports, bin } = JSON.parse(fs.readFileSync(join(root, "package.json"), "utf8"));
  const links = [...Object.values(exports).filter(isSourced).map(toLink), CLI];
  if (replaceBuild || !hasCurrentBuild(root, links)) {
    if (links.some(({ target }) => isBuilt(join(root, target)))) removeBuild(root, replaceBuild);
    for (const link of links) write(root, link);
  }
  linkPackage(root);
  linkBins(root, bin);
}

const isSourced = (entry) => typeof entry === "object" && "source" in entry;
const toLink = (entry) => ({ source: entry.source, target: entry.default });

function linkText({ source, target }) {
  return `export * from "${relative(dirname(target), source).split(sep).join("/")}";\n`;
}

function write(root, link) {
  const path = join(root, link.target);
  if (!fs.existsSync(join(root, link.source))) return fs.rmSync(path, { force: true });
  if (fs.existsSync(path) && fs.readFileSync(path, "utf8") === linkText(link)) return;
  fs.mkdirSync(dirname(path), { recursive: true });
  const next = `${path}.${process.pid}`;
  fs.writeFileSync(next, linkText(link));
  fs.renameSync(next, path);
}

const isBuilt = (path) =>
  fs.existsSync(path) && !/^export \* from "[./]+\/src\/[^"]+";\n$/.test(fs.readFileSync(path, "utf8"));

function hasCurrentBuild(root, links) {
  const sourced = links.filter(({ source }) => fs.existsSync(join(root, source)));
  if (!sourced.every(({ target }) => isBuilt(join(root, target)))) return false;
  const changed = newest(join(root, "src"));
  return sourced.every(({ target }) => fs.statSync(join(root, target)).mtimeMs >= changed);
}

function removeBuild(root, asked) {
  if (!asked) console.error("setup: the build in dist/ is older than src/, replaced by development links");
  fs.rmSync(join(root, "dist"), { recursive: true, force: true });
}

function newest(folder) {
  let time = 0;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    time = Math.max(time, entry.isDirectory() ? newest(path) : fs.statSync(path).mtimeMs);
  }
  return time;
}

/** `bench/` is a package of its own: there `aitor` is found as a dependency, not by self-reference. */
function linkPackage(root) {
  if (fs.existsSync(join(root, "bench", "package.json")))
    link(join("..", ".."), join(root, "bench", "node_modules", "aitor"));
}

/** npm links the commands of dependencies only; this is what `npx aitor` finds in a clone. */
function linkBins(root, bin) {
  if (process.platform === "win32" || !fs.existsSync(join(root, "node_modules"))) return;
  for (const [name, file] of Object.entries(bin))
    link(join("..", "..", file), join(root, "node_modules", ".bin", name));
}

function link(target, path) {
  if (fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined) return;
  fs.mkdirSync(dirname(path), { recursive: true });
  try {
    fs.symlinkSync(target, path, "junction");
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
}
