import { ask, want } from "../research.ts";
import { amounts, bullets, leftOutText, share, shownPath } from "./telling.ts";
import type { Topic } from "./topic.ts";

const SHOWN = 6;

export const folders: Topic = {
  name: "which folder holds the most",
  fits: ({ words }) => /\b(?:folders?|director(?:y|ies)|structure|organi[sz]ed|layout)\b/.test(words),
  *research() {
    const [counted] = yield* ask(want("count", { by: "folder" }, "I count folder by folder."));
    const [first] = counted.groups;
    if (first === undefined) return `There is no file in any folder. ${leftOutText(counted)}`.trim();
    const lines = counted.groups
      .slice(0, SHOWN)
      .map((each) => `${shownPath(each.name)} ${amounts(each)}, ${share(each.lines, counted.lines, "the lines")}`);
    const text = `${shownPath(first.name)} holds the most: ${amounts(first)} of ${amounts(counted)}.\n${bullets(lines)}`;
    // What is right in the folder itself has nothing below it.
    if (first.name === "./") return `${text}\nThose are right in the folder, in none below it.`;
    const why = `${shownPath(first.name)} holds the most: I look further into it.`;
    const [below] = yield* ask(want("count", { path: first.name, by: "folder" }, why));
    const [most] = below.groups;
    if (most === undefined || most.name === first.name) return `${text}\nMost of that is right in it.`;
    return `${text}\nIn it, ${shownPath(most.name)} is first: ${amounts(most)}.`;
  },
};
