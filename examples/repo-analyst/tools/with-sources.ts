import type { StepContext, ToolCallContext } from "aitor";

import { folderOf } from "../folder-of.ts";
import { Sources } from "../sources.ts";

/** Looks at the folder of the agent that calls. @throws AitorError `not-a-folder`; what `look` throws. */
export async function withSources<Found>(
  { agent }: Pick<ToolCallContext, "agent">,
  { abortSignal }: Pick<StepContext, "abortSignal">,
  look: (sources: Sources, signal: AbortSignal) => Promise<Found>,
): Promise<Found> {
  await using sources = await Sources.open(folderOf(agent?.id ?? ""), abortSignal);
  return await look(sources, abortSignal);
}
