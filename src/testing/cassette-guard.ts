import { redact } from "../base/index.ts";
import type { ProviderEvent } from "../llm/index.ts";
import { keyShapes } from "./key-shapes.ts";

/** Matches what looks like a key, also if nobody registered it, and also after a JSON escape, such as that of a line's end. */
const KEY = new RegExp(
  [
    String.raw`(?:\b|(?<=\\[bfnrt]))(?:${Object.values(keyShapes).join("|")})`,
    String.raw`(?:\b|(?<=\\[bfnrt]))(?:sk|pk|rk|xai|gsk|key|ghp|gho|AIza)[-_]?[A-Za-z0-9_-]{20,}`,
    String.raw`(?:\b|(?<=\\[bfnrt]))Bearer [A-Za-z0-9._~+/-]{16,}`,
    String.raw`-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----(?:\\[nr]|[A-Za-z0-9+/=:,\s]|-(?!----))*(?:-----END (?:[A-Z]+ )?PRIVATE KEY-----)?`,
  ].join("|"),
  "g",
);

/** Returns the text without secrets. */
export function guarded(json: string): string {
  return redact(json).replace(KEY, "[secret]");
}

/**
 * Returns the events without headers and secrets. If a secret is spread over several pieces of a part, the part comes in one
 * piece, in the place of its first one, since pieces of other parts may be between its pieces.
 */
export function guardedEvents(events: readonly ProviderEvent[]): ProviderEvent[] {
  const shown = new Map<ProviderEvent, string>();
  for (const pieces of deltasByPart(events)) {
    const whole = guarded(pieces.map(({ text }) => text).join(""));
    const each = pieces.map(({ text }) => guarded(text));
    const isSpread = each.join("") !== whole;
    for (const [index, piece] of pieces.entries()) {
      if (!isSpread) shown.set(piece, each[index] as string);
      else if (index === 0) shown.set(piece, whole);
    }
  }
  return events.flatMap((event) => {
    if (!("text" in event)) return event.type === "response" ? withoutHeaders(event) : event;
    const text = shown.get(event);
    return text === undefined ? [] : { ...event, text };
  });
}

type Delta = Extract<ProviderEvent, { readonly text: string }>;

/** What ends a text that has no name of its own. */
const WHOLE: ReadonlySet<ProviderEvent["type"]> = new Set(["file", "opaque", "tool-call", "tool-result"]);

function deltasByPart(events: readonly ProviderEvent[]): Iterable<readonly Delta[]> {
  const parts = new Map<string, Delta[]>();
  let ended = 0;
  for (const event of events) {
    if (WHOLE.has(event.type)) ended++;
    if (!("text" in event)) continue;
    const key = JSON.stringify([event.type, event.type === "tool-call-delta" ? event.id : (event.part ?? ended)]);
    const pieces = parts.get(key);
    if (pieces === undefined) parts.set(key, [event]);
    else pieces.push(event);
  }
  return parts.values();
}

function withoutHeaders({ id, model }: Extract<ProviderEvent, { type: "response" }>): ProviderEvent {
  return { type: "response", ...(id !== undefined && { id }), ...(model !== undefined && { model }) };
}
