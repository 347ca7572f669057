import type { Journal, RunAbout } from "aitor";

import { visible } from "./escape.ts";

/**
 * Says what of an agent's is not finished. Messages of one agent are handled in order: one that was cut off comes first. Those
 * of the definition's other agents go on beside it.
 */
export async function tellUnfinished(
  journal: Journal,
  agent: { readonly name: string; readonly id: string },
): Promise<void> {
  for await (const { stream, state, about } of journal.heads({ kind: "run", ended: false })) {
    const { name, key } = about as RunAbout;
    if (name !== agent.name || key === undefined) continue;
    const id = visible(stream.slice(stream.lastIndexOf("/") + 1));
    const why = state === "queued" ? "which waits" : "which was interrupted";
    console.error(
      key.id === agent.id ? `${id}, ${why}, comes first` : `${id} on ${visible(key.id)}, ${why}, goes on beside`,
    );
  }
}
