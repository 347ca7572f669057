import type { MessageKey } from "../base/index.ts";
import { type Engine, forgetOwner, mailboxName, messageKeyOf } from "../engine/index.ts";
import type { Journal } from "../journal/index.ts";
import { agentStream } from "./agent-stream.ts";
import type { AwakeAgents } from "./awake-agents.ts";

/**
 * Forgets an agent: its memory, its messages and what their handling left on record; what its model calls used is counted
 * for its definition, without its id. What is under way is cancelled; a message that comes later finds a new agent.
 */
export async function deleteAgent(
  journal: Journal,
  engine: Pick<Engine, "cancel" | "turn">,
  awake: AwakeAgents,
  key: MessageKey,
  at: number,
): Promise<void> {
  const reason = `${key.name} "${key.id}" is deleted`;
  const unfinished = await runsOf(journal, key, false);
  // The last message first: with the end of each the one behind it would begin. They take their children along.
  for (const run of unfinished.filter(isOfMessage).reverse()) await engine.cancel(run, reason);
  for (const run of unfinished) await engine.cancel(run, reason);
  await engine.turn(key, async () => {
    awake.forget(key);
    await forgetOwner(journal, key, at);
    // Its memory before its runs: should the process die now, the rest is no memory of it, and can be deleted again.
    await journal.drop(agentStream(key));
    for (const run of await runsOf(journal, key, true)) await journal.drop(run);
  });
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
