import { visible } from "../../../repo-report/escape.ts";
import { ask, want } from "../research.ts";
import { bullets, plural, shownPath, size } from "./telling.ts";
import type { Topic } from "./topic.ts";

const LOOKED_AT = 5;

export const hotspots: Topic = {
  name: "the size of the files that change most",
  fits: ({ words }) => /\bsize\b.*\bchanged? most\b/.test(words),
  *research() {
    const [{ changed, missing, note }] = yield* ask(want("history", {}, "I ask git which files these are."));
    if (missing !== undefined) return `There is no history: ${visible(missing)}.`;
    if (changed.length === 0 && note !== undefined) return `I could not find that out: ${visible(note)}.`;
    const left = changed.filter(({ exists }) => exists).slice(0, LOOKED_AT);
    if (left.length === 0) return "None of the files that changed most is still there.";
    const counted = yield* ask(
      ...left.map(({ path }) => want("count", { path, by: "file" }, "I count those that are still there.")),
    );
    const lines = left.map(({ path, commits }, index) => {
      const { lines: long, bytes } = counted[index] ?? { lines: 0, bytes: 0 };
      return `${shownPath(path)}: ${plural(commits, "commit")}, ${plural(long, "line")}, ${size(bytes)}`;
    });
    const sum = counted.reduce((all, each) => all + each.lines, 0);
    const what =
      left.length === 1 ? "The file that changed most has" : `The ${left.length} files that changed most have`;
    return `${what} ${plural(sum, "line")}${left.length === 1 ? "" : " together"}.\n${bullets(lines)}`;
  },
};
