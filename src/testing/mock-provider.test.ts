// A scripted model
// - that hangs ends when it is aborted, also where that was before it hung; a deaf one does not
// - goes wrong in the middle of a text, however short, and is refused where it lacks what it is to go wrong in
// - writes whole characters, in each of its pieces and where it may write no more
// - whose options cannot be used is not made, and one whose answer is none is told so
import { expect, test } from "vitest";
import { type MockOptions, MockProvider } from "./index.ts";

test.each([
  ["end", "tool-call"],
  ["finish", "finish"],
] as const)("a model that hangs at its %s rejects where it was aborted before", async (at, last) => {
  const { signal, abort } = aborting();
  const model = new MockProvider([{ toolCalls: [{ name: "add", input: {} }], fault: { kind: "hang", at } }]);
  const reading = async (): Promise<void> => {
    for await (const { type } of model.stream({ prompt: [], abortSignal: signal })) if (type === last) abort();
  };
  await expect(reading()).rejects.toBe("enough");
});

test("a deaf one does not", async () => {
  const { signal, abort } = aborting();
  const model = new MockProvider([{ text: "a", fault: { kind: "hang", at: "finish", deaf: true } }]);
  let ended = false;
  const events = model.stream({ prompt: [], abortSignal: signal });
  void (async () => {
    for await (const { type } of events) if (type === "finish") abort();
  })().finally(() => (ended = true));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([signal.aborted, ended]).toEqual([true, false]);
});

test.each(["Paris.", "P", "The capital of France is Paris."])("goes wrong in the middle of %j", async (text) => {
  const model = new MockProvider([{ text, fault: { kind: "disconnect", at: "text" } }]);
  const told: string[] = [];
  const reading = async (): Promise<void> => {
    for await (const event of model.stream({ prompt: [], abortSignal: aborting().signal }))
      if (event.type === "text-delta") told.push(event.text);
  };
  await expect(reading()).rejects.toThrow("terminated");
  expect(text.startsWith(told.join("")) && told.join("") !== text).toBe(true);
});

test.each([
  ["text", { toolCalls: [{ name: "add", input: {} }] }],
  ["tool-call", { text: "Paris." }],
] as const)("a fault at %s of an answer without one is refused", async (at, answer) => {
  const model = new MockProvider([{ ...answer, fault: { kind: "disconnect", at } }]);
  const reading = async (): Promise<void> => {
    for await (const _ of model.stream({ prompt: [], abortSignal: aborting().signal }));
  };
  await expect(reading()).rejects.toMatchObject({ code: "invalid-option", got: "an answer without one" });
});

test("writes whole characters, in each of its pieces and where it may write no more", async () => {
  const model = new MockProvider(["abc😀😀😀"], { chunk: 1 });
  for (const [maxOutputTokens, text] of [
    [1, "abc😀"],
    [10, "abc😀😀😀"],
  ] as const) {
    const told: string[] = [];
    for await (const event of model.stream({ prompt: [], abortSignal: aborting().signal, maxOutputTokens }))
      if (event.type === "text-delta") told.push(event.text);
    expect(told).toEqual(Array.from(text));
  }
});

test.each([
  ["pieces of no character", { chunk: 0 }, "chunk of a mock"],
  ["pieces of half a character", { chunk: 0.5 }, "chunk of a mock"],
  ["tools that it takes or not", { toolCalls: "no" }, "toolCalls of a mock"],
  ["an option that is misspelt", { chunks: 4 }, "an option of a mock"],
  ["options that are none", "slow", "an option of a mock"],
  ["a clock that lacks a part", { clock: { now: () => 0 } }, "clock of a mock"],
])("%s are refused where the model is made", (_, options, named) => {
  expect(() => new MockProvider(["hello"], options as MockOptions)).toThrow(
    expect.objectContaining({ code: "invalid-option", message: expect.stringContaining(named) }),
  );
});

test("a text in place of a list of answers is refused where the model is made", () => {
  expect(() => new MockProvider("hello" as never)).toThrow(
    expect.objectContaining({ code: "invalid-option", got: '"hello"' }),
  );
});

test.each([
  ["a function that answers nothing", () => undefined, "undefined"],
  ["an answer with a field that is misspelt", [{ toolCall: [] }], '"toolCall"'],
  ["a call whose input is misspelt", [{ toolCalls: [{ name: "add", args: {} }] }], "undefined"],
])("%s is refused where it is asked", async (_, script, got) => {
  const model = new MockProvider(script as never);
  const reading = async (): Promise<void> => {
    for await (const _ of model.stream({ prompt: [], abortSignal: aborting().signal }));
  };
  await expect(reading()).rejects.toMatchObject({ code: "invalid-option", got });
});

function aborting(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort("enough") };
}
