import type { AgentBehaviour } from "../definition/agent-behaviour.ts";
import type { AgentRun } from "./agent-run.ts";
import type { FoldedMemory } from "../memory/folded-memory.ts";
import { PatchedMemory } from "../memory/patched-memory.ts";
import type { RunFollowers } from "../definition/run-followers.ts";

/** What the handler replies. What it leaves of memory is checked, and who follows the run is told that it is over. */
export async function handled(
  { handle }: Pick<AgentBehaviour, "handle">,
  message: unknown,
  ctx: AgentRun<unknown>,
  content: PatchedMemory | FoldedMemory,
  followers: RunFollowers,
): Promise<unknown> {
  try {
    const reply = await handle(message, ctx);
    const checking = content instanceof PatchedMemory ? content.check() : undefined;
    if (checking !== undefined) await checking;
    return reply;
  } finally {
    followers.over(ctx.runId);
  }
}
