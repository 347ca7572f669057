/** Never part of a repository's own text. */
export const SKIPPED: ReadonlyMap<string, string> = new Map([
  [".git", "version control"],
  [".hg", "version control"],
  [".svn", "version control"],
  [".jj", "version control"],
  ["node_modules", "installed packages"],
  ["bower_components", "installed packages"],
  ["__pycache__", "compiled code"],
  [".aitor", "the journal of this program's runs"],
  ["aitor-report.md", "this report"],
]);

/** With such a file a folder says of itself that a tool made it: a cache, or a Python environment. */
export const MARKERS: ReadonlySet<string> = new Set(["CACHEDIR.TAG", "pyvenv.cfg"]);
