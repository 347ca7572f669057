import type { Draft } from "../../base/index.ts";
import { mailboxName, type RunAbout } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import { AGENT } from "../definition/agent-stream.ts";
import type { AgentAbout } from "../definition/memory-events.ts";

/**
 * An agent that a journal knows: its memory was changed at least once, or it has messages that are not handled yet. To find agents
 * that only handled messages, all recorded messages would have to be read.
 */
export interface AgentInfo {
  readonly name: string;
  readonly id: string;
  /**
   * - `suspended`: the message under way waits for something from outside.
   * - `interrupted`: the handling of a message was begun and nobody works on it: its process died, it stands still, or the host
   *   does not have its agent.
   */
  readonly state: "idle" | "busy" | "suspended" | "interrupted";
  /** Messages that wait for their turn. */
  readonly queued: number;
  /** When the memory was last changed, in milliseconds since 1970; `undefined` if it never was. */
  readonly changedAt: number | undefined;
}

/** The agents of a journal, or those of one definition. @param isUnderWay Whether somebody works on a run. */
export async function listAgents(
  journal: Journal,
  isUnderWay: (run: string) => boolean,
  name?: string,
): Promise<AgentInfo[]> {
  const agents = new Map<string, Draft<AgentInfo>>();
  const known = (key: AgentAbout): Draft<AgentInfo> => {
    const place = mailboxName(key);
    const found = agents.get(place);
    if (found !== undefined) return found;
    const info = { name: key.name, id: key.id, state: "idle" as const, queued: 0, changedAt: undefined };
    agents.set(place, info);
    return info;
  };
  for await (const { about, lastAt } of journal.heads({ kind: AGENT, ended: false })) {
    const key = about as AgentAbout;
    if (name === undefined || key.name === name) known(key).changedAt = lastAt;
  }
  for await (const { stream, state, about } of journal.heads({ kind: "run", ended: false })) {
    const { key } = about as RunAbout;
    if (key === undefined || (name !== undefined && key.name !== name)) continue;
    const agent = known(key);
    if (state === "queued") agent.queued++;
    else if (state === "suspended") agent.state = "suspended";
    else agent.state = isUnderWay(stream) ? "busy" : "interrupted";
  }
  return [...agents.values()];
}
