import { type Duration, invalidOption, milliseconds, oneOf, onlyOptions } from "../../base/index.ts";
import type { ProviderMetadata } from "./message.ts";

/** How to ask a model. Of the levels model, agent and call the nearest wins, setting by setting. */
export interface ModelSettings {
  readonly temperature?: number;
  /** The most tokens that it may write, reasoning included. What is left of a budget, and the model's own limit, apply, too. */
  readonly maxOutputTokens?: number;
  readonly topP?: number;
  /** Texts at which the model stops. */
  readonly stop?: readonly string[];
  readonly seed?: number;
  /** How much the model reasons. @default the provider's */
  readonly reasoning?: ReasoningEffort;
  /** Limits the time of one request: the whole request, or its parts. @default `{ firstToken: "5m", idle: "2m" }` */
  readonly timeout?: Duration | TimeoutSettings;
  /** Headers to send with each request, by name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the model may, or must, call tools. @default "auto" */
  readonly toolChoice?: ToolChoice;
  /** How long the provider keeps the beginning of the prompt, if it must be told. @default "5m" where turns follow */
  readonly cache?: "5m" | "1h" | "off";
  /** Options passed to the provider unchanged, by its name. */
  readonly providerOptions?: ProviderMetadata;
}

export type ReasoningEffort = (typeof EFFORTS)[number];

const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;

/** Whether to call tools. `{ tool }` names the tool that must be called. */
export type ToolChoice = "auto" | "none" | "required" | { readonly tool: string };

/** The time-outs of one request. */
export interface TimeoutSettings {
  /**
   * The time from the request to its end. Before the request, making its model and loading its files from `blobs` may each
   * take as long. @default none
   */
  readonly total?: Duration;
  /** The time until the first token. Making the model and loading its files may take no longer either. @default "5m" */
  readonly firstToken?: Duration;
  /** The time between tokens. A stream that stands still is given up after this time, or up to twice as long. @default "2m" */
  readonly idle?: Duration;
}

/** The settings that a provider may not support. */
export type SettingName = "temperature" | "maxOutputTokens" | "topP" | "stop" | "seed" | "reasoning" | "toolChoice";

export const SETTING_NAMES: readonly SettingName[] = [
  "temperature",
  "maxOutputTokens",
  "topP",
  "stop",
  "seed",
  "reasoning",
  "toolChoice",
];

/** What settings are where nobody gives any. */
export const NO_SETTINGS: ModelSettings = {};

/** Merges levels of settings. The last level is the nearest and wins. Headers and provider options are merged name by name. */
export function mergeSettings(...levels: readonly (ModelSettings | undefined)[]): ModelSettings {
  let merged: ModelSettings | undefined;
  for (const level of levels) {
    if (level !== undefined) merged = merged === undefined ? level : nearer(merged, level);
  }
  return merged ?? NO_SETTINGS;
}

function nearer(settings: ModelSettings, level: ModelSettings): ModelSettings {
  const given = Object.fromEntries(Object.entries(level).filter(([, value]) => value !== undefined)) as ModelSettings;
  const { headers, providerOptions } = settings;
  return {
    ...settings,
    ...given,
    ...(headers && given.headers && { headers: mergeHeaders(headers, given.headers) }),
    ...(providerOptions &&
      given.providerOptions && { providerOptions: mergeOptions(providerOptions, given.providerOptions) }),
  };
}

/** Two names that differ in capitals are one header: both of them would be sent, as one with two values. */
function mergeHeaders(a: NamedHeaders, b: NamedHeaders): NamedHeaders {
  const names = new Set(Object.keys(b).map((name) => name.toLowerCase()));
  return { ...Object.fromEntries(Object.entries(a).filter(([name]) => !names.has(name.toLowerCase()))), ...b };
}

type NamedHeaders = NonNullable<ModelSettings["headers"]>;

export function mergeOptions(a: ProviderMetadata, b: ProviderMetadata): ProviderMetadata {
  const merged = { ...a };
  for (const [name, options] of Object.entries(b)) merged[name] = { ...merged[name], ...options };
  return merged;
}

const KNOWN: ReadonlySet<string> = new Set([
  ...SETTING_NAMES,
  "timeout",
  "headers",
  "cache",
  "providerOptions",
] satisfies (keyof ModelSettings)[]);

const TIMEOUTS: ReadonlySet<string> = new Set(["total", "firstToken", "idle"] satisfies (keyof TimeoutSettings)[]);

/** @param of Whose they are, in errors. @throws AitorError `invalid-option` or `invalid-duration`. */
export function checkSettings(settings: ModelSettings, of: string): void {
  onlyOptions(settings, KNOWN, `a setting ${of}`);
  if (typeof settings.timeout === "object") onlyOptions(settings.timeout, TIMEOUTS, `timeout ${of}`);
  const { temperature, maxOutputTokens, topP, stop, seed, reasoning, cache, toolChoice, headers } = settings;
  numberAt(temperature, 0, Infinity, `temperature ${of}`);
  numberAt(maxOutputTokens, 1, Infinity, `maxOutputTokens ${of}`);
  numberAt(topP, 0, 1, `topP ${of}`);
  if (seed !== undefined && !Number.isInteger(seed)) throw invalidOption(`seed ${of}`, "a whole number", seed);
  if (stop !== undefined && !(Array.isArray(stop) && stop.every((text) => typeof text === "string" && text !== ""))) {
    throw invalidOption(`stop ${of}`, "an array of texts", stop);
  }
  if (reasoning !== undefined) oneOf(EFFORTS, reasoning, `reasoning ${of}`);
  if (cache !== undefined) oneOf(["5m", "1h", "off"], cache, `cache ${of}`);
  if (toolChoice !== undefined && typeof (toolChoice as { tool?: unknown } | null)?.tool !== "string") {
    oneOf(["auto", "none", "required"], toolChoice, `toolChoice ${of}`, 'or name a tool: { tool: "search" }');
  }
  if (headers !== undefined) checkHeaders(headers, of);
  timeoutsOf(settings, of);
}

/** `Headers` and the like have nothing by name, and so would be left out. */
function checkHeaders(headers: unknown, of: string): void {
  const isNamed = typeof headers === "object" && headers !== null && !(Symbol.iterator in headers);
  if (isNamed && Object.values(headers).every((value) => value === undefined || typeof value === "string")) return;
  throw invalidOption(`headers ${of}`, 'an object of texts by name, such as { "x-team": "search" }', headers);
}

function numberAt(value: number | undefined, least: number, most: number, option: string): void {
  if (value === undefined || (typeof value === "number" && value >= least && value <= most)) return;
  throw invalidOption(option, most === Infinity ? `a number ≥ ${least}` : `a number from ${least} to ${most}`, value);
}

/** Milliseconds. */
export interface Timeouts {
  readonly total: number;
  readonly firstToken: number;
  readonly idle: number;
}

const USUAL: Timeouts = { total: Infinity, firstToken: 300_000, idle: 120_000 };

export function timeoutsOf({ timeout }: ModelSettings, of = "of settings"): Timeouts {
  if (timeout === undefined) return USUAL;
  if (typeof timeout !== "object") return { ...USUAL, total: milliseconds(timeout, `timeout ${of}`) };
  const part = (name: keyof Timeouts): number => {
    const duration = timeout[name];
    return duration === undefined ? USUAL[name] : milliseconds(duration, `timeout.${name} ${of}`);
  };
  return { total: part("total"), firstToken: part("firstToken"), idle: part("idle") };
}
