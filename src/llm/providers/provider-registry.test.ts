// - a name loads its provider's package when it is first used, with the key of the environment or of the options
// - what is missing is said: the package and how to install it, the key and its variable
// - `fromEnv` takes what the environment offers; a prefix of one's own is known like the others
import { afterEach, describe, expect, test } from "vitest";
import { isAitorError, Secret } from "../../base/index.ts";
import { mockModel, MockProvider } from "../../testing/index.ts";
import {
  LLMManager,
  type LLMProvider,
  type ProviderFactoryOptions,
  registerProvider,
  textOf,
  userMessage,
} from "../index.ts";
import { knownProviders } from "./known-providers.ts";
import { createNamed, modelNamed } from "./provider-registry.ts";

const hi = [userMessage("hi")];
const variables = [...Object.values(knownProviders).flatMap(({ keyVariable }) => keyVariable ?? []), "ACME_KEY"];
const before = Object.fromEntries(variables.map((name) => [name, process.env[name]]));
const setAll = (values: Record<string, string | undefined>): void => {
  for (const name of variables) {
    if (values[name] === undefined) delete process.env[name];
    else process.env[name] = values[name];
  }
};
afterEach(() => setAll(before));

describe("a name", () => {
  test.each([
    ["openai/gpt-5-mini", "OPENAI_API_KEY", "openai"],
    ["anthropic/claude-haiku-4-5", "ANTHROPIC_API_KEY", "anthropic"],
    ["mistral/mistral-small-latest", "MISTRAL_API_KEY", "mistral"],
    ["openrouter/meta-llama/llama-4", "OPENROUTER_API_KEY", "openrouter"],
  ])("%s loads its package with the key in %s", async (name, variable, provider) => {
    setAll({ [variable]: "a-key-for-tests" });
    const named = modelNamed(name);
    const made = await createNamed(named, { key: "a-key-for-tests" });
    expect([made.provider, made.model]).toEqual([provider, name.slice(name.indexOf("/") + 1)]);
    expect(new LLMManager({ models: [name] }).state()[0]?.keys.map(({ key }) => key)).toEqual([variable]);
  });

  test("without a key says which variable", async () => {
    setAll({});
    await expect(new LLMManager({ models: ["openai/gpt-5-mini"] }).generate({ messages: hi })).rejects.toMatchObject({
      code: "key-missing",
      data: { variable: "OPENAI_API_KEY" },
    });
  });

  test("whose package is missing says what to install", async () => {
    const missing = Object.assign(new Error("Cannot find package '@ai-sdk/openai' imported from x"), {
      code: "ERR_MODULE_NOT_FOUND",
    });
    const known = { create: () => Promise.reject(missing), packages: "@ai-sdk/openai" };
    await expect(createNamed({ prefix: "openai", model: "m", known }, {})).rejects.toMatchObject({
      code: "provider-missing",
      fix: "npm install @ai-sdk/openai zod",
      cause: missing,
    });
    const other = { create: () => Promise.reject(new Error("no")), packages: "@ai-sdk/openai" };
    await expect(createNamed({ prefix: "openai", model: "m", known: other }, {})).rejects.toThrow("no");
  });

  test("that is only failed over to and cannot be made does not hide why the first did not answer", async () => {
    setAll({});
    const first = new MockProvider([{ fault: { kind: "status", status: 400, at: "start", message: "bad tool" } }]);
    const manager = new LLMManager({ models: [first, "openai/gpt-5-mini"] });
    const error = await manager.generate({ messages: hi }).catch((thrown: unknown) => thrown);
    expect((error as Error).message).toMatch(
      /bad tool.*"openai\/gpt-5-mini" was asked 0 times, at last: there is no API key/,
    );
    expect(manager.state()[1]).toEqual({
      model: "openai/gpt-5-mini",
      waiting: 0,
      keys: [],
      fault: expect.stringContaining("no API key") as string,
    });
  });

  test.each(["gpt-5", "", "/x", "openai/", "constructor/x", "__proto__/x"])("%j is unknown", (name) => {
    expect(() => modelNamed(name)).toThrow(expect.objectContaining({ code: "model-unknown" }));
  });

  test("takes several keys of one variable, none of which is shown", () => {
    setAll({ OPENAI_API_KEY: "first-secret-key, second-secret-key" });
    const manager = new LLMManager({ models: ["openai/gpt-5-mini"] });
    expect(manager.state()[0]?.keys.map(({ key }) => key)).toEqual(["OPENAI_API_KEY 1", "OPENAI_API_KEY 2"]);
    expect(JSON.stringify(manager.state())).not.toContain("secret-key");
  });
});

describe("fromEnv", () => {
  test("takes a model of each provider whose key is set", () => {
    setAll({ OPENAI_API_KEY: "one-key-for-tests", ANTHROPIC_API_KEY: "two-key-for-tests" });
    expect(LLMManager.fromEnv().models).toEqual(["openai/gpt-5-mini", "anthropic/claude-haiku-4-5"]);
  });

  test("says what to set where nothing is", () => {
    setAll({});
    expect(() => LLMManager.fromEnv()).toThrow(
      expect.objectContaining({ code: "model-unknown", fix: expect.stringContaining("OPENAI_API_KEY") as string }),
    );
  });
});

describe("a prefix of one's own", () => {
  test("makes its models, one for each key", async () => {
    setAll({ ACME_KEY: "acme-key-one,acme-key-two" });
    const made: [string, ProviderFactoryOptions][] = [];
    const factory = (model: string, options: ProviderFactoryOptions): LLMProvider => {
      made.push([model, options]);
      return new MockProvider(["from acme"], { provider: "acme", model });
    };
    registerProvider("acme", factory, { keyVariable: "ACME_KEY" });
    const manager = new LLMManager({ models: [{ model: "acme/rocket", baseURL: "http://localhost:1" }] });
    for (let number = 0; number < 4; number++)
      expect(textOf((await manager.generate({ messages: hi })).message)).toBe("from acme");
    expect(made).toEqual([
      ["rocket", { key: "acme-key-one", baseURL: "http://localhost:1" }],
      ["rocket", { key: "acme-key-two", baseURL: "http://localhost:1" }],
    ]);
    const own = new LLMManager({ models: [{ model: "acme/rocket", keys: [new Secret("acme-key-three", "third")] }] });
    await own.generate({ messages: hi });
    expect(own.state()[0]?.keys[0]?.key).toBe("third");
  });

  test.each(["", "Acme", "a/b"])("%j is refused", (prefix) => {
    expect(() => registerProvider(prefix, () => new MockProvider([]))).toThrow(
      expect.objectContaining({ code: "invalid-option" }),
    );
  });

  test("mock/… is there with aitor/testing", async () => {
    const weather = mockModel("weather", new MockProvider(["sunny"]));
    const manager = new LLMManager({ models: ["mock/weather", "mock/echo"] });
    expect(textOf((await manager.generate({ messages: hi })).message)).toBe("sunny");
    expect(weather.calls).toHaveLength(1);
    const echo = await manager.generate({ messages: hi, model: "mock/echo" });
    expect([textOf(echo.message), echo.cost]).toEqual(["hi", 0]);
    const error = await new LLMManager({ models: ["mock/other"] })
      .generate({ messages: hi })
      .catch((thrown: unknown) => thrown);
    expect(isAitorError(error, "model-unknown")).toBe(true);
    expect(() => mockModel("echo", weather)).toThrow(expect.objectContaining({ code: "invalid-option" }));
  });
});
