import { activeLog } from "../../base/index.ts";
import { messageKeyOf, type Recovery } from "../../engine/index.ts";

/** Says which messages wait since a host does not have the agents that they are for. */
export function warnOfUnknownAgents({ unknown }: Recovery, now: number): void {
  const log = activeLog();
  if (log === undefined) return;
  const messages: Record<string, number> = {};
  for (const { id, name } of unknown)
    if (messageKeyOf(id)?.key.name === name) messages[name] = (messages[name] ?? 0) + 1;
  const counts = Object.entries(messages).map(([name, count]) => `"${name}" (${count})`);
  if (counts.length === 0) return;
  const text = `unfinished messages wait for agents that the host does not have: ${counts.join(", ")}; give it these in agents, or open one of each`;
  log.write("warning", "agent", now, text, { messages });
}
