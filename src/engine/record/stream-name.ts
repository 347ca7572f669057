import { invalidOption, nonEmpty } from "../../base/index.ts";

/** What a journal keeps beside runs: agents' memories, and what was used. */
const KEPT = ["agent", "usage"] as const;

/** The name of a stream that is no run's, of two parts at most. No run of a message has such an id: those have three. */
export function streamOf(kept: (typeof KEPT)[number], name: string, id?: string): string {
  const stream = `${kept}:${uriPart(name)}`;
  return id === undefined ? stream : `${stream}/${uriPart(id)}`;
}

/** An id that somebody gives a run, whose stream has its name. @throws AitorError `invalid-option`. */
export function newRunId(id: string): string {
  const what = "the id of a run";
  nonEmpty(id, what);
  const taken = KEPT.find((kept) => id.startsWith(`${kept}:`));
  if (taken === undefined) return id;
  const fix = `begin the id otherwise: a run "${id}" would write where the journal keeps something else`;
  throw invalidOption(what, `a text that does not begin with "${taken}:"`, id, fix);
}

/** Any text as a part of a stream's name, each as another one. Lone surrogates, which no URI can hold, are written out. */
function uriPart(text: string): string {
  if (text.isWellFormed()) return encodeURIComponent(text);
  return Array.from(text, (sign) =>
    sign.isWellFormed() ? encodeURIComponent(sign) : `%u${sign.charCodeAt(0).toString(16)}`,
  ).join("");
}
