import type { Question } from "../question.ts";
import { ask, type Research, want } from "../research.ts";
import { amounts, bullets, plural, share, shownPath } from "./telling.ts";
import type { Topic } from "./topic.ts";

const SHOWN = 5;

export const inside: Topic = {
  name: 'what is in a folder: look into "src/"',
  fits: ({ words, quoted }) => /\blook into\b/.test(words) && quoted.some((text) => text.endsWith("/")),
  *research({ quoted }: Question): Research<string> {
    const path = quoted.find((text) => text.endsWith("/")) ?? "./";
    const why = `I count ${shownPath(path)} by folder, by language and by file.`;
    const [folders, languages, files] = yield* ask(
      want("count", { path, by: "folder" }, why),
      want("count", { path, by: "language" }, why),
      want("count", { path, by: "file", order: "lines", limit: 3 }, why),
    );
    const [language] = languages.groups;
    if (language === undefined) return `There is no file in ${shownPath(path)}.`;
    const most = `${share(language.lines, languages.lines, "them")} ${language.name}`;
    const below = folders.groups.slice(0, SHOWN).map((each) => {
      const name = each.name === path ? "right in it" : shownPath(each.name);
      return `${name}: ${amounts(each)}, ${share(each.lines, folders.lines, "its lines")}`;
    });
    const parts =
      folders.groupsTotal > below.length ? `The largest of its ${plural(folders.groupsTotal, "part")}` : "Its parts";
    const [longest] = files.groups;
    const last =
      longest === undefined
        ? ""
        : `\nIts longest file is ${shownPath(longest.name)}: ${plural(longest.lines, "line")}.`;
    return `${shownPath(path)} holds ${amounts(folders)}, ${most}.\n${parts}:\n${bullets(below)}${last}`;
  },
};
