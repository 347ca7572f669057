import { activeLog } from "../../base/index.ts";
import { messageKeyOf, type Recovery } from "../../engine/index.ts";

/** Says which messages wait since a host does not have the agents that they are for. */
export function warnOfUnknownAgents({ unknown }: Recovery, now: number): void {
  const log = activeLog();
  if (log === undefined) return;
  const messages = unknown.filter(({ id, name }) => messageKeyOf(id)?.key.name === name);
  if (messages.length === 0) return;
  const counts = Array.from(
    Map.groupBy(messages, ({ name }) => name),
    ([name, { length }]) => [name, length] as const,
  );
  const agents = counts.map(([name, count]) => `"${name}" (${count})`).join(", ");
  const text = `unfinished messages wait for agents that the host does not have: ${agents}; give it these in agents, or open one of each`;
  log.write("warning", "agent", now, text, { messages: Object.fromEntries(counts) });
}
