import type { Head, Journal } from "../../journal/index.ts";

/** What a journal says of a run; nothing where it has none of that id. */
export async function headOf(journal: Journal, id: string): Promise<Head | undefined> {
  for await (const head of journal.heads({ stream: id, kind: "run" })) return head;
  return undefined;
}
