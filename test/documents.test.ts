import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

/*
 * What README and docs show is true:
 * - every TypeScript snippet is a part of the example that the comment above it names;
 * - every output is a part of what that example says it prints (test/examples.test.ts proves that it does);
 * - each value that the declarations of "aitor" and its entries offer is named in some page;
 * - every link to a file of the project leads somewhere;
 * - README has fewer than 100 lines.
 */

const root = join(import.meta.dirname, "..");
const documents = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...markdown("docs")];
const read = (path: string): string => readFileSync(join(root, path), "utf8");

function markdown(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

interface Snippet {
  readonly kind: "code" | "prints";
  readonly example: string;
  readonly text: string;
}

function snippets(text: string): { found: Snippet[]; unnamed: number } {
  const named = /<!-- (prints: )?(examples\/[\w./-]+) -->\n\n```(?:ts|text)\n([\s\S]*?)```/g;
  const found = [...text.matchAll(named)].map(([, prints, example, body]): Snippet => ({
    kind: prints === undefined ? "code" : "prints",
    example: example as string,
    text: body as string,
  }));
  const all = text.match(/^```ts$/gm)?.length ?? 0;
  return { found, unnamed: all - found.filter(({ kind }) => kind === "code").length };
}

test.each(documents)("%s shows nothing but parts of examples", (document) => {
  const { found, unnamed } = snippets(read(document));
  expect(unnamed, "TypeScript snippets without a comment that names their example").toBe(0);
  for (const { kind, example, text } of found) {
    const [code, prints = ""] = read(example).split("/* prints:\n");
    expect(kind === "code" ? code : prints, `${document} shows ${example}`).toContain(text);
  }
});

test("the documents show examples at all", () => {
  expect(documents.flatMap((document) => snippets(read(document)).found).length).toBeGreaterThan(5);
});

test.each(documents)("the links in %s lead somewhere", (document) => {
  for (const [, target] of read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
    expect(existsSync(join(root, dirname(document), target as string)), target).toBe(true);
  }
});

const { exports } = JSON.parse(read("package.json")) as { exports: Record<string, { readonly source?: string }> };
const entries = Object.values(exports).flatMap(({ source }) => source ?? []);

test.each(entries)("each value that %s declares is named in some page", (entry) => {
  const words = new Set(documents.flatMap((document) => read(document).match(/\w+/g) ?? []));
  const declared = declaredValues(read(entry));
  expect(declared.length).toBeGreaterThan(0);
  expect(declared.filter((name) => !words.has(name))).toEqual([]);
});

/** Those that only other folders of the package need are `@internal`: the build leaves them out of the declarations. */
function declaredValues(index: string): string[] {
  const lists = index.matchAll(/(\/\*\* @internal \*\/\n)?^export \{([^}]*)\}/gm);
  return [...lists].flatMap(([, internal, names]) =>
    internal === undefined ? (names?.match(/(?<!type )\b(?!type\b)\w+/g) ?? []) : [],
  );
}

test("README has fewer than 100 lines", () => {
  expect(read("README.md").split("\n").length).toBeLessThanOrEqual(100);
});
