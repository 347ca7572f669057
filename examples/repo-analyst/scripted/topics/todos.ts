import { MARKERS } from "../../../repo-report/todos.ts";
import { ask, attempt, want } from "../research.ts";
import { bullets, figure, leftOutText, matchLines, plural, quote, saidLines, shownPath } from "./telling.ts";
import type { Topic } from "./topic.ts";

const SHOWN = 5;

export const todos: Topic = {
  name: "notes to come back to",
  fits: ({ words }) => /\bto-?\s?dos?\b|\bfixmes?\b|\bhacks?\b|\bleft to do\b|\bunfinished\b/.test(words),
  *research() {
    const texts = [...MARKERS];
    const [found] = yield* ask(want("search", { texts, word: true }, "I search for the words that mark such lines."));
    const words = `${texts.slice(0, -1).join(", ")} or ${texts.at(-1) ?? ""}`;
    const [first] = found.matches;
    if (first === undefined) {
      return `No line of ${plural(found.of, "text file")} has the word ${words}. ${leftOutText(found)}`.trim();
    }
    const [most] = found.byFile;
    const by = found.byText.filter(({ lines }) => lines > 0).map(({ text, lines }) => `${text} ${figure(lines)}`);
    const many =
      most === undefined || found.files === 1 ? "" : ` The most are in ${shownPath(most.path)}: ${figure(most.lines)}.`;
    const head = `The word ${words} stands in ${plural(found.total, "line")}, in ${plural(found.files, "file")} of ${figure(found.of)} (${by.join(", ")}).${many}`;
    const at = found.matches.find(({ path }) => path === most?.path) ?? first;
    const input = { path: at.path, from: Math.max(1, at.line - 2), lines: 8 };
    const read = yield* attempt(
      want("read", input, `${shownPath(at.path)} has the most: I see what its first note is about.`),
    );
    const after = saidLines(
      (read?.text ?? "")
        .split("\n")
        .slice(at.line - input.from + 1)
        .join("\n"),
      1,
    );
    const about =
      after[0] === undefined ? "" : `\nBehind the one at ${shownPath(at.path)}:${at.line} stands ${quote(after[0])}.`;
    return `${head}\n${bullets(matchLines(found, SHOWN))}${about}`;
  },
};
