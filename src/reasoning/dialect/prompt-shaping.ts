import type { AgentContext } from "../../agent/index.ts";
import type { BlobRef, StepContext } from "../../base/index.ts";
import type { ToolDefinition } from "../../tools/index.ts";
import { PROMPT_SHAPED, type PromptShape, sameShape } from "../memory/prompt-shape.ts";

/** What a model is asked with, beside the messages. */
export interface ShapedPrompt {
  readonly dialect: "native" | "json";
  readonly system: string;
  readonly tools: readonly ToolDefinition[];
  readonly maxMessages: number;
}

/** Shapes that are on record, as this process knows: by agent, what they were made of. */
const known = new WeakMap<PromptShape, Map<string, ShapedPrompt>>();

/** Tools as their blob. A list of tools stays as it is. */
const listed = new WeakMap<readonly ToolDefinition[], Uint8Array>();

/** Keeps what the prompts of a run are made of, while the model answers. As long as that stays the same, it costs a comparison. */
export class PromptShaping {
  readonly #ctx: Pick<AgentContext<unknown>, "agent" | "blobs">;
  /** What was on record last, and what it was made of. */
  #shape: PromptShape | undefined;
  #prompt: ShapedPrompt | undefined;

  constructor(ctx: Pick<AgentContext<unknown>, "agent" | "blobs">) {
    this.#ctx = ctx;
  }

  /**
   * @param before The shape that memory has on record.
   * @returns Resolves when it is on record; nothing where it was.
   */
  keep(
    step: Pick<StepContext, "defer" | "record">,
    before: PromptShape | undefined,
    prompt: ShapedPrompt,
  ): Promise<void> | undefined {
    if (before !== undefined && this.#isKnown(before, prompt)) return undefined;
    const kept = this.#kept(step, before, prompt);
    kept.catch(() => {});
    // Also of a step that is cut off.
    step.defer(() => kept);
    return kept;
  }

  /** The agent has what it is made of, and its record says so. */
  #isKnown(before: PromptShape, prompt: ShapedPrompt): boolean {
    const made = before === this.#shape ? this.#prompt : known.get(before)?.get(this.#agent);
    if (made === undefined || !isSame(made, prompt)) return false;
    this.#shape = before;
    this.#prompt = made;
    return true;
  }

  async #kept(step: Pick<StepContext, "record">, before: PromptShape | undefined, prompt: ShapedPrompt): Promise<void> {
    const { dialect, maxMessages } = prompt;
    const [system, tools] = await this.#put(prompt);
    const shape: PromptShape = { dialect, ...(system && { system }), ...(tools && { tools }), maxMessages };
    // One that was read back, or came with a memory from elsewhere, may have lacked its blobs: they were put again.
    const isKnown = before !== undefined && sameShape(before, shape);
    const kept = isKnown ? before : shape;
    const agents = known.get(kept) ?? new Map<string, ShapedPrompt>();
    known.set(kept, agents.set(this.#agent, prompt));
    if (!isKnown) step.record(PROMPT_SHAPED, shape);
  }

  /** What the system says, and the tools; nothing for nothing. */
  #put({ dialect, system, tools }: ShapedPrompt): Promise<[BlobRef | undefined, BlobRef | undefined]> {
    const { blobs } = this.#ctx;
    return Promise.all([
      system === "" ? undefined : blobs.put(new TextEncoder().encode(system)),
      dialect === "native" && tools.length > 0 ? blobs.put(bytesOf(tools)) : undefined,
    ]);
  }

  get #agent(): string {
    const { name, id } = this.#ctx.agent;
    return JSON.stringify([name, id]);
  }
}

function bytesOf(tools: readonly ToolDefinition[]): Uint8Array {
  let bytes = listed.get(tools);
  if (bytes === undefined) listed.set(tools, (bytes = new TextEncoder().encode(JSON.stringify(tools))));
  return bytes;
}

function isSame(a: ShapedPrompt, b: ShapedPrompt): boolean {
  return (
    a.system === b.system &&
    a.dialect === b.dialect &&
    a.maxMessages === b.maxMessages &&
    (a.tools === b.tools ||
      (a.tools.length === b.tools.length && a.tools.every((tool, index) => tool === b.tools[index])))
  );
}
