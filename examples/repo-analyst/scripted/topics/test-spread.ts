import { ask, want } from "../research.ts";
import { bullets, figure, plural, shownPath } from "./telling.ts";
import { TEST_NAMES } from "./tests.ts";
import type { Topic } from "./topic.ts";

const SHOWN = 6;

export const testSpread: Topic = {
  name: "how its tests are spread",
  fits: ({ words }) => /\btests?\b.*\bspread\b/.test(words),
  *research() {
    const why = "I count the files of each folder, and its tests.";
    const [all, own] = yield* ask(
      want("count", { by: "folder", order: "files" }, why),
      want("count", { by: "folder", order: "files", names: TEST_NAMES }, why),
    );
    if (own.files === 0) return `No file of ${figure(all.files)} is called like a test.`;
    const tests = new Map(own.groups.map(({ name, files }) => [name, files]));
    const lines = all.groups
      .filter(({ name }) => tests.has(name))
      .slice(0, SHOWN)
      .map(({ name, files }) => `${shownPath(name)}: ${figure(tests.get(name) ?? 0)} of ${plural(files, "file")}`);
    const without = all.groups.filter(({ name }) => !tests.has(name)).map(({ name }) => shownPath(name));
    const none =
      without.length === 0
        ? ""
        : `\nNone in ${without.slice(0, SHOWN).join(", ")}${without.length > SHOWN ? ", …" : ""}.`;
    return `${plural(own.files, "file")} of tests, in ${plural(own.groupsTotal, "folder")} of ${figure(all.groupsTotal)}.\n${bullets(lines)}${none}`;
  },
};
