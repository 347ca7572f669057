// Agents of three kinds whose memories do not grow: patched, folded, and reasoning ones with a scripted model and a tool.
import {
  type AgentDefinition,
  AppendList,
  defineAgent,
  defineReactAgent,
  LLMManager,
  type StepContext,
  tool,
} from "aitor";
import { type MockAnswer, MockProvider } from "aitor/testing";

/** What is remembered of what was said. */
const KEPT = 10;
/** Events of its own that a message leaves on record: a snapshot of a fold comes with some hundreds. */
const NOTES = 40;
const takeNotes = (step: StepContext): void => {
  for (let n = 0; n < NOTES; n++) step.record("note-taken", n);
};

export const Patched: AgentDefinition<string[], string, number> = defineAgent({
  name: "patched",
  memory: () => [] as string[],
  onReceive: async (text: string, ctx) => {
    const taken = await ctx.step("take", () => text);
    if (text.endsWith("7")) await ctx.sleep(1);
    ctx.memory.update((draft) => {
      draft.push(taken);
      if (draft.length > KEPT) draft.shift();
    });
    return ctx.memory.value.length;
  },
});

export const Folded: AgentDefinition<AppendList<string>, string, number> = defineAgent({
  name: "folded",
  fold: {
    initial: () => AppendList.of<string>(),
    apply: (entries, { type, data }) => {
      if (type !== "entry-taken") return entries;
      const next = entries.append(data as string);
      return next.length > KEPT ? AppendList.of(next.toJSON().slice(1)) : next;
    },
  },
  codec: { encode: (entries) => entries.toJSON(), decode: (value) => AppendList.of(value as string[]) },
  onReceive: async (text: string, ctx) => {
    await ctx.step("take", (step) => {
      takeNotes(step);
      step.record("entry-taken", text);
    });
    return ctx.memory.value.length;
  },
});

const look = tool({
  name: "look",
  description: "Looks.",
  access: "read",
  input: { type: "object", properties: {}, additionalProperties: false },
  run: (_args, step) => (takeNotes(step), "nothing"),
});

/** A model that looks once, and answers. */
export const model: MockProvider = new MockProvider(({ prompt }): MockAnswer | string => {
  return prompt.at(-1)?.role === "tool" ? "Nothing is there." : { toolCalls: [{ name: "look", input: {} }] };
});

export const Thinking: ReturnType<typeof defineReactAgent> = defineReactAgent({
  name: "thinking",
  llm: new LLMManager({ models: [model] }),
  tools: [look],
  memory: { maxMessages: 20, maxToolExecutions: 10, maxTraceSteps: 20 },
});
