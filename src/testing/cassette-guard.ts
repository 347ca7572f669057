import { redact } from "../base/index.ts";
import type { ProviderEvent } from "../llm/index.ts";

/** What looks like a key of a provider, also where nobody registered it. */
const KEY = /\b(?:sk|pk|rk|xai|gsk|key|ghp|gho|AKIA|AIza)[-_]?[A-Za-z0-9_-]{20,}|\bBearer [A-Za-z0-9._~+/-]{16,}/g;

/** The text without secrets. */
export function guarded(json: string): string {
  return redact(json).replace(KEY, "[secret]");
}

/**
 * The events without headers, and without secrets that are spread over several pieces: those are told in one piece then.
 */
export function guardedEvents(events: readonly ProviderEvent[]): ProviderEvent[] {
  const told: ProviderEvent[] = [];
  let run: Delta[] = [];
  const flush = (): void => {
    const [first] = run;
    if (first === undefined) return;
    const text = run.map((delta) => delta.text).join("");
    const shown = guarded(text);
    told.push(...(shown === text ? run : [{ ...first, text: shown }]));
    run = [];
  };
  for (const event of events) {
    const delta = "text" in event ? event : undefined;
    if (delta === undefined || run[0] === undefined || !follows(run[0], delta)) flush();
    if (delta !== undefined) run.push(delta);
    else told.push(event.type === "response" ? withoutHeaders(event) : event);
  }
  flush();
  return told;
}

type Delta = Extract<ProviderEvent, { readonly text: string }>;

function follows(a: Delta, b: Delta): boolean {
  const idOf = (delta: Delta): string => (delta.type === "tool-call-delta" ? delta.id : (delta.part ?? ""));
  return a.type === b.type && idOf(a) === idOf(b);
}

function withoutHeaders({ id, model }: Extract<ProviderEvent, { type: "response" }>): ProviderEvent {
  return { type: "response", ...(id !== undefined && { id }), ...(model !== undefined && { model }) };
}
