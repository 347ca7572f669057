import type { AiSdkPart, AiSdkUsage, AiSdkWarning, LanguageModel } from "./ai-sdk.ts";
import { aiSdkOptions, base64 } from "./ai-sdk-options.ts";
import { type PackageRule, packageRule } from "./package-rule.ts";
import type { TakesFile } from "../format/prompt.ts";
import { aiSdkFamily, butAssistants, type PromptFamily } from "../format/prompt-family.ts";
import type { FinishReason, LLMProvider, ProviderCall, ProviderEvent } from "../format/provider.ts";
import type { SettingName } from "../format/settings.ts";
import type { Usage } from "../format/usage.ts";

/** V3 knows no reasoning effort but in `providerOptions`. */
const V3_TAKES: readonly SettingName[] = ["temperature", "maxOutputTokens", "topP", "stop", "seed", "toolChoice"];

/** A model of the AI SDK as a provider. */
export class AiSdkProvider implements LLMProvider {
  readonly provider: string;
  readonly model: string;
  readonly price = "listed";
  readonly family: PromptFamily;
  readonly takes?: readonly SettingName[];
  readonly takesFile?: TakesFile;
  readonly nativeOutput?: boolean;
  readonly #model: LanguageModel;
  readonly #rule: PackageRule | undefined;

  constructor(model: LanguageModel) {
    this.#model = model;
    this.#rule = packageRule(model.provider);
    // `openai.responses`: the part behind the full stop names one of the provider's interfaces.
    this.provider = model.provider.split(".", 1)[0] as string;
    this.model = model.modelId;
    this.family = aiSdkFamily(model.provider);
    if (model.specificationVersion === "v3") this.takes = V3_TAKES;
    // An interface like that of OpenAI's chat: its packages leave such files out without a word.
    if (/^[^.]+\.chat$/.test(model.provider)) this.takesFile = butAssistants;
    const { supportsStructuredOutputs } = model as { supportsStructuredOutputs?: unknown };
    if (supportsStructuredOutputs === true) this.nativeOutput = true;
  }

  async *stream(call: ProviderCall): AsyncGenerator<ProviderEvent, void> {
    const options = aiSdkOptions(call, this.#model.specificationVersion);
    const warning = this.#rule?.(options, this.#model);
    if (warning !== undefined) yield warning;
    const { stream, response } = await this.#model.doStream(options as never);
    if (response?.headers !== undefined) yield { type: "response", headers: response.headers };
    const reader = stream.getReader() as ReadableStreamDefaultReader<AiSdkPart>;
    const names = new Map<string, string>();
    let done = false;
    try {
      for (;;) {
        const next = await reader.read();
        if (next.done) break;
        const part = next.value;
        // The part that comes most, first.
        if (part.type === "text-delta" && part.providerMetadata === undefined) {
          yield { type: "text-delta", text: part.delta, part: part.id };
        } else {
          if (part.type === "tool-input-start") names.set(part.id, part.toolName);
          yield* eventsOf(part, names);
        }
      }
      done = true;
    } finally {
      // A connection that is not read to its end is given up.
      if (!done) reader.cancel().catch(() => {});
    }
  }
}

function* eventsOf(part: AiSdkPart, names: ReadonlyMap<string, string>): Generator<ProviderEvent> {
  switch (part.type) {
    case "text-start":
    case "text-end":
    case "reasoning-start":
    case "reasoning-end":
    case "text-delta":
    case "reasoning-delta": {
      const kind = part.type.startsWith("text") ? "text" : "reasoning";
      if ("delta" in part) yield { type: `${kind}-delta`, text: part.delta, part: part.id };
      const { providerMetadata: metadata } = part;
      if (metadata !== undefined) yield { type: "part-metadata", kind, part: part.id, metadata };
      break;
    }
    case "tool-input-start":
      yield { type: "tool-call-delta", id: part.id, name: part.toolName, text: "" };
      break;
    case "tool-input-delta":
      yield { type: "tool-call-delta", id: part.id, name: names.get(part.id) ?? "", text: part.delta };
      break;
    case "tool-call":
      yield {
        type: "tool-call",
        id: part.toolCallId,
        name: part.toolName,
        input: part.input,
        ...(part.providerExecuted === true && { remote: true }),
        ...(part.providerMetadata && { metadata: part.providerMetadata }),
      };
      break;
    case "tool-result":
      if (part.preliminary === true) break;
      yield {
        type: "tool-result",
        id: part.toolCallId,
        name: part.toolName,
        value: part.result,
        ...(part.isError === true && { error: true }),
        ...(part.providerMetadata && { metadata: part.providerMetadata }),
      };
      break;
    case "file":
      yield fileEvent(part);
      break;
    case "custom":
      yield { type: "opaque", kind: part.kind, ...(part.providerMetadata && { metadata: part.providerMetadata }) };
      break;
    case "stream-start":
      for (const warning of part.warnings) yield warningEvent(warning);
      break;
    case "response-metadata":
      yield { type: "response", ...(part.id && { id: part.id }), ...(part.modelId && { model: part.modelId }) };
      break;
    case "error":
      throw part.error;
    case "finish":
      yield* finishEvents(part.finishReason.unified, part.usage);
      break;
    default:
      yield { type: "ping" };
  }
}

function fileEvent(part: Extract<AiSdkPart, { type: "file" | "reasoning-file" }>): ProviderEvent {
  const { data, mediaType, providerMetadata } = part;
  const shared = { type: "file" as const, mediaType, ...(providerMetadata && { metadata: providerMetadata }) };
  if (typeof data === "string" || data instanceof Uint8Array) return { ...shared, base64: base64(data) };
  return data.type === "url" ? { ...shared, url: data.url.href } : { ...shared, base64: base64(data.data) };
}

function warningEvent({ type, feature, setting, details, message }: AiSdkWarning): ProviderEvent {
  const about = setting ?? feature;
  const text = message ?? details ?? `${about ?? "something"} is ${type === "unsupported" ? "not supported" : type}`;
  return { type: "warning", message: text, ...(about !== undefined && { setting: about }) };
}

const REASONS: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  length: "length",
  "tool-calls": "tool-calls",
  "content-filter": "filtered",
};

/** An answer that was interrupted has no end; the stream of a truncated one ends without. */
function* finishEvents(unified: string, usage: AiSdkUsage): Generator<ProviderEvent> {
  if (unified === "interrupted") return;
  if (unified === "error") {
    throw Object.assign(new Error("the provider ended its answer with an error"), { retryable: true });
  }
  yield { type: "finish", reason: REASONS[unified] ?? "other", usage: usageOf(usage) };
}

/** Its packages say 0 for what the provider did not tell; no answer is made of nothing. */
function usageOf({ inputTokens, outputTokens }: AiSdkUsage): Usage {
  if (inputTokens?.total === 0 && outputTokens?.total === 0) return {};
  return {
    ...known("inputTokens", inputTokens?.total),
    ...known("cachedTokens", inputTokens?.cacheRead),
    ...known("cacheWriteTokens", inputTokens?.cacheWrite),
    ...known("outputTokens", outputTokens?.total),
    ...known("reasoningTokens", outputTokens?.reasoning),
  };
}

function known(name: keyof Usage, value: number | null | undefined): Usage {
  return value === undefined || value === null || Number.isNaN(value) ? {} : { [name]: value };
}
