import type { DependenciesResult } from "../../tools/dependencies.ts";
import { visible } from "../../../repo-report/escape.ts";
import { ask, want, type Wanted } from "../research.ts";
import { bullets, figure, plural, quote, shownPath } from "./telling.ts";
import type { Topic } from "./topic.ts";

const LOOKED_FOR = 8;
const CODE = ["*.ts", "*.tsx", "*.mts", "*.cts", "*.js", "*.jsx", "*.mjs", "*.cjs", "*.vue", "*.svelte"];
const IMPORTS = ["import ", "require(", "#include", "use "];

export const dependencies: Topic = {
  name: "its dependencies",
  fits: ({ words }) => /\bdepend\w*\b|\bpackages?\b|\blibrar(?:y|ies)\b/.test(words),
  *research() {
    const [found] = yield* ask(want("dependencies", {}, "I read the manifests."));
    if (found.manifestsTotal === 0) {
      const [used] = yield* ask(
        want("search", { texts: IMPORTS, limit: 5 }, "There is no manifest: I see whether code imports anything."),
      );
      const code =
        used.total === 0
          ? "and no line imports anything"
          : `but something is imported in ${plural(used.total, "line")}, in ${plural(used.files, "file")}`;
      return `No manifest names dependencies, ${code} (of ${plural(used.of, "text file")}).${unreadText(found)}`;
    }
    const groups = Map.groupBy(found.listed, ({ group }) => group);
    const lines = [...groups].map(([group, all]) => {
      const names = [...new Set(all.map(({ name, version }) => visible(`${name} ${version}`)))];
      return `${visible(group)}: ${names.slice(0, 12).join(", ")}${names.length > 12 ? ` and ${figure(names.length - 12)} more` : ""}`;
    });
    const where =
      found.manifestsTotal === 1 ? shownPath(found.manifests[0] ?? "") : plural(found.manifestsTotal, "manifest");
    const text = `${where} ${found.manifestsTotal === 1 ? "names" : "name"} ${plural(found.names, "different dependency", "different dependencies")}.\n${bullets(lines)}${unreadText(found)}`;
    const npm = found.listed.filter(
      ({ manifest, group }) => manifest.endsWith("package.json") && group === "dependencies",
    );
    const names = [...new Set(npm.map(({ name }) => name))].slice(0, LOOKED_FOR);
    if (names.length === 0) return text;
    const uses = yield* ask(...names.map(usesOf));
    const unused = names.filter((_, index) => uses[index]?.files === 0);
    const named = names.flatMap((name, index) => {
      const { files } = uses[index] ?? { files: 0 };
      return files === 0 ? [] : [`${visible(name)} in ${plural(files, "file")}`];
    });
    const used = named.length === 0 ? "The code imports none of them" : `The code imports ${named.join(", ")}`;
    const not = unused.length === 0 || named.length === 0 ? "" : `; and not ${unused.map(visible).join(", ")}`;
    const more =
      npm.length > names.length ? ` (the first ${figure(names.length)} of package.json were looked for)` : "";
    return `${text}\n${used}${not}${more}.`;
  },
};

/** A package is imported by its name or a path below it, in quotes. */
function usesOf(name: string): Wanted<"search"> {
  const texts = [`"${name}"`, `'${name}'`, `"${name}/`, `'${name}/`];
  return want(
    "search",
    { texts, names: CODE, limit: 1 },
    "package.json names libraries: I see which of them the code imports.",
  );
}

function unreadText({ unread }: DependenciesResult): string {
  const [first] = unread;
  if (first === undefined) return "";
  return `\nNot understood: ${plural(unread.length, "part")}, such as ${quote(`${first.path}: ${first.why}`)}.`;
}
