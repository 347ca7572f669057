import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { AitorHost } from "../agent/index.ts";
import type { LLMManager } from "../llm/index.ts";
import { defineReactAgent } from "./define-react-agent.ts";
import type { ReactAgent } from "./react-agent.ts";
import type { ReactResult } from "./result/react-result.ts";

declare const llm: LLMManager;

test("an answer is a text, or what the schema makes of it", async () => {
  const agent = await new AitorHost().open(defineReactAgent({ name: "a", llm }), "1");
  expectTypeOf(agent.solve("Hm?")).resolves.toEqualTypeOf<ReactResult>();
  const schema = z.object({ n: z.number() });
  expectTypeOf(agent.solve("Hm?", { schema })).resolves.toEqualTypeOf<ReactResult<{ n: number }>>();
  expectTypeOf(agent.stream("Hm?", { schema }).result).resolves.toEqualTypeOf<ReactResult<{ n: number }>>();
  expectTypeOf(agent.chat("Hm?")).resolves.toEqualTypeOf<string>();
});

test("context and fields have the types of what they begin as", async () => {
  const Guide = defineReactAgent({
    name: "guide",
    llm,
    context: (): { user: string; city?: string } => ({ user: "ada" }),
    fields: { initial: () => ({ calls: 0 }) },
  });
  const guide = await new AitorHost({ agents: [Guide] }).open(Guide, "1");
  expectTypeOf(guide).toEqualTypeOf<ReactAgent<{ user: string; city?: string }, { calls: number }>>();
  const memory = await guide.read();
  expectTypeOf(memory.context.user).toEqualTypeOf<string>();
  expectTypeOf(memory.fields.calls).toEqualTypeOf<number>();
  expectTypeOf(memory.messages({ role: "tool" })[0]!.role).toEqualTypeOf<"tool">();
  // @ts-expect-error there is no such value in the context
  void guide.solve("Hm?", { context: { town: "Paris" } });
});
