import type { Fold, MemoryCodec } from "../../agent/index.ts";
import { invalidOption, isRecord, type Schema } from "../../base/index.ts";
import { memoryCodec } from "./memory-codec.ts";
import { memoryFold } from "./memory-fold.ts";
import type { MemoryCaps } from "./memory-limits.ts";
import { fieldsRules, type MemoryFields } from "./memory-rules.ts";
import { ReactMemory } from "./react-memory.ts";

/** The parts of a memory besides the conversation. */
export interface ReasoningMemoryOptions<Context = Record<string, unknown>, Fields = Record<string, never>> {
  /**
   * Returns the context of a new agent: a JSON object, the same each time. It is called whenever the memory is folded anew.
   *
   * @default {}
   */
  readonly context?: (() => Context) | undefined;
  /** Fields of your own. @default nothing */
  readonly fields?: MemoryFields<Fields> | undefined;
}

/** The options of an agent that make its memory a {@link ReactMemory} of its runs. */
export interface ReasoningMemory<Context, Fields> {
  readonly fold: Fold<ReactMemory<Context, Fields>>;
  readonly codec: MemoryCodec<ReactMemory<Context, Fields>>;
  readonly schema: Schema<unknown, ReactMemory<Context, Fields>>;
  readonly migrate: (memory: unknown, from: string) => ReactMemory<Context, Fields>;
}

/** @param of Names the agent in errors. @throws AitorError `invalid-option`. */
export function reasoningMemory<Context, Fields>(
  options: ReasoningMemoryOptions<Context, Fields>,
  caps: MemoryCaps,
  of: string,
): ReasoningMemory<Context, Fields> {
  const rules = fieldsRules(options.fields as MemoryFields<never> | undefined, of);
  const made = options.context ?? (() => ({}));
  if (typeof made !== "function") throw invalidOption(`context ${of}`, "a function that makes it", made);
  const context = (): unknown => {
    const value: unknown = made();
    if (isRecord(value)) return value;
    throw invalidOption(`what context ${of} makes`, "a JSON object", value, 'such as () => ({ user: "ada" })');
  };
  return {
    fold: {
      initial: () => ReactMemory.empty(context(), rules.initial()),
      apply: memoryFold(caps, rules.apply, context),
    },
    ...memoryCodec(context, rules),
  } as unknown as ReasoningMemory<Context, Fields>;
}
