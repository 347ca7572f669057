import { visible } from "../../../repo-report/escape.ts";
import { count as figure, plural, size } from "../../../repo-report/format.ts";
import type { CountResult, Group } from "../../tools/count.ts";
import type { SearchResult } from "../../tools/search.ts";

/** `3 files, 1,200 lines, 34 kB` */
export function amounts({ files, lines, bytes }: Pick<Group, "files" | "lines" | "bytes">): string {
  return `${plural(files, "file")}, ${plural(lines, "line")}, ${size(bytes)}`;
}

/** `84 % of the lines` */
export function share(part: number, whole: number, of: string): string {
  const percent = whole === 0 ? 0 : (100 * part) / whole;
  return `${percent > 0 && percent < 1 ? "under 1" : Math.round(percent)} % of ${of}`;
}

/** Text from a file: what it says is quoted, never said. */
export function quote(text: string, most = 160): string {
  const characters = Array.from(text.trim());
  const seen = visible(characters.slice(0, most).join("")).replaceAll("\\\\", "\\"); // in a quotation "\" is no escape
  return `“${seen}${characters.length > most ? "…" : ""}”`;
}

/** A path as it is shown. */
export function shownPath(path: string): string {
  return visible(path);
}

export function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join("\n");
}

/** What the figures do not contain. */
export function leftOutText({ leftOut, note }: Pick<CountResult, "leftOut" | "note">): string {
  const notes: string[] = [];
  if (leftOut.total > 0) {
    const names = leftOut.first.slice(0, 4).map(({ path, why }) => `${shownPath(path)} (${visible(why)})`);
    const more = leftOut.total > names.length ? ` and ${figure(leftOut.total - names.length)} more` : "";
    notes.push(`Left out: ${names.join(", ")}${more}.`);
  }
  if (note?.includes("not looked at") === true)
    notes.push("There are more files than are looked at: figures are of a part.");
  return notes.join(" ");
}

export function matchLines({ matches }: SearchResult, most: number): string[] {
  return matches.slice(0, most).map(({ path, line, text }) => `${shownPath(path)}:${line} ${quote(text, 100)}`);
}

/** Lines of a text that say something, without marks of Markdown and comments at their beginning. */
export function saidLines(text: string, most: number): string[] {
  return text.split("\n").map(said).filter(saysSomething).slice(0, most);
}

/** The first paragraphs of a text that say something, as lines. */
export function saidParagraphs(text: string, most: number): string[] {
  const blocks = text.split(/\n\s*\n|(?<=^#.*)\n/m).map((block) => block.split("\n").map(said).join(" "));
  return blocks.filter(saysSomething).slice(0, most);
}

/** What a source says of itself: its first comment, else its first line. */
export function firstComment(text: string): string | undefined {
  const lines = text.split("\n");
  const begins = lines.findIndex((line) => COMMENT.test(line) && saysSomething(said(line)));
  if (begins === -1) return saidLines(text, 1)[0];
  const rest = lines.slice(begins);
  const ends = rest.findIndex((line) => !COMMENT.test(line) || !saysSomething(said(line)));
  return rest
    .slice(0, ends === -1 ? rest.length : ends)
    .map(said)
    .join(" ");
}

const COMMENT = /^\s*(?:\/\/|\/\*|\*|#(?!!)|--|;|%|"{3}|<!--)/;

function said(line: string): string {
  return line.replace(/^(?:[\s#=*>/!<;%-]|"{3})+/, "").replace(/\s*(?:\*\/|-->)?\s*$/, "");
}

function saysSomething(line: string): boolean {
  return /[\p{L}\p{N}]{2}/u.test(line);
}

export { figure, plural, size };
