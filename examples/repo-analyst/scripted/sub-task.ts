/** What a planning agent tells every sub-agent, behind its todo. */
const PART = "\n\nThis is a part of a larger task";

/** The todo that a sub-agent is given, without what it is told around it; a question of a person as it is. */
export function subTask(told: string): string {
  const isPart = told.includes(PART);
  return isPart ? (told.split("\n", 1)[0] ?? "") : told;
}
