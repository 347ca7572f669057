import type { Question } from "../question.ts";
import { ask, type Research, want } from "../research.ts";
import { amounts, bullets, plural, quote, firstComment, shownPath, size } from "./telling.ts";
import type { Topic } from "./topic.ts";

const SHOWN = 5;

export const namedFile: Topic = {
  name: "a file that the question names",
  fits: ({ paths }) => paths.length > 0,
  *research({ paths }: Question): Research<string> {
    const [path = ""] = paths;
    const [found] = yield* ask(
      want("find", { names: [path, `*/${path}`] }, `The question names ${shownPath(path)}: I look for it.`),
    );
    const [first] = found.files;
    if (first === undefined) return `None of ${plural(found.of, "file")} is called ${shownPath(path)}.`;
    const also = found.files.slice(1, SHOWN).map(shownPath);
    const others = found.total === 1 ? "" : `\n${plural(found.total, "file")} are called so; also:\n${bullets(also)}`;
    const [counted, read] = yield* ask(
      want("count", { path: first, by: "file" }, "There it is: I count it and see how it begins."),
      want("read", { path: first, lines: 60 }, "There it is: I count it and see how it begins."),
    );
    const [own] = counted.groups;
    const what =
      own === undefined ? size(read.bytes) : `${own.language ?? ""}, ${amounts(own).replace("1 file, ", "")}`;
    if (read.text === undefined) return `${shownPath(first)}: ${what}; it has no text.${others}`;
    const says = firstComment(read.text);
    return `${shownPath(first)}: ${what}.${says === undefined ? "" : ` It says of itself ${quote(says, 300)}.`}${others}`;
  },
};
