import { visible } from "../../../repo-report/escape.ts";
import { ask, want } from "../research.ts";
import { bullets, plural, shownPath } from "./telling.ts";
import type { Topic } from "./topic.ts";

const SHOWN = 5;

export const history: Topic = {
  name: "its history",
  fits: ({ words }) => /\bhistory\b|\bcommits?\b|\bauthors?\b/.test(words),
  *research() {
    const [found] = yield* ask(want("history", {}, "I ask git what it knows."));
    if (found.missing !== undefined) return `There is no history: ${visible(found.missing)}.`;
    const { commits, authors, first = "", last = "", months, changed } = found;
    const when = first === last ? `all on ${first}` : `from ${first} to ${last}, in ${plural(months, "month")}`;
    const text = `${plural(commits, "commit")} by ${plural(authors, "author")}, ${when}.`;
    if (changed.length === 0) return text;
    const lines = changed.slice(0, SHOWN).map(({ path, commits: often, exists }) => {
      return `${shownPath(path)}: ${plural(often, "commit")}${exists ? "" : " (no longer there)"}`;
    });
    return `${text}\nThe files that most commits touched:\n${bullets(lines)}`;
  },
};
