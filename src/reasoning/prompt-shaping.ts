import type { AgentContext } from "../agent/index.ts";
import type { BlobRef, StepContext } from "../base/index.ts";
import type { ToolDefinition } from "../tools/index.ts";
import { PROMPT_SHAPED, type PromptShape, sameShape } from "./prompt-shape.ts";

/** What a model is asked with, beside the messages. */
export interface ShapedPrompt {
  readonly dialect: "native" | "json";
  readonly system: string;
  readonly tools: readonly ToolDefinition[];
  readonly maxMessages: number;
}

/** Shapes that are on record, as this process knows: by agent, what they were made of. */
const known = new WeakMap<PromptShape, Map<string, ShapedPrompt>>();

/**
 * Keeps what a prompt is made of, while the model answers. In a conversation that goes on with the same system text and tools
 * it costs a comparison.
 *
 * @param before The shape that memory has on record.
 * @returns Resolves when it is on record; nothing where it was.
 */
export function keepShape(
  step: Pick<StepContext, "defer" | "record">,
  { agent, blobs }: Pick<AgentContext<unknown>, "agent" | "blobs">,
  before: PromptShape | undefined,
  prompt: ShapedPrompt,
): Promise<void> | undefined {
  const id = JSON.stringify([agent.name, agent.id]);
  const made = before && known.get(before)?.get(id);
  if (made !== undefined && isSame(made, prompt)) return undefined;
  const kept = shaped(blobs, id, before, prompt).then((changed) => {
    if (changed !== undefined) step.record(PROMPT_SHAPED, changed);
  });
  kept.catch(() => {});
  // Also of a step that is cut off.
  step.defer(() => kept);
  return kept;
}

/** @returns Nothing where it was on record already. */
async function shaped(
  blobs: AgentContext<unknown>["blobs"],
  agent: string,
  before: PromptShape | undefined,
  prompt: ShapedPrompt,
): Promise<PromptShape | undefined> {
  const { dialect, system, tools, maxMessages } = prompt;
  const put = (text: string): Promise<BlobRef> => blobs.put(new TextEncoder().encode(text));
  const [said, told] = await Promise.all([
    system === "" ? undefined : put(system),
    dialect === "native" && tools.length > 0 ? put(JSON.stringify(tools)) : undefined,
  ]);
  const shape: PromptShape = {
    dialect,
    ...(said !== undefined && { system: said }),
    ...(told !== undefined && { tools: told }),
    maxMessages,
  };
  // One that was read back, or came with a memory from elsewhere, may have lacked its blobs: they were put again.
  const isKnown = before !== undefined && sameShape(before, shape);
  const kept = isKnown ? before : shape;
  const agents = known.get(kept) ?? new Map<string, ShapedPrompt>();
  known.set(kept, agents.set(agent, prompt));
  return isKnown ? undefined : shape;
}

function isSame(a: ShapedPrompt, b: ShapedPrompt): boolean {
  return (
    a.system === b.system &&
    a.dialect === b.dialect &&
    a.maxMessages === b.maxMessages &&
    a.tools.length === b.tools.length &&
    a.tools.every((tool, index) => tool === b.tools[index])
  );
}
