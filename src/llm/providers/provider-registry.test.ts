// - a name loads its provider's package when it is first used, with the key of the environment or of the options
// - what is missing is said: the package and how to install it, the key and its variable
// - `fromEnv` takes what the environment offers; a prefix of one's own is known like the others
import { afterEach, describe, expect, test } from "vitest";
import { Budget, isAitorError, redact, Secret } from "../../base/index.ts";
import { type MockAnswer, mockModel, MockProvider, virtualClock } from "../../testing/index.ts";
import {
  isModelError,
  LLMManager,
  type LLMProvider,
  type ModelEvent,
  type ModelSettings,
  type ProviderFactory,
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
    expect((error as Error).message).toMatch(/bad tool.*"openai\/gpt-5-mini" could not be asked: there is no API key/);
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

  test("says how to name a model of a provider that has none to take, where only its key is set", () => {
    setAll({ GROQ_API_KEY: "groq-key-for-tests", OPENROUTER_API_KEY: "router-key-for-tests" });
    expect(() => LLMManager.fromEnv()).toThrow(
      expect.objectContaining({
        code: "model-unknown",
        fix: "say which: AITOR_MODELS=groq/<model>, as GROQ_API_KEY is set; or AITOR_MODELS=openrouter/<model>, as OPENROUTER_API_KEY is set",
      }),
    );
  });
});

