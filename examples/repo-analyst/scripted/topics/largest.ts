import { ask, attempt, want } from "../research.ts";
import { amounts, bullets, leftOutText, plural, quote, saidLines, share, shownPath, size } from "./telling.ts";
import type { Topic } from "./topic.ts";

const FILES = 5;

export const largest: Topic = {
  name: "its largest files",
  fits: ({ words }) =>
    /\b(?:largest|biggest|longest|heaviest|file has the most)\b/.test(words) && !/\b(?:folder|director)/.test(words),
  *research({ words }) {
    const order = /\blongest\b|\blines\b/.test(words) ? "lines" : "bytes";
    const [counted] = yield* ask(want("count", { by: "file", order, limit: FILES }, "I count file by file."));
    const [first] = counted.groups;
    if (first === undefined) return `There is no file to compare. ${leftOutText(counted)}`.trim();
    const lines = counted.groups.map(({ name, lines: long, bytes, language }) => {
      return `${shownPath(name)}: ${size(bytes)}, ${plural(long, "line")}, ${language ?? ""}`;
    });
    const part =
      order === "bytes"
        ? share(first.bytes, counted.bytes, "all bytes")
        : share(first.lines, counted.lines, "all lines");
    const text = `The ${order === "bytes" ? "largest" : "longest"} of ${plural(counted.files, "file")} is ${shownPath(first.name)} with ${amounts(first).replace("1 file, ", "")}, ${part}.\n${bullets(lines)}`;
    if (first.language === "Binary") return `${text}\nIt is binary: there is no text to look at.`;
    const read = yield* attempt(
      want("read", { path: first.name, lines: 10 }, `${shownPath(first.name)} is text: I see how it begins.`),
    );
    const [begins] = saidLines(read?.text ?? "", 1);
    return begins === undefined ? text : `${text}\nIt begins ${quote(begins)}.`;
  },
};
