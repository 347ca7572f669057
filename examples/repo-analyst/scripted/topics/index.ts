import type { Question } from "../question.ts";
import { dependencies } from "./dependencies.ts";
import { folders } from "./folders.ts";
import { languages } from "./languages.ts";
import { history } from "./history.ts";
import { hotspots } from "./hotspots.ts";
import { inside } from "./inside.ts";
import { largest } from "./largest.ts";
import { namedFile } from "./named-file.ts";
import { overview } from "./overview.ts";
import { quoted } from "./quoted.ts";
import { testSpread } from "./test-spread.ts";
import { tests } from "./tests.ts";
import { todos } from "./todos.ts";
import type { Topic } from "./topic.ts";

const TOPICS: readonly Topic[] = [
  languages,
  folders,
  inside,
  largest,
  todos,
  tests,
  testSpread,
  dependencies,
  history,
  hotspots,
  quoted,
  namedFile,
];

export interface ChosenTopics {
  readonly topics: readonly Topic[];
  /** What is said first, where no rule fits. */
  readonly note: readonly string[];
}

/** The rules that fit a question; what the project is where it asks for nothing more. */
export function topicsOf(question: Question): ChosenTopics {
  const topics = TOPICS.filter((topic) => topic.fits(question));
  if (topics.length > 0) return { topics, note: [] };
  if (overview.fits(question)) return { topics: [overview], note: [] };
  const names = [overview, ...TOPICS].map(({ name }) => name);
  const known = `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
  return {
    topics: [overview],
    note: [`No rule fits this question. Ask for ${known}. What there is to say of the folder:`],
  };
}
