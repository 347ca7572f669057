import { parserOf } from "../../../repo-report/manifests.ts";
import type { DependenciesResult } from "../../tools/dependencies.ts";
import { ask, attempt, type Research, want } from "../research.ts";
import { amounts, figure, leftOutText, plural, quote, saidParagraphs, share, shownPath } from "./telling.ts";
import type { Topic } from "./topic.ts";

export const overview: Topic = {
  name: "what the project is",
  fits: ({ words }) =>
    /\b(?:what(?: is|'s)|about|overview|describe|summar\w*|purpose|project|repository)\b/.test(words),
  *research() {
    const [top, counted] = yield* ask(
      want("list", { path: "." }, "I look at what is there."),
      want("count", { by: "language" }, "I count it."),
    );
    if (counted.files === 0) {
      const entries =
        top.total === 0
          ? "It is empty."
          : `It holds ${plural(top.total, "entry", "entries")}, and no file that is its own.`;
      return `There is nothing to say of this folder. ${entries} ${leftOutText(counted)}`.trim();
    }
    const files = top.entries.filter(({ bytes }) => bytes !== undefined).map(({ path }) => path);
    const readme = files.find((path) => /^readme(?:\.\w+)?$/i.test(path));
    const manifest = files.find((path) => parserOf(path) !== undefined);
    const says = readme === undefined ? undefined : yield* readmeOf(readme, manifest);
    const needs = manifest === undefined ? undefined : yield* dependenciesOf(manifest);
    const where = says === undefined ? yield* foldersOf() : "";
    const [first] = counted.groups;
    const most =
      first === undefined || counted.groupsTotal === 1
        ? `, all ${first?.name ?? ""}`
        : `; most is ${first.name}: ${amounts(first)}, ${share(first.lines, counted.lines, "the lines")}`;
    const parts = [
      `${says ?? "There is no README that says what this is."}`,
      `The folder holds ${amounts(counted)}${most}. ${leftOutText(counted)}`,
      needs === undefined ? "No manifest at its top names dependencies." : dependencyText(needs),
      where,
    ];
    return parts
      .map((part) => part.trim())
      .filter((part) => part !== "")
      .join("\n");
  },
};

/** With the manifest beside it, so that both are read at once. */
function* readmeOf(path: string, manifest: string | undefined): Research<string | undefined> {
  const reading = want("read", { path, lines: 30 }, `${shownPath(path)} says what it is.`);
  const [found] = yield* manifest === undefined
    ? ask(reading)
    : ask(reading, want("dependencies", {}, `${shownPath(manifest)} says what it needs.`));
  if (found.text === undefined) return `${shownPath(path)} is no text.`;
  const [title, second] = saidParagraphs(found.text, 2);
  if (title === undefined) return `${shownPath(path)} is empty.`;
  return `${shownPath(path)} begins ${quote(title)}${second === undefined ? "" : ` ${quote(second, 240)}`}.`;
}

function* dependenciesOf(manifest: string): Research<DependenciesResult | undefined> {
  return yield* attempt(want("dependencies", {}, `${shownPath(manifest)} says what it needs.`));
}

function* foldersOf(): Research<string> {
  const [folders] = yield* ask(want("count", { by: "folder" }, "No README: I see where most of it is."));
  const [first] = folders.groups;
  if (first === undefined || folders.groupsTotal < 2) return "";
  return `Most of it is in ${shownPath(first.name)}: ${amounts(first)}.`;
}

function dependencyText({ names, manifestsTotal, manifests }: DependenciesResult): string {
  const [first = ""] = manifests;
  const where = manifestsTotal === 1 ? shownPath(first) : plural(manifestsTotal, "manifest");
  return names === 0 ? `${where} names no dependency.` : `${where}: ${figure(names)} different dependencies.`;
}
