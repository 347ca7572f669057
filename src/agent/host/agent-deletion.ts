import { isAitorError, type MessageKey } from "../../base/index.ts";
import { type Engine, forgetOwner, mailboxName, messageKeyOf } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import { agentStream } from "../definition/agent-stream.ts";
import type { AwakeAgents } from "../run/awake-agents.ts";

/**
 * Forgets an agent: its memory, its messages and what their handling left on record; what its model calls used is counted
 * for its definition, without its id. What it sent to others is theirs, and stays. What is under way is cancelled; a message that
 * comes later finds a new agent.
 */
export async function deleteAgent(
  journal: Journal,
  engine: Pick<Engine, "cancel" | "turn">,
  awake: AwakeAgents,
  key: MessageKey,
  at: number,
): Promise<void> {
  const forget = async (): Promise<void> => {
    awake.forget(key);
    await forgetOwner(journal, key, at);
    // In one step: should the process die before, it is all there, and can be deleted again.
    await journal.append([], { drop: [agentStream(key), ...(await runsOf(journal, key, true))] });
    // Whoever read it meanwhile woke it as it was.
    awake.forget(key);
  };
  for (;;) {
    await cancelAll(journal, engine, key);
    try {
      await engine.turn(key, forget);
      return;
    } catch (error) {
      // A message came meanwhile, and is in the way.
      if (!isAitorError(error, "agent-suspended") && !isAitorError(error, "mailbox-full")) throw error;
    }
  }
}

async function cancelAll(journal: Journal, engine: Pick<Engine, "cancel">, key: MessageKey): Promise<void> {
  const unfinished = await runsOf(journal, key, false);
  // The last message first: with the end of each the one behind it would begin. They take their children along.
  for (const run of [...unfinished.filter(isOfMessage).reverse(), ...unfinished]) {
    try {
      await engine.cancel(run, `${key.name} "${key.id}" is deleted`);
    } catch (error) {
      // Somebody else deletes it, too.
      if (!isAitorError(error, "run-unknown")) throw error;
    }
  }
}

function isOfMessage(run: string): boolean {
  return messageKeyOf(run) !== undefined;
}

/** The runs of its messages, and all that these have as children. */
async function runsOf(journal: Journal, key: MessageKey, ended: boolean): Promise<string[]> {
  const prefix = `${mailboxName(key)}/`;
  const runs: string[] = [];
  for await (const head of journal.heads({ kind: "run", ended })) {
    if (head.stream.startsWith(prefix)) runs.push(head.stream);
  }
  return runs;
}
