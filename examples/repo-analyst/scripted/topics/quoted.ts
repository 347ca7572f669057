import type { Question } from "../question.ts";
import { ask, attempt, type Research, want } from "../research.ts";
import { inside } from "./inside.ts";
import { bullets, figure, leftOutText, matchLines, plural, quote, saidLines, shownPath } from "./telling.ts";
import type { Topic } from "./topic.ts";

const SHOWN = 5;

export const quoted: Topic = {
  name: 'where "something in quotes" stands',
  fits: (question) => !inside.fits(question) && question.quoted.some((text) => text.trim() !== ""),
  *research({ quoted: texts }: Question): Research<string> {
    const text = texts.find((each) => each.trim() !== "") ?? "";
    const [exact] = yield* ask(want("search", { texts: [text] }, "I search for what is in quotes, letter by letter."));
    let found = exact;
    let how = "";
    if (exact.total === 0 && text.toLowerCase() !== text.toUpperCase()) {
      const why = "Nothing so far: I take upper and lower case as the same.";
      [found] = yield* ask(want("search", { texts: [text], ignoreCase: true }, why));
      how = " in these letters; upper and lower case apart:";
    }
    const [first] = found.matches;
    if (first === undefined) {
      const names = [`*${text.replaceAll(/[*?]/g, "?")}*`];
      const [files] = yield* ask(want("find", { names }, "No line has it: maybe a file is called so."));
      const head = `No line of ${plural(found.of, "text file")} has ${quote(text)}`;
      if (files.total === 0) return `${head}, and no file is called like it. ${leftOutText(found)}`.trim();
      return `${head}, but this is called like it, ${plural(files.total, "file")}:\n${bullets(files.files.slice(0, SHOWN).map(shownPath))}`;
    }
    const head = `${how === "" ? "" : `No line has ${quote(text)}${how} `}${how === "" ? quote(text) : "it"} stands in ${plural(found.total, "line")}, in ${plural(found.files, "file")} of ${figure(found.of)}:\n${bullets(matchLines(found, SHOWN))}`;
    if (found.files > 1) return head;
    const input = { path: first.path, from: first.line, lines: 4 };
    const read = yield* attempt(want("read", input, `It is in ${shownPath(first.path)} alone: I read on from there.`));
    const after = saidLines((read?.text ?? "").split("\n").slice(1).join("\n"), 2);
    return after.length === 0
      ? head
      : `${head}\nBehind the first stands ${after.map((line) => quote(line)).join(" ")}.`;
  },
};
