// What the compiler takes for a model, and what it infers of answers.
import type { LanguageModelV3, LanguageModelV4 } from "@ai-sdk/provider";
import { expectTypeOf, test } from "vitest";
import * as z from "zod";
import type { AitorError } from "../base/index.ts";
import {
  isModelError,
  type LanguageModel,
  LLMManager,
  type Message,
  type ModelEvent,
  type ModelFailure,
  type ModelReply,
  type ModelSource,
  type ToolCallPart,
  userMessage,
} from "./index.ts";

declare const v4: LanguageModelV4;
declare const v3: LanguageModelV3;
const manager = new LLMManager({ models: ["openai/gpt-5-mini", v4, { model: v3, name: "old" }] });
const messages = [userMessage("hi")];

test("any model of the AI SDK is one, of either version", () => {
  expectTypeOf(v4).toExtend<LanguageModel>();
  expectTypeOf(v3).toExtend<LanguageModel>();
  expectTypeOf<{ model: (key: string) => LanguageModelV4; keys: string[] }>().toExtend<ModelSource>();
  // @ts-expect-error  a number is none
  new LLMManager({ models: [5] });
});

test("an object has the type of its schema", async () => {
  const schema = z.object({ city: z.string(), at: z.string().transform((text) => text.length) });
  const { object } = await manager.generateObject({ messages, schema });
  expectTypeOf(object).toEqualTypeOf<{ city: string; at: number }>();
  const stream = manager.stream({ messages, output: { schema } });
  expectTypeOf((await stream.reply).object).toEqualTypeOf<{ city: string; at: number } | undefined>();
  expectTypeOf((await manager.generate({ messages })).object).toEqualTypeOf<unknown>();
  // @ts-expect-error  the schema says what comes, with no tools
  void manager.generateObject({ messages, schema, tools: [] });
});

test("events and messages are told apart by one field", () => {
  expectTypeOf<Extract<ModelEvent, { type: "tool-called" }>["call"]>().toEqualTypeOf<ToolCallPart>();
  expectTypeOf<Extract<ModelEvent, { type: "finished" }>["reply"]>().toEqualTypeOf<ModelReply>();
  expectTypeOf<Message["role"]>().toEqualTypeOf<"system" | "user" | "assistant" | "tool">();
});

test("what is not known is not a number", () => {
  expectTypeOf<ModelReply["cost"]>().toEqualTypeOf<number | undefined>();
  const error: unknown = undefined;
  if (isModelError(error)) {
    expectTypeOf(error).toExtend<AitorError>();
    expectTypeOf(error.data).toEqualTypeOf<ModelFailure>();
  }
});

test("what tokens cost is known, or not", () => {
  expectTypeOf(manager.cost({ inputTokens: 1, outputTokens: 1 }, "openai/gpt-5-mini")).toEqualTypeOf<
    Promise<number | undefined>
  >();
});