describe("keys of the environment", () => {
  test("are redacted from when a model that needs them is named", () => {
    const key = "my.openai.key.0123456789";
    setAll({ OPENAI_API_KEY: key });
    new LLMManager({ models: ["openai/gpt-5-mini"] });
    expect(redact(`refused: ${key}`)).toBe("refused: [secret]");
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

  describe("whose model cannot be made", () => {
    const failing = (times: number, error: unknown): { made: number } => {
      const counted = { made: 0 };
      registerProvider("acme", async (model) => {
        if (counted.made++ < times) throw error;
        return new MockProvider(["from acme"], { provider: "acme", model, price: { input: 1, output: 1 } });
      });
      return counted;
    };
    const unreachable = new TypeError("fetch failed: token endpoint");
    const server: MockAnswer = { fault: { kind: "status", status: 500, at: "start" } };
    const quick = { attempts: 2, initialDelay: 0 };

    test("is failed over from, as from one that fails", async () => {
      failing(Infinity, unreachable);
      const [down, good] = [new MockProvider([server], { model: "down" }), new MockProvider(["ok"], { model: "good" })];
      const stream = new LLMManager({ models: [down, "acme/rocket", good], retry: 1 }).stream({ messages: hi });
      expect((await stream.reply).model).toBe("mock/good");
      const failed: ModelEvent[] = [];
      for await (const event of stream) if (event.type === "failed-over") failed.push(event);
      expect(failed).toMatchObject([
        { from: "mock/down", to: "acme/rocket", failure: "server" },
        {
          from: "acme/rocket",
          to: "mock/good",
          failure: "network",
          message: `it could not be made: ${unreachable.message}`,
        },
      ]);
    });

    test("is tried again where that may help, also as the only one", async () => {
      const counted = failing(1, unreachable);
      const manager = new LLMManager({ models: ["acme/rocket"], retry: quick });
      expect(textOf((await manager.generate({ messages: hi })).message)).toBe("from acme");
      expect(counted.made).toBe(2);
    });

    test.each([
      [unreachable, "model-unavailable", "was asked 2 times"],
      [new Error("no such account"), "model-refused", "was asked once"],
      [Object.assign(new Error("who are you?"), { status: 401 }), "key-refused", "was asked once"],
    ])("is an error of a model that says why: %s", async (thrown, code, asked) => {
      failing(Infinity, thrown);
      const manager = new LLMManager({ models: ["acme/rocket"], retry: quick });
      const error = await manager.generate({ messages: hi }).catch((failed: unknown) => failed);
      expect(isModelError(error) && error).toMatchObject({ code, cause: thrown, data: { calls: [] } });
      expect((error as Error).message).toContain(
        `"acme/rocket" ${asked}, at last: it could not be made: ${thrown.message}`,
      );
    });

    describe("because its factory never answers", () => {
      const hanging = (times: number): { made: number } => {
        const counted = { made: 0 };
        registerProvider("acme", (model) =>
          counted.made++ < times ? new Promise(() => {}) : new MockProvider(["from acme"], { provider: "acme", model }),
        );
        return counted;
      };
      const budgets = [undefined, new Budget({ tokens: 9_000 }), new Budget({ usd: 1 })];

      test.each(budgets)("is left behind when the request is aborted, within %j", async (budget) => {
        hanging(Infinity);
        const clock = virtualClock();
        const manager = new LLMManager({ models: ["acme/rocket"], clock });
        const controller = new AbortController();
        const asking = manager.generate({
          messages: hi,
          abortSignal: controller.signal,
          ...(budget !== undefined && { budget }),
        });
        const failing = asking.catch((failed: unknown) => failed);
        await clock.advance("1s");
        controller.abort(new Error("enough"));
        expect(await failing).toMatchObject({ code: "cancelled", cause: { message: "enough" }, data: { calls: [] } });
        expect(manager.state()[0]?.keys[0]).toMatchObject({ state: "ready", inFlight: 0 });
      });

      test.each<[string, ModelSettings, number]>([
        ["timeout.total", { timeout: { total: "2s" } }, 2_000],
        ["timeout.firstToken", { timeout: { firstToken: "3s" } }, 3_000],
        ["five minutes, where nothing else is said", {}, 300_000],
      ])("has failed after %s", async (_, settings, ms) => {
        hanging(Infinity);
        const clock = virtualClock();
        const manager = new LLMManager({ models: ["acme/rocket"], clock, retry: 1 });
        const failing = manager.generate({ messages: hi, settings }).catch((failed: unknown) => failed);
        await clock.advance(ms - 1);
        expect(clock.pending).toBe(1);
        await clock.advance(1);
        const error = await failing;
        expect(isModelError(error) && error).toMatchObject({ code: "model-unavailable", data: { calls: [] } });
        expect((error as Error).message).toContain(`it could not be made: there was no model within ${ms} ms`);
        expect(clock.pending).toBe(0);
      });

      test("is made anew with the next attempt, and failed over from", async () => {
        const counted = hanging(1);
        const clock = virtualClock();
        const models = ["acme/rocket", new MockProvider(["ok"], { clock })];
        const manager = new LLMManager({ models, clock, settings: { timeout: "2s" }, retry: quick });
        const again = manager.generate({ messages: hi });
        await clock.advance("2s");
        expect([textOf((await again).message), counted.made]).toEqual(["from acme", 2]);

        hanging(Infinity);
        const other = new LLMManager({ models, clock, settings: { timeout: "2s" }, retry: 1 });
        const over = other.generate({ messages: hi });
        await clock.advance("2s");
        expect((await over).model).toBe("mock/scripted");
      });

      test("says nothing of itself, and is not waited for longer than the manager's settings say", async () => {
        hanging(Infinity);
        const clock = virtualClock();
        const manager = new LLMManager({ models: ["acme/rocket"], clock, settings: { timeout: "2s" } });
        const info = manager.info();
        const checked = manager.check().catch((failed: unknown) => failed);
        await clock.advance("4s");
        expect(await info).toMatchObject({ priced: false, toolCalls: true });
        expect(await checked).toMatchObject({ name: "TimeoutError" });
      });
    });

    test("has a price once it can be made", async () => {
      failing(1, unreachable);
      const manager = new LLMManager({ models: ["acme/rocket"], retry: quick });
      expect((await manager.info()).priced).toBe(false);
      expect((await manager.generate({ messages: hi, budget: new Budget({ usd: 1 }) })).cost).toBeGreaterThan(0);
    });
  });

  test.each(["", "Acme", "a/b"])("%j is refused", (prefix) => {
    expect(() => registerProvider(prefix, () => new MockProvider([]))).toThrow(
      expect.objectContaining({ code: "invalid-option" }),
    );
  });

  test.each<[string, unknown, object | undefined, object]>([
    ["a factory that is none", 5, undefined, { got: "number 5", expected: expect.stringContaining("a function") }],
    ["an option that is misspelt", () => {}, { keyvariable: "ACME_KEY" }, { got: '"keyvariable"' }],
    ["options that are none", () => {}, "ACME_KEY" as unknown as object, { got: '"ACME_KEY"' }],
    ["a variable without a name", () => {}, { keyVariable: "" }, { message: expect.stringContaining("keyVariable") }],
    ["a variable that is no text", () => {}, { keyVariable: 5 }, { got: "number 5" }],
  ])("%s is refused, and what was known stays", (_, factory, options, error) => {
    registerProvider("acme", () => new MockProvider([], { model: "before" }));
    const before = modelNamed("acme/m").known;
    expect(() => registerProvider("acme", factory as ProviderFactory, options)).toThrow(
      expect.objectContaining({ code: "invalid-option", ...error }),
    );
    expect(modelNamed("acme/m").known).toBe(before);
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
