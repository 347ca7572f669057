// The package has one subpath for each public folder of src, and no other.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { floors, lastPublicFloor } from "./architecture/floors.ts";
import { builtPackage } from "./built-package.ts";

interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;

const publicFolders = readdirSync(join(root, "src"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && isPublic(entry.name))
  .map(({ name }) => name);

test("each public folder of src is a subpath, and each subpath a public folder", () => {
  const subpaths = [".", "./package.json", ...publicFolders.map((folder) => `./${folder}`)];
  expect(Object.keys(manifest.exports).sort()).toEqual(subpaths.sort());
});

test.each(Object.entries(manifest.exports).filter(([subpath]) => subpath !== "./package.json"))(
  "%s names its source, its types and its JavaScript, in this order",
  (subpath, entry) => {
    const path = subpath === "." ? "index" : `${subpath.slice(2)}/index`;
    const expected = [
      ["source", `./src/${path}.ts`],
      ["types", `./dist/${path}.d.ts`],
      ["default", `./dist/${path}.js`],
    ];
    expect(Object.entries(entry)).toEqual(expected);
    expect(existsSync(join(root, `src/${path}.ts`))).toBe(true);
  },
);

test("classes of the package have the names that they are exported by, in what is logged and told", async () => {
  const exported = (await import(join(builtPackage(), "dist/index.js"))) as Readonly<Record<string, unknown>>;
  const classes = Object.entries(exported).filter(([, value]) => String(value).startsWith("class "));
  expect(classes.length).toBeGreaterThan(10);
  for (const [name, value] of classes) expect((value as { readonly name: string }).name).toBe(name);
});

test("inside the repository the package's name leads to src", async () => {
  expect(import.meta.resolve("aitor/flow")).toMatch(/\/src\/flow\/index\.ts$/);
  const flow = (await import("aitor/flow")) as object;
  expect(Object.keys(flow)).not.toEqual([]);
});

test("every dependency is pinned exactly", () => {
  const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

function isPublic(folder: string): boolean {
  const floor = floors[folder];
  return floor !== undefined && floor >= 1 && floor <= lastPublicFloor;
}
