import { basename, extname } from "node:path";

import { task } from "aitor";

import type { Content } from "./content.ts";
import type { Facts, Tally } from "./facts.ts";

/** Languages by their lines, the most first. */
export const languages = task("languages", (facts: readonly Facts[]): Tally[] => {
  return tally(facts.flatMap((batch) => batch.tallies)).sort((a, b) => b.lines - a.lines || b.bytes - a.bytes);
});

/** Adds up what belongs to the same language. */
export function tally(parts: Iterable<Tally>): Tally[] {
  const byLanguage = new Map<string, Tally>();
  for (const part of parts) {
    const sum = byLanguage.get(part.language) ?? { language: part.language, files: 0, lines: 0, bytes: 0 };
    byLanguage.set(part.language, {
      language: part.language,
      files: sum.files + part.files,
      lines: sum.lines + part.lines,
      bytes: sum.bytes + part.bytes,
    });
  }
  return [...byLanguage.values()];
}

/** The language of a file, by its name. */
export function languageOf(path: string, { binary }: Content): string {
  if (binary) return "Binary";
  return BY_NAME.get(basename(path)) ?? BY_EXTENSION.get(extname(path).toLowerCase()) ?? "Other text";
}

const BY_NAME = new Map([
  ["Dockerfile", "Dockerfile"],
  ["Makefile", "Makefile"],
  ["GNUmakefile", "Makefile"],
  ["CMakeLists.txt", "CMake"],
  ["Gemfile", "Ruby"],
  ["Rakefile", "Ruby"],
  ["Jenkinsfile", "Groovy"],
  ["go.mod", "Go module"],
  ["go.sum", "Go module"],
]);

const EXTENSIONS: Readonly<Record<string, string>> = {
  Ada: "adb ads",
  Assembly: "asm s",
  Astro: "astro",
  C: "c h",
  "C#": "cs csx",
  "C++": "cc cpp cxx hh hpp hxx",
  CMake: "cmake",
  CSS: "css",
  CSV: "csv tsv",
  Clojure: "clj cljc cljs edn",
  Crystal: "cr",
  Cython: "pyx pxd",
  D: "d",
  Dart: "dart",
  Dockerfile: "dockerfile",
  Elixir: "ex exs",
  Elm: "elm",
  Erlang: "erl hrl",
  "F#": "fs fsi fsx",
  Fortran: "f f90 f95 for",
  GLSL: "frag glsl vert",
  Go: "go",
  GraphQL: "gql graphql",
  Groovy: "gradle groovy",
  HCL: "hcl tf tfvars",
  HTML: "htm html xhtml",
  Haskell: "hs lhs",
  INI: "cfg conf ini properties",
  JSON: "json json5 jsonc jsonl map ndjson webmanifest",
  Java: "java",
  JavaScript: "cjs js jsx mjs",
  "Jupyter notebook": "ipynb",
  Julia: "jl",
  Kotlin: "kt kts",
  Lisp: "el lisp lsp rkt scm",
  Lua: "lua",
  Makefile: "mak mk",
  Markdown: "markdown md mdx",
  Nim: "nim",
  Nix: "nix",
  OCaml: "ml mli",
  "Objective-C": "m mm",
  PHP: "php phtml",
  Pascal: "pas pp",
  Perl: "pl pm t",
  PowerShell: "ps1 psd1 psm1",
  "Protocol Buffers": "proto",
  Python: "py pyi pyw",
  R: "r",
  Ruby: "gemspec rake rb",
  Rust: "rs",
  SQL: "sql",
  SVG: "svg",
  Sass: "sass scss",
  Scala: "sbt sc scala",
  Shell: "bash fish ksh sh zsh",
  Svelte: "svelte",
  Swift: "swift",
  TOML: "toml",
  TeX: "bib cls sty tex",
  Text: "adoc log org rst text txt",
  TypeScript: "cts mts ts tsx",
  Vue: "vue",
  XML: "plist xml xsd xsl xslt",
  YAML: "yaml yml",
  Zig: "zig zon",
};

const BY_EXTENSION = new Map<string, string>(
  Object.entries(EXTENSIONS).flatMap(([language, extensions]) =>
    extensions.split(" ").map((extension) => [`.${extension}`, language] as const),
  ),
);
