// Dependencies are read as they are written: names, versions, groups. What is not understood is named, never dropped.
import { expect, test } from "vitest";

import { parserOf } from "./manifests.ts";

test("package.json: all four groups, and what is no version", () => {
  const { dependencies, unparsed } = read("package.json", {
    dependencies: { plain: "^1.2.3", star: "*", "@scope/name": "workspace:*", __proto__x: "1" },
    devDependencies: { tool: "git+https://user:secret@example.invalid/tool.git" },
    peerDependencies: { peer: ">=1 <3" },
    optionalDependencies: { odd: 7 },
  });
  expect(dependencies).toEqual([
    "dependencies plain ^1.2.3",
    "dependencies star any",
    "dependencies @scope/name workspace:*",
    "dependencies __proto__x 1",
    "devDependencies tool git+https://…@example.invalid/tool.git",
    "peerDependencies peer >=1 <3",
  ]);
  expect(unparsed).toEqual(['optionalDependencies: no version for "odd"']);
});

test("package.json: what is none is refused", () => {
  for (const text of ["", "{", "[]", "null", '"x"']) expect(() => parserOf("package.json")?.(text)).toThrow();
  expect(read("package.json", { dependencies: ["a"] }).unparsed).toEqual([
    "dependencies is not a table of names and versions",
  ]);
});

test("requirements.txt: versions, extras, markers, options, comments, continued lines", () => {
  const { dependencies, unparsed } = read(
    "requirements-dev.txt",
    `# a comment
flask>=3.0,<4  # why
requests[socks] == 2.32.0 ; python_version < "3.14"
plain
pinned==1.0 \\
    --hash=sha256:abc \\
    --hash=sha256:def
direct @ https://user:secret@example.invalid/direct.whl
-r other.txt
--index-url https://example.invalid/simple
-e git+https://example.invalid/x.git#egg=x
./local/folder
`,
  );
  expect(dependencies).toEqual([
    "requirements flask >=3.0,<4",
    "requirements requests == 2.32.0",
    "requirements plain any",
    "requirements pinned ==1.0",
    "requirements direct @ https://…@example.invalid/direct.whl",
  ]);
  expect(unparsed).toEqual([
    'requirements: "-e git+https://example.invalid/x.git#egg=x"',
    'requirements: "./local/folder"',
  ]);
});

test("pyproject.toml: the standard's groups and Poetry's", () => {
  const { dependencies, unparsed } = read(
    "pyproject.toml",
    `[project]
dependencies = ["flask >= 3", "???"]
[project.optional-dependencies]
fast = ["uvloop"]
[dependency-groups]
test = ["pytest ~= 8.0", { include-group = "fast" }]
[tool.poetry.dependencies]
httpx = { version = "^0.27", extras = ["http2"] }
mine = { path = "../mine" }
[tool.poetry.group.dev.dependencies]
ruff = "*"
`,
  );
  expect(dependencies).toEqual([
    "dependencies flask >= 3",
    "fast uvloop any",
    "test pytest ~= 8.0",
    "poetry httpx ^0.27",
    "poetry mine path ../mine",
    "poetry.dev ruff any",
  ]);
  expect(unparsed).toEqual(['dependencies: "???"']);
});

test("Cargo.toml: groups, targets, the workspace", () => {
  const { dependencies } = read(
    "Cargo.toml",
    `[dependencies]
serde = { version = "1.0", features = ["derive"] }
own.path = "own"
shared.workspace = true
[dev-dependencies]
insta = "1"
[target.'cfg(unix)'.dependencies]
libc = "0.2"
[workspace.dependencies]
tokio = { git = "https://example.invalid/tokio" }
`,
  );
  expect(dependencies).toEqual([
    "dependencies serde 1.0",
    "dependencies own path own",
    "dependencies shared workspace",
    "dev-dependencies insta 1",
    "workspace.dependencies tokio git https://example.invalid/tokio",
    "target.cfg(unix).dependencies libc 0.2",
  ]);
  expect(() => read("Cargo.toml", "[dependencies\n")).toThrow();
});

test("go.mod: single lines and blocks, direct and indirect", () => {
  const { dependencies, unparsed } = read(
    "go.mod",
    `module example.invalid/mine

go 1.24

require example.invalid/one v1.2.3
require (
\texample.invalid/two v0.0.0-20240101000000-abcdef // indirect
\texample.invalid/three v2.0.0+incompatible // a note
\tnonsense
)
replace (
\texample.invalid/one => ../one
)
`,
  );
  expect(dependencies).toEqual([
    "require example.invalid/one v1.2.3",
    "indirect example.invalid/two v0.0.0-20240101000000-abcdef",
    "require example.invalid/three v2.0.0+incompatible",
  ]);
  expect(unparsed).toEqual(['no version in "nonsense"']);
});

test("other files are none of these", () => {
  for (const name of ["package-lock.json", "my-package.json", "requirements.md", "constructor"]) {
    expect(parserOf(name)).toBeUndefined();
  }
});

function read(name: string, content: string | object): { dependencies: string[]; unparsed: readonly string[] } {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  const manifest = parserOf(name)?.(text);
  if (manifest === undefined) throw new Error(`${name} has no parser`);
  const dependencies = manifest.dependencies.map((each) => `${each.group} ${each.name} ${each.version}`);
  return { dependencies, unparsed: manifest.unparsed };
}
