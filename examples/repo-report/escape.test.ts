// What comes from outside reaches its reader as text: nothing of it acts on a terminal or in Markdown, nothing of it is
// lost, and two different names never look the same.
import { marked } from "marked";
import { expect, test } from "vitest";

import { markdownCode, markdownText, visible } from "./escape.ts";
import { HOSTILE_NAMES } from "./test-folder.ts";

test("what cannot be seen is written out", () => {
  expect(visible("a\nb\r\tc\\")).toBe(String.raw`a\nb\r\tc\\`);
  expect(visible("\u001b[31m\u0000\u007f\u009b")).toBe(String.raw`\x1b[31m\x00\x7f\x9b`);
  expect(visible("\u202e\u200b\u2028\ufeff\ud800")).toBe(String.raw`\u{202e}\u{200b}\u{2028}\u{feff}\u{d800}`);
  expect(visible("plain, 日本語, fox🦊, e\u0301")).toBe("plain, 日本語, fox🦊, e\u0301");
});

test("nothing that a terminal acts on is left", () => {
  for (const name of HOSTILE_NAMES) expect(visible(name)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
});

test("different names look different", () => {
  const tricky = [...HOSTILE_NAMES, "line\\nfeed.ts", "line\\\nfeed.ts", "\\\\", "\\", "\\x1b", "\u001b"];
  expect(new Set(tricky.map(visible)).size).toBe(tricky.length);
});

test("a Markdown reader sees the name in a table's cell, as code, and nothing else", async () => {
  for (const name of HOSTILE_NAMES) {
    const html = await marked.parse(`| a | b |\n| --- | --- |\n| ${markdownCode(name)} | end |`);
    expect(cells(html)).toEqual([`<code>${visible(name)}</code>`, "end"]);
    expect(html.match(/<(?!\/?(?:table|thead|tbody|tr|th|td|code)\b)/), name).toBeNull();
  }
});

test("a Markdown reader sees the name in a heading", async () => {
  for (const name of HOSTILE_NAMES) {
    const html = await marked.parse(`# Report on ${markdownCode(name)}\n\nmore`);
    expect(text(html)).toBe(`<h1>Report on <code>${visible(name)}</code></h1>\n<p>more</p>\n`);
  }
});

test("words stay plain, unless a sign in them could act", () => {
  expect(markdownText("permission denied")).toBe("permission denied");
  expect(markdownText("<b>")).toBe("`<b>`");
});

/** What stands in the cells of the one row, entities read. */
function cells(html: string): string[] {
  return Array.from(html.matchAll(/<td>(.*?)<\/td>/gs), ([, cell]) => text(cell ?? ""));
}

function text(html: string): string {
  const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return html
    .replace(
      /&(?:#(\d+)|(\w+));/g,
      (_, code: string, name: string) => named[name] ?? String.fromCodePoint(Number(code)),
    )
    .replaceAll("\u00a0", " ");
}
