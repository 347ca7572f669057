import type { Wanted, WorkedOn } from "./research.ts";
import { want } from "./research.ts";
import { share, shownPath } from "./topics/telling.ts";

/** A todo as the planner writes it. */
interface PlannedTodo {
  readonly id: string;
  readonly content: string;
  readonly assignee: string;
  readonly dependsOn: readonly string[];
}

/** What a survey begins with, whatever the folder. */
export const FIRST_TODOS: readonly PlannedTodo[] = [
  todo(
    "structure",
    "structure",
    "Which languages is it written in, what is its layout, and what are its largest files?",
  ),
  todo("quality", "quality", "Is it tested, which TODO and FIXME notes are left, and what does it depend on?"),
  todo("history", "history", "What does its history say: how many commits, by whom, and what do they touch?"),
  todo("focus", "structure", "Look into the folders that hold the most.", ["structure"]),
  todo("hotspots", "history", "What size are the files that change most?", ["history"]),
];

function todo(id: string, assignee: string, content: string, dependsOn: readonly string[] = []): PlannedTodo {
  return { id, content, assignee, dependsOn };
}

interface Share {
  readonly name: string;
  readonly lines: number;
  readonly percent: number;
}

/** What the plan depends on, as the sub-agents' answers tell it. */
export interface Found {
  /** The failed ones are not there. */
  readonly answered: ReadonlySet<string>;
  /** The greatest first. */
  readonly languages: readonly Share[];
  readonly folders: readonly Share[];
  readonly hasTests: boolean;
  /** Why there is no history. */
  readonly noHistory: string | undefined;
}

const LANGUAGE = /^- (.+): [\d,]+ files?, ([\d,]+) lines?, [^,]+, (\d+) % of the lines$/gm;
const FOLDER = /^- (.+\/) [\d,]+ files?, ([\d,]+) lines?, [^,]+, (\d+) % of the lines$/gm;

/** Reads what came back. */
export function foundIn(results: WorkedOn["results"]): Found {
  const answers = new Map(results.flatMap(({ todo: id, result }) => (result === undefined ? [] : [[id, result]])));
  const structure = answers.get("structure") ?? "";
  const history = answers.get("history") ?? "";
  return {
    answered: new Set(answers.keys()),
    languages: sharesIn(structure, LANGUAGE),
    folders: sharesIn(structure, FOLDER),
    hasTests: /^Tests are in /m.test(answers.get("quality") ?? ""),
    noHistory: /^There is no history: (.*)\.$/m.exec(history)?.[1],
  };
}

function sharesIn(text: string, line: RegExp): Share[] {
  return Array.from(text.matchAll(line), ([, name = "", lines = "", percent]) => {
    return { name, lines: Number(lines.replaceAll(",", "")), percent: Number(percent) };
  });
}

export interface Adaptations {
  /** Calls that change the plan. */
  readonly changes: readonly Wanted[];
  /** What is to be worked on from now on. */
  readonly todos: readonly string[];
  /** What was decided without a change. */
  readonly notes: readonly string[];
}

/** Percent of the lines from which on a folder is looked into. */
const GREAT_FOLDER = 5;
/** From which on a language is counted by itself. */
const GREAT_LANGUAGE = 10;
const MOST_FOLDERS = 3;
/** Rather data and prose than code. */
const NO_CODE = new Set([
  "Binary",
  "CSV",
  "INI",
  "JSON",
  "Markdown",
  "Other text",
  "SVG",
  "TOML",
  "Text",
  "XML",
  "YAML",
]);

/** How the plan is to change, and why. */
export function adaptations(found: Found): Adaptations {
  const parts = [focus(found), hotspots(found), languages(found), tests(found)];
  return {
    changes: parts.flatMap(({ changes }) => changes),
    todos: parts.flatMap(({ todos }) => todos),
    notes: parts.flatMap(({ notes }) => notes),
  };
}

function focus({ answered, folders }: Found): Adaptations {
  if (!answered.has("structure")) return dropped("focus", "nobody could say where most of it is");
  const great = folders
    .filter(({ name, percent }) => percent >= GREAT_FOLDER && /^[^`"“”'\\]{1,150}\/$/.test(name) && name !== "./")
    .slice(0, MOST_FOLDERS);
  const [first] = great;
  if (first === undefined) return dropped("focus", `no folder below it holds ${GREAT_FOLDER} % of the lines`);
  const contents = great.map(({ name }) => `Look into "${name}": what is in it?`);
  const where = great.map(({ name, percent }) => `${shownPath(name)} ${percent} %`).join(", ");
  if (great.length === 1) {
    const why = `Structure found that one folder holds most: ${where} of the lines.`;
    return changed(want("plan_update", { todos: [{ id: "focus", content: contents[0] }] }, why), ["focus"]);
  }
  const parts = contents.map((content, index) => ({ id: `focus-${index + 1}`, content, assignee: "structure" }));
  const reason = `most of the lines are in ${great.length} folders: ${where}`;
  return changed(
    want("plan_split", { id: "focus", parts, reason }, "Structure found where most of it is: I split that todo."),
    parts.map(({ id }) => id),
  );
}

function hotspots({ answered, noHistory }: Found): Adaptations {
  if (!answered.has("history")) return dropped("hotspots", "nobody could say what its history is");
  if (noHistory !== undefined) return dropped("hotspots", `there is no history (${noHistory})`);
  return { changes: [], todos: ["hotspots"], notes: [] };
}

function languages({ languages: all }: Found): Adaptations {
  const code = all.filter(({ name, percent }) => percent >= GREAT_LANGUAGE && !NO_CODE.has(name));
  const [, second] = code;
  if (second === undefined) return { changes: [], todos: [], notes: [] };
  const lines = code.reduce((sum, each) => sum + each.lines, 0);
  const why = `A second language holds ${share(second.lines, lines, "the code")}: ${second.name}.`;
  const content = `How many lines of ${second.name} are there, and where?`;
  return added(todo("language", "structure", content), why);
}

function tests({ answered, hasTests }: Found): Adaptations {
  if (hasTests)
    return added(todo("tests", "quality", "How are the tests spread?"), "Quality found tests: where are they?");
  const notes = answered.has("quality")
    ? ["Quality found no files of tests, so nobody looked at how they are spread."]
    : [];
  return { changes: [], todos: [], notes };
}

function added(one: PlannedTodo, why: string): Adaptations {
  return changed(want("plan_add", { todos: [one] }, why), [one.id]);
}

function dropped(id: string, reason: string): Adaptations {
  return changed(want("plan_drop", { ids: [id], reason }, `That makes no sense here: ${id}.`), []);
}

function changed(call: Wanted, todos: readonly string[]): Adaptations {
  return { changes: [call], todos, notes: [] };
}
