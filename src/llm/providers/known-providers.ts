import type { ProviderFactory, ProviderFactoryOptions } from "./provider-factory.ts";

/** A provider whose models can be named by a text. */
export interface KnownProvider {
  readonly create: ProviderFactory;
  /** The environment variable of its key; nothing where it needs none. */
  readonly keyVariable?: string;
  /** What `LLMManager.fromEnv` takes of it. */
  readonly defaultModel?: string;
  /** What to install, for the error that it is missing. */
  readonly packages?: string;
}

const openai: ProviderFactory = async (model, options) => {
  const { createOpenAI } = await openaiPackage();
  return createOpenAI(packageOptions(options))(model);
};

const anthropic: ProviderFactory = async (model, options) => {
  const { createAnthropic } = await anthropicPackage();
  return createAnthropic(packageOptions(options))(model);
};

/** What speaks OpenAI's chat interface. */
function compatible(name: string, baseURL: string, supportsStructuredOutputs: boolean): ProviderFactory {
  return async (model, options) => {
    const { createOpenAICompatible } = await compatiblePackage();
    const shared = { name, baseURL, includeUsage: true, supportsStructuredOutputs };
    return createOpenAICompatible({ ...shared, ...packageOptions(options) })(model);
  };
}

function packageOptions({ key, baseURL, fetch }: ProviderFactoryOptions): {
  apiKey?: string;
  baseURL?: string;
  fetch?: typeof globalThis.fetch;
} {
  return {
    ...(key !== undefined && { apiKey: key }),
    ...(baseURL !== undefined && { baseURL }),
    ...(fetch && { fetch }),
  };
}

const PEER = "@ai-sdk/openai-compatible";

export const knownProviders: Readonly<Record<string, KnownProvider>> = {
  openai: {
    create: openai,
    keyVariable: "OPENAI_API_KEY",
    defaultModel: "gpt-5-mini",
    packages: "@ai-sdk/openai",
  },
  anthropic: {
    create: anthropic,
    keyVariable: "ANTHROPIC_API_KEY",
    defaultModel: "claude-haiku-4-5",
    packages: "@ai-sdk/anthropic",
  },
  cerebras: {
    create: compatible("cerebras", "https://api.cerebras.ai/v1", true),
    keyVariable: "CEREBRAS_API_KEY",
    packages: PEER,
  },
  deepseek: {
    create: compatible("deepseek", "https://api.deepseek.com/v1", false),
    keyVariable: "DEEPSEEK_API_KEY",
    defaultModel: "deepseek-chat",
    packages: PEER,
  },
  fireworks: {
    create: compatible("fireworks", "https://api.fireworks.ai/inference/v1", true),
    keyVariable: "FIREWORKS_API_KEY",
    packages: PEER,
  },
  google: {
    create: compatible("google", "https://generativelanguage.googleapis.com/v1beta/openai", true),
    keyVariable: "GEMINI_API_KEY",
    defaultModel: "gemini-2.5-flash",
    packages: PEER,
  },
  groq: {
    create: compatible("groq", "https://api.groq.com/openai/v1", false),
    keyVariable: "GROQ_API_KEY",
    packages: PEER,
  },
  mistral: {
    create: compatible("mistral", "https://api.mistral.ai/v1", true),
    keyVariable: "MISTRAL_API_KEY",
    defaultModel: "mistral-small-latest",
    packages: PEER,
  },
  ollama: { create: compatible("ollama", "http://localhost:11434/v1", true), packages: PEER },
  openrouter: {
    create: compatible("openrouter", "https://openrouter.ai/api/v1", true),
    keyVariable: "OPENROUTER_API_KEY",
    packages: PEER,
  },
  togetherai: {
    create: compatible("togetherai", "https://api.together.xyz/v1", true),
    keyVariable: "TOGETHER_API_KEY",
    packages: PEER,
  },
  xai: {
    create: compatible("xai", "https://api.x.ai/v1", true),
    keyVariable: "XAI_API_KEY",
    defaultModel: "grok-4",
    packages: PEER,
  },
};

/*
 * A bundler fails if an imported package is not installed. If the import is inside a `try`, the bundler leaves the package to
 * the moment when it is needed.
 */
/* oxlint-disable eslint/no-useless-catch */

async function openaiPackage(): Promise<typeof import("@ai-sdk/openai")> {
  try {
    return await import("@ai-sdk/openai");
  } catch (error) {
    throw error;
  }
}

async function anthropicPackage(): Promise<typeof import("@ai-sdk/anthropic")> {
  try {
    return await import("@ai-sdk/anthropic");
  } catch (error) {
    throw error;
  }
}

async function compatiblePackage(): Promise<typeof import("@ai-sdk/openai-compatible")> {
  try {
    return await import("@ai-sdk/openai-compatible");
  } catch (error) {
    throw error;
  }
}
