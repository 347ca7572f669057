import type { MessageKey } from "../../base/index.ts";
import type { Head, Journal } from "../../journal/index.ts";
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

/** The run that a key goes on with before that one: its own turn has not come. */
export async function runBefore(journal: Journal, { name, id }: MessageKey, run: string): Promise<string | undefined> {
  const messages: Head[] = [];
  for await (const head of journal.heads({ kind: "run", ended: false })) {
    const { key } = head.about as RunAbout;
    if (key?.name === name && key.id === id) messages.push(head);
  }
  const [first] = inOrder(messages);
  return first?.stream === run ? undefined : first?.stream;
}
