import type { MessageKey } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import { agentStream } from "../definition/agent-stream.ts";
import { historyNotKeptError } from "../definition/errors.ts";

/**
 * Whether what was just read is what an agent's memory was after the event with this `seq`: its history has not begun anew
 * since. To be asked after the reading, which somebody may have overtaken.
 *
 * @param asked For what, in the error's words.
 * @throws AitorError (rejects with) `history-not-kept`; what the journal says.
 */
export async function checkKept(journal: Journal, key: MessageKey, upTo: number, asked: string): Promise<void> {
  for await (const { type, seq } of journal.read(agentStream(key))) {
    if (type === "history-begun" && upTo < seq) throw historyNotKeptError(key, seq, asked);
    return;
  }
}
