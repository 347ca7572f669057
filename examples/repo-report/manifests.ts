import { parse as parseToml } from "smol-toml";

export interface Dependency {
  readonly name: string;
  /** As written, such as `^1.2.0`; `any` where there is no bound. */
  readonly version: string;
  /** Where in the manifest it stands, such as `devDependencies`. */
  readonly group: string;
}

export interface Manifest {
  readonly dependencies: readonly Dependency[];
  /** Parts that should be dependencies and could not be understood: each a sentence. */
  readonly unparsed: readonly string[];
}

type Parser = (text: string) => Manifest;

/** How to read the file of this name, if it names dependencies. What it returns throws on what is no such file. */
export function parserOf(name: string): Parser | undefined {
  if (/^requirements.*\.txt$/.test(name)) return requirementsTxt;
  return PARSERS.get(name);
}

const PARSERS = new Map<string, Parser>([
  ["package.json", packageJson],
  ["pyproject.toml", pyprojectToml],
  ["Cargo.toml", cargoToml],
  ["go.mod", goMod],
]);

function packageJson(text: string): Manifest {
  const manifest = new Reading();
  const root: unknown = JSON.parse(text);
  if (!isTable(root)) throw new Error("not a JSON object");
  for (const group of ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"]) {
    manifest.table(group, part(root, group));
  }
  return manifest;
}

function cargoToml(text: string): Manifest {
  const manifest = new Reading();
  const root = parseToml(text);
  const groups = ["dependencies", "dev-dependencies", "build-dependencies"];
  const targets = Object.entries(part(root, "target") ?? {});
  for (const group of groups) manifest.table(group, part(root, group));
  manifest.table("workspace.dependencies", part(root, "workspace", "dependencies"));
  for (const [target, tables] of targets) {
    for (const group of groups) manifest.table(`target.${target}.${group}`, part(tables, group));
  }
  return manifest;
}

function pyprojectToml(text: string): Manifest {
  const manifest = new Reading();
  const root = parseToml(text);
  manifest.requirements("dependencies", part(root, "project", "dependencies"));
  for (const extras of [part(root, "project", "optional-dependencies"), part(root, "dependency-groups")]) {
    for (const [group, list] of Object.entries(extras ?? {})) manifest.requirements(group, list);
  }
  manifest.table("poetry", part(root, "tool", "poetry", "dependencies"));
  for (const [group, table] of Object.entries(part(root, "tool", "poetry", "group") ?? {})) {
    manifest.table(`poetry.${group}`, part(table, "dependencies"));
  }
  return manifest;
}

function requirementsTxt(text: string): Manifest {
  const manifest = new Reading();
  const lines = text.replace(/\\\r?\n/g, " ").split(/\r?\n/);
  for (const line of lines.map((each) => each.replace(/(?:^|\s)#.*$/, "").trim())) {
    const option = /^(?:-(?!e\b)|--(?!editable\b))/.test(line); // such as --index-url, or -r for another file
    if (line !== "" && !option) manifest.requirement("requirements", line.replace(/\s--hash=.*$/, ""));
  }
  return manifest;
}

function goMod(text: string): Manifest {
  const manifest = new Reading();
  let block = "";
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.replace(/\/\/(?! indirect).*$/, "").trim();
    const [, opened] = /^(\w+)\s*\($/.exec(line) ?? [];
    if (opened !== undefined) block = opened;
    else if (line === ")") block = "";
    else if (line !== "" && (block === "require" || line.startsWith("require "))) {
      const [name = "", version = "", comment] = line.replace(/^require\s+/, "").split(/\s+/);
      if (version === "") manifest.reject(`no version in ${JSON.stringify(line)}`);
      else manifest.add(comment === undefined ? "require" : "indirect", name.replaceAll('"', ""), version);
    }
  }
  return manifest;
}

/** A manifest while it is read. */
class Reading implements Manifest {
  readonly dependencies: Dependency[] = [];
  readonly unparsed: string[] = [];

  add(group: string, name: string, version: string): void {
    this.dependencies.push({ group, name, version: version === "" || version === "*" ? "any" : discreet(version) });
  }

  reject(part: string): void {
    this.unparsed.push(discreet(part));
  }

  /** Names with versions: `{ "left-pad": "^1.0.0", serde: { version: "1", features: [] } }`. */
  table(group: string, table: unknown): void {
    if (table === undefined) return;
    if (!isTable(table)) this.reject(`${group} is not a table of names and versions`);
    else for (const [name, value] of Object.entries(table)) this.entry(group, name, value);
  }

  private entry(group: string, name: string, value: unknown): void {
    const source = SOURCES.find((key) => part(value, key) !== undefined);
    if (typeof value === "string") this.add(group, name, value);
    else if (source === undefined) this.reject(`${group}: no version for ${JSON.stringify(name)}`);
    else if (source === "version") this.add(group, name, String(part(value, source)));
    else this.add(group, name, source === "workspace" ? source : `${source} ${String(part(value, source))}`);
  }

  /** Requirements of Python: `["flask >= 3", "httpx[http2]"]`. */
  requirements(group: string, list: unknown): void {
    if (list === undefined) return;
    if (!Array.isArray(list)) this.reject(`${group} is not a list of requirements`);
    else for (const each of list as unknown[]) if (typeof each === "string") this.requirement(group, each);
  }

  /** One requirement, by PEP 508: name, extras, versions or address, and when it applies. */
  requirement(group: string, text: string): void {
    const [, name, rest = ""] =
      /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*([^;]*)/.exec(text) ?? [];
    const version = rest.trim().replace(/^\((.*)\)$/, "$1");
    if (name === undefined || !/^(?:$|[<>=!~@])/.test(version)) this.reject(`${group}: ${JSON.stringify(text)}`);
    else this.add(group, name, version);
  }
}

/** What can stand in the place of a version, in the order of its worth. */
const SOURCES = ["version", "git", "path", "url", "workspace"] as const;

/** A version may be a web address with a password in it, which has no place in a report. */
function discreet(text: string): string {
  return text.replace(/\/\/[^/@\s]+@/g, "//…@");
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands at a path of names in parsed data, if anything. */
function part(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((at, name) => (isTable(at) && Object.hasOwn(at, name) ? at[name] : undefined), value);
}
