import type { ProviderMetadata } from "../format/message.ts";
import type { PromptFile, PromptMessage, PromptText } from "../format/prompt.ts";
import type { ProviderCall, ToolSpec } from "../format/provider.ts";
import type { ReasoningEffort } from "../format/settings.ts";
import { strictSchema } from "./strict-schema.ts";

/** What a `LanguageModelV4` or V3 is called with. */
export interface AiSdkOptions {
  maxOutputTokens?: number;
  reasoning?: ReasoningEffort;
  providerOptions?: ProviderMetadata;
  [name: string]: unknown;
}

export function aiSdkOptions(call: ProviderCall, version: "v3" | "v4"): AiSdkOptions {
  const { toolChoice, output } = call;
  const options: AiSdkOptions = {
    prompt: version === "v4" ? call.prompt : call.prompt.map(promptV3),
    abortSignal: call.abortSignal,
    includeRawChunks: false,
  };
  const give = (name: string, value: unknown): void => {
    if (value !== undefined) options[name] = value;
  };
  give("maxOutputTokens", call.maxOutputTokens);
  give("temperature", call.temperature);
  give("topP", call.topP);
  give("stopSequences", call.stop);
  give("seed", call.seed);
  if (version === "v4") give("reasoning", call.reasoning);
  give("headers", call.headers);
  give("providerOptions", call.providerOptions);
  if (call.tools !== undefined && call.tools.length > 0) {
    options["tools"] = functionTools(call.tools);
    if (typeof toolChoice === "object") options["toolChoice"] = { type: "tool", toolName: toolChoice.tool };
    else give("toolChoice", toolChoice && { type: toolChoice });
  }
  if (output !== undefined) {
    const { jsonSchema, name, description } = output;
    const strict = strictSchema(jsonSchema);
    if (strict === undefined) options.providerOptions = unstrict(call.providerOptions);
    options["responseFormat"] = {
      type: "json",
      schema: strict ?? jsonSchema,
      ...(name && { name }),
      ...(description && { description }),
    };
  }
  return options;
}

/** Packages send a schema as strict unless they are told, each under its own name. */
function unstrict(given: ProviderMetadata | undefined): ProviderMetadata {
  const defaults = { strictJsonSchema: false };
  let options = openaiDefaults(given, defaults);
  for (const name of ["openaiCompatible", "groq", "deepseek"]) options = withDefaults(options, name, defaults);
  return options;
}

/** Options for OpenAI's package, and for Azure's, which reads those of OpenAI where it is given none of its own. */
export function openaiDefaults(given: ProviderMetadata | undefined, defaults: Options): ProviderMetadata {
  const options = withDefaults(given, "openai", defaults);
  return given?.["azure"] === undefined ? options : withDefaults(options, "azure", defaults);
}

/** Holds unless the caller says otherwise. */
function withDefaults(given: ProviderMetadata | undefined, name: string, defaults: Options): ProviderMetadata {
  return { ...given, [name]: { ...defaults, ...given?.[name] } };
}

type Options = ProviderMetadata[string];

const made = new WeakMap<readonly ToolSpec[], unknown[]>();

/** Made once for a list of tools, which is given at each call. */
function functionTools(tools: readonly ToolSpec[]): unknown[] {
  let list = made.get(tools);
  if (list === undefined) {
    list = tools.map((tool) => ({ type: "function", ...tool }));
    made.set(tools, list);
  }
  return list;
}

const older = new WeakMap<PromptMessage, unknown>();

/** In V3 files are untagged, and parts of results have other names. Converted once for each entry. */
function promptV3(entry: PromptMessage): unknown {
  if (entry.role === "system") return entry;
  let converted = older.get(entry);
  if (converted === undefined) {
    const content = entry.content.flatMap((part): unknown[] => {
      if (part.type === "file") return [fileV3(part)];
      // V3 has no part for what only its provider understands.
      if (part.type === "custom") return [];
      if (part.type !== "tool-result" || part.output.type !== "content") return [part];
      return [{ ...part, output: { type: "content", value: part.output.value.map(resultPartV3) } }];
    });
    converted = { ...entry, content };
    older.set(entry, converted);
  }
  return converted;
}

function fileV3({ data, ...part }: PromptFile): unknown {
  return { ...part, data: data.type === "url" ? data.url : data.type === "data" ? data.data : undefined };
}

function resultPartV3(part: PromptText | PromptFile): unknown {
  if (part.type === "text") return part;
  const { data, mediaType } = part;
  const image = mediaType.startsWith("image/") ? "image" : "file";
  if (data.type === "url") return { type: `${image}-url`, url: data.url.href };
  return { type: `${image}-data`, mediaType, data: data.type === "data" ? base64(data.data) : "" };
}

export function base64(data: Uint8Array | string): string {
  if (typeof data === "string") return data;
  let binary = "";
  for (let at = 0; at < data.length; at += 8_192) binary += String.fromCharCode(...data.subarray(at, at + 8_192));
  return btoa(binary);
}
