import { AitorError, invalidOption } from "../base/index.ts";
import { type LLMProvider, type ProviderCall, type PromptMessage, registerProvider } from "../llm/index.ts";
import { MockProvider } from "./mock-provider.ts";

const models = new Map<string, LLMProvider>();

/** Registers a model as `"mock/<name>"`, in this process, and returns it. The name `echo` is taken. */
export function mockModel<Provider extends LLMProvider>(name: string, provider: Provider): Provider {
  if (name === "" || name === "echo") throw invalidOption("the name of a mock model", 'a text, and not "echo"', name);
  models.set(name, provider);
  return provider;
}

/** If this module is imported, `"mock/echo"` repeats what the user said last. */
registerProvider("mock", (name) => {
  if (name === "echo") return new MockProvider(echo, { model: "echo", price: { input: 0, output: 0 } });
  const model = models.get(name);
  if (model !== undefined) return model;
  throw new AitorError({
    code: "model-unknown",
    message: `there is no model "mock/${name}"`,
    expected: `one of ${["echo", ...models.keys()].map((each) => `"mock/${each}"`).join(", ")}`,
    got: JSON.stringify(`mock/${name}`),
    fix: `make it: mockModel(${JSON.stringify(name)}, new MockProvider([…]))`,
    retryable: false,
  });
});

function echo({ prompt }: ProviderCall): string {
  return textOf(prompt.findLast(({ role }) => role === "user"));
}

function textOf(entry: PromptMessage | undefined): string {
  if (entry === undefined || entry.role === "system") return "";
  let text = "";
  for (const part of entry.content) if (part.type === "text") text += part.text;
  return text;
}
