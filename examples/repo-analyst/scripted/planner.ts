import { adaptations, foundIn, FIRST_TODOS } from "./plan-rules.ts";
import { ask, type Research, want, type WorkedOn } from "./research.ts";
import { figure, plural, shownPath } from "./topics/telling.ts";

type Result = WorkedOn["results"][number];

/** How the scripted model plans a survey: three sub-agents look side by side, and what they find decides on the rest. */
export function* planner(): Research<string> {
  const [top] = yield* ask(want("list", {}, "I look at what is there."));
  const own = top.entries.filter(({ leftOut }) => leftOut === undefined);
  if (own.length === 0) {
    const what = top.total === 0 ? "It is empty" : `Of ${plural(top.total, "entry", "entries")} none is its own`;
    return `There is nothing to survey. ${what}.`;
  }
  const begin = `${plural(own.length, "entry", "entries")} of its own. Three can look at it side by side; two more todos wait for what they find.`;
  yield* ask(want("plan_add", { todos: FIRST_TODOS }, begin));
  const first = yield* workOn(FIRST_TODOS.filter(({ dependsOn }) => dependsOn.length === 0).map(({ id }) => id));

  const { changes, todos, notes } = adaptations(foundIn(first));
  // One after the other, each with its reason.
  for (const change of changes) yield* ask(change);
  const rest = todos.length === 0 ? [] : yield* workOn(todos);
  return answerOf([...first, ...rest], notes);
}

/** Until they are over: after each round the plan could be changed. */
function* workOn(todos: readonly string[]): Research<Result[]> {
  const results: Result[] = [];
  for (let left = todos; left.length > 0;) {
    const [worked] = yield* ask(want("plan_work", { todos: left }, `To work: ${left.map(shownPath).join(", ")}.`));
    results.push(...worked.results);
    const open = left.filter((id) => !worked.results.some(({ todo }) => todo === id));
    if (open.length === left.length) break;
    left = open;
  }
  return results;
}

function answerOf(results: readonly Result[], notes: readonly string[]): string {
  const done = results.filter(({ status }) => status === "completed");
  const failed = results.filter(({ status }) => status !== "completed");
  const lines = [
    `${figure(done.length)} of ${plural(results.length, "todo")} were done. What was found:`,
    ...done.map(({ todo, result = "" }) => `- ${todo}: ${headlines(result)}`),
    ...failed.map(({ todo, error = "no reason was given" }) => `- ${todo} failed: ${error}`),
  ];
  return [lines.join("\n"), ...notes].join("\n\n");
}

/** The first line of each part of an answer. */
function headlines(answer: string): string {
  const parts = answer.split("\n\n").filter((part) => !part.startsWith("("));
  return parts.map((part) => (part.split("\n", 1)[0] ?? "").replace(/:$/, ".")).join(" ");
}
