// package-lock.json pins everything for every platform, and says nothing about the machine that wrote it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

interface Entry {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly engines?: unknown;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const path = join(import.meta.dirname, "../package-lock.json");
const { packages } = JSON.parse(readFileSync(path, "utf8")) as { packages: Readonly<Record<string, Entry>> };
const entries = Object.entries(packages);

test("every native package is locked for every platform (else: npm run lock)", () => {
  const missing = entries.flatMap(([location, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in packages) && !(`${location}/node_modules/${name}` in packages),
    ),
  );
  expect(missing).toEqual([]);
});

test("no native package is left out because an old Node runs npm (else: npm run lock)", () => {
  expect(entries.filter(([, { optional, engines }]) => optional === true && engines !== undefined)).toEqual([]);
});

test("every installed package has a version", () => {
  const unversioned = entries.filter(([location, { version, link }]) => {
    return location.includes("node_modules/") && version === undefined && link !== true;
  });
  expect(unversioned).toEqual([]);
});

test("no entry names a registry or a folder outside", () => {
  const resolved = entries.flatMap(([, entry]) => entry.resolved ?? []);
  expect(resolved.filter((place) => place.includes(":") || place.startsWith("/") || place.startsWith(".."))).toEqual(
    [],
  );
});
