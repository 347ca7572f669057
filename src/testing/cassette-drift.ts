import { AitorError, hashJson } from "../base/index.ts";
import type { PromptMessage, ProviderCall } from "../llm/index.ts";
import { guarded } from "./cassette-guard.ts";

/** The code of the error for a request that is not in the cassette. */
export type CassetteErrorCode = "cassette-drift";

/** One part of a prompt, for showing what has changed. */
export interface PromptPart {
  /** Such as `message 3 (user)`, `tool "search"`, `settings`. */
  readonly name: string;
  readonly hash: string;
  readonly begins: string;
}

interface Prompted {
  readonly parts: readonly PromptPart[];
}

/** Returns the parts in the order in which a reader looks for what has changed. */
export function promptParts(call: ProviderCall): PromptPart[] {
  const { prompt, tools = [], output, ...rest } = call;
  const settings = Object.entries(rest).filter(([name]) => name !== "abortSignal" && name !== "headers");
  return [
    ...prompt.map((entry, index) => part(`message ${index + 1} (${entry.role})`, bytesHashed(entry))),
    ...tools.map((tool) => part(`tool "${tool.name}"`, tool)),
    ...(output === undefined ? [] : [part("output", output)]),
    part("settings", Object.fromEntries(settings)),
  ];
}

/** Replaces bytes by their hash, because people are to read a cassette. */
function bytesHashed(entry: PromptMessage): unknown {
  return JSON.parse(
    JSON.stringify(entry, (_key, value: unknown) =>
      value instanceof Uint8Array ? `bytes ${hashJson([...value])}` : value,
    ),
  );
}

function part(name: string, value: unknown): PromptPart {
  // What is hashed is what can be seen: a key that differs between machines must not make another prompt.
  const text = guarded(JSON.stringify(value));
  return { name, hash: hashJson(text), begins: text.length > 120 ? `${text.slice(0, 119)}…` : text };
}

export function driftError(
  file: string,
  asked: number,
  parts: readonly PromptPart[],
  times: number,
  recorded: readonly Prompted[],
): AitorError<CassetteErrorCode> {
  const { expected, got } =
    times > 0
      ? { expected: `at most ${times} requests with this prompt`, got: "one more" }
      : differences(parts, nearestOf(parts, recorded));
  return new AitorError({
    code: "cassette-drift",
    message: `request ${asked} is not in the cassette ${file}`,
    expected,
    got,
    fix: "if the change is meant, remove the file and record again",
    retryable: false,
    data: { request: asked, recorded: recorded.length },
  });
}

/** Returns the parts of the recorded request that has the most of them in common. */
function nearestOf(parts: readonly PromptPart[], recorded: readonly Prompted[]): readonly PromptPart[] {
  let nearest: readonly PromptPart[] = [];
  let most = -Infinity;
  for (const { parts: each } of recorded) {
    const hashes = new Set(each.map(({ name, hash }) => `${name} ${hash}`));
    const common = parts.filter(({ name, hash }) => hashes.has(`${name} ${hash}`)).length;
    const score = common - Math.abs(each.length - parts.length) / 2;
    if (score > most) [nearest, most] = [each, score];
  }
  return nearest;
}

function differences(now: readonly PromptPart[], then: readonly PromptPart[]): { expected: string; got: string } {
  const before = new Map(then.map((each) => [each.name, each]));
  const after = new Map(now.map((each) => [each.name, each]));
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const changed = names.filter((name) => before.get(name)?.hash !== after.get(name)?.hash);
  const tell = (side: typeof before, other: typeof before): string =>
    changed.map((name) => `${name}: ${around(side.get(name), other.get(name))}`).join("; ");
  if (then.length === 0) return { expected: "a recorded request", got: "an empty cassette" };
  return { expected: tell(before, after), got: tell(after, before) };
}

function around(own: PromptPart | undefined, other: PromptPart | undefined): string {
  if (own === undefined) return "none";
  let same = 0;
  while (other !== undefined && same < own.begins.length && own.begins[same] === other.begins[same]) same++;
  const from = Math.max(0, same - 20);
  return (from > 0 ? "…" : "") + own.begins.slice(from, from + 80);
}
