import { isError } from "../../base/index.ts";
import { type FileKind, fileKind, type PromptMessage } from "../format/prompt.ts";

/*
 * No table says which files a model takes. Its package says so by what it throws before it sends anything, in words of its
 * own ("media type: audio/mpeg", "PDF file parts with URLs", "Only images and PDF file parts are supported"). If the words
 * name a kind of file, that is what was refused. If they name nothing, it is the rest: images last, since most models take
 * them. Each refusal removes at least one kind, so asking again without it comes to an end.
 */

/** The kinds of files of that prompt which a package of the AI SDK refused; none where it failed for another reason. */
export function refusedFiles(thrown: unknown, prompt: readonly PromptMessage[]): readonly FileKind[] {
  if (!isError(thrown) || thrown.name !== "AI_UnsupportedFunctionalityError") return [];
  const words = thrown.message.toLowerCase();
  if (!ABOUT_FILES.test(words)) return [];
  const kinds = [...filesOf(prompt)];
  const first = firstNamed(words, kinds);
  const isNamed = ({ mediaType }: FileKind): boolean =>
    mediaType
      .toLowerCase()
      .split("/")
      .some((word) => words.includes(word));
  const isAsGiven = ({ given }: FileKind): boolean => given === "url" || !words.includes("url");
  const isImage = ({ mediaType }: FileKind): boolean => mediaType.startsWith("image");
  const tests: ((kind: FileKind) => boolean)[] = [
    ({ mediaType }) => mediaType === first,
    NAMES_THE_OTHERS.test(words) ? (kind) => !isNamed(kind) : (kind) => isNamed(kind) && isAsGiven(kind),
    (kind) => isAsGiven(kind) && !isImage(kind),
    isAsGiven,
  ];
  for (const test of tests) {
    for (const role of ROLES) {
      const found = kinds.filter((kind) => kind.role === role && test(kind));
      if (found.length > 0) return found;
    }
  }
  return [];
}

const NAMES_THE_OTHERS = /\bonly\b|\bnon-/;
const ABOUT_FILES = /\b(files?|images?|audio|video|pdf|media|documents?|urls?)\b/;

/** Packages look at a user's files; what tools gave they write as text, as a rule. */
const ROLES: readonly FileKind["role"][] = ["user", "tool", "assistant"];

/** Behind the one that is refused, some say which ones are not. */
function firstNamed(words: string, kinds: readonly FileKind[]): string | undefined {
  const places = kinds
    .map(({ mediaType }) => ({ mediaType, at: words.indexOf(mediaType.toLowerCase()) }))
    .filter(({ at }) => at >= 0);
  return places.toSorted((a, b) => a.at - b.at)[0]?.mediaType;
}

function* filesOf(prompt: readonly PromptMessage[]): Generator<FileKind> {
  for (const { role, content } of prompt) {
    if (role === "system") continue;
    for (const part of content) {
      if (part.type === "file") yield fileKind(part, role);
      if (part.type !== "tool-result" || part.output.type !== "content") continue;
      for (const inner of part.output.value) if (inner.type === "file") yield fileKind(inner, "tool");
    }
  }
}
