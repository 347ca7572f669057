import { ask, want } from "../research.ts";
import { amounts, bullets, leftOutText, plural, share, shownPath } from "./telling.ts";
import type { Topic } from "./topic.ts";

const SHOWN = 6;

export const languages: Topic = {
  name: "its languages and lines",
  fits: ({ words }) =>
    /\blanguages?\b|\bwritten in\b|\blines of\b|\bhow (?:much code|many (?:files|lines)|large|big)\b/.test(words),
  *research({ words }) {
    const [counted] = yield* ask(want("count", { by: "language" }, "I count by language."));
    const { groups } = counted;
    const named = groups.find(({ name }) =>
      new RegExp(`(?<![\\w#+])${escaped(name.toLowerCase())}(?![\\w#+])`).test(words),
    );
    const chosen = named ?? groups[0];
    if (chosen === undefined) return `There is no file to count. ${leftOutText(counted)}`.trim();
    const lines = groups
      .slice(0, SHOWN)
      .map((each) => `${each.name}: ${amounts(each)}, ${share(each.lines, counted.lines, "the lines")}`);
    const more =
      counted.groupsTotal > lines.length ? `\nAnd ${plural(counted.groupsTotal - lines.length, "more language")}.` : "";
    const head =
      named === undefined
        ? `${amounts(counted)}:`
        : `${named.name}: ${amounts(named)}. All together are ${amounts(counted)}:`;
    const text = `${head}\n${bullets(lines)}${more}`;
    if (chosen.files === 1) return `${text}\n${leftOutText(counted)}`.trim();
    const why = `${chosen.name} is ${named === undefined ? "first" : "asked for"}: I see where it is.`;
    const [folders] = yield* ask(want("count", { by: "folder", language: chosen.name }, why));
    const [most] = folders.groups;
    const where =
      most === undefined || folders.groupsTotal === 1
        ? `All ${chosen.name} is in ${shownPath(most?.name ?? "./")}.`
        : `Of ${chosen.name}, ${share(most.lines, folders.lines, "the lines")} are in ${shownPath(most.name)} (${amounts(most)}).`;
    return `${text}\n${where} ${leftOutText(counted)}`.trim();
  },
};

function escaped(text: string): string {
  return text.replace(/[^\p{L}\p{N} ]/gu, String.raw`\$&`);
}
