import type { Head } from "../../journal/index.ts";
import type { RunAbout } from "./events.ts";

/** Messages in the order of their turns: what was begun, then by receipt, each that was delayed when it was due. */
export function inOrder(messages: readonly Head[]): Head[] {
  const dueAt = (head: Head): number | undefined => (head.about as RunAbout).dueAt;
  const isDelayed = (head: Head): boolean => head.state === "queued" && dueAt(head) !== undefined;
  const delayed = messages.filter(isDelayed).sort((a, b) => Number(dueAt(a)) - Number(dueAt(b)));
  const ordered: Head[] = [];
  for (const head of messages) {
    if (isDelayed(head)) continue;
    while (head.state === "queued" && Number(dueAt(delayed[0] ?? head)) <= head.firstAt)
      ordered.push(delayed.shift() as Head);
    ordered.push(head);
  }
  return [...ordered, ...delayed];
}
