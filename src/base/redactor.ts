/*
 * Removes secrets by their value, wherever they stand in a text. By value, because redaction by path leaks whatever a
 * library puts somewhere else.
 *
 * The values, in each form that they take on their way out, stand in one Aho–Corasick automaton (Aho and Corasick, 1975):
 * a character costs the same for one secret as for a hundred, and its state says exactly how much of a stream's end may be
 * the beginning of a secret, so that no more than this is held back. What it does not find: a value's bytes in another
 * encoding, and a value that is split over two fields.
 */

/** What replaces a secret. */
export const REDACTED: string = "[secret]";

/** Shorter values stand in too many texts by chance. */
const SHORTEST = 8;

/** So many of a secret's first characters stand at the end of many texts, such as the `s` of a key that begins with `sk-`. */
const TELLS_NOTHING = 3;

class Automaton {
  /** By state × 65536 + character code. State 0 is the root. */
  readonly #next = new Map<number, number>();
  readonly #known = new Set<string>();
  /** The state's text has this length: what may be the beginning of a secret. */
  readonly #depth: number[] = [0];
  /** The longest form that ends here, 0 for none. */
  readonly #match: number[] = [0];
  readonly #ends: boolean[] = [false];
  /** The state of the longest proper end of the state's text. */
  readonly #fallback: number[] = [0];
  /** Whether a form begins with this character, so that most characters cost one look. */
  readonly begins: Uint8Array = new Uint8Array(65_536);
  #linked = true;

  add(form: string): void {
    if (form.length < SHORTEST || this.#known.has(form)) return;
    this.#known.add(form);
    this.#linked = false;
    this.begins[form.charCodeAt(0)] = 1;
    let state = 0;
    for (let index = 0; index < form.length; index++) {
      const edge = state * 65_536 + form.charCodeAt(index);
      let next = this.#next.get(edge);
      if (next === undefined) {
        next = this.#depth.length;
        this.#next.set(edge, next);
        this.#depth.push(index + 1);
        this.#match.push(0);
        this.#ends.push(false);
        this.#fallback.push(0);
      }
      state = next;
    }
    this.#ends[state] = true;
  }

  step(from: number, code: number): number {
    if (!this.#linked) this.#link();
    for (let state = from; ; state = this.#fallback[state] as number) {
      const next = this.#next.get(state * 65_536 + code);
      if (next !== undefined) return next;
      if (state === 0) return 0;
    }
  }

  depth(state: number): number {
    return this.#depth[state] as number;
  }

  match(state: number): number {
    return this.#match[state] as number;
  }

  /** Breadth first: the edges were made with the shorter texts first only within one form. */
  #link(): void {
    this.#linked = true;
    const edges = [...this.#next].sort(([, a], [, b]) => this.depth(a) - this.depth(b));
    for (const [edge, state] of edges) {
      const parent = Math.floor(edge / 65_536);
      const fallback = parent === 0 ? 0 : this.step(this.#fallback[parent] as number, edge % 65_536);
      this.#fallback[state] = fallback;
      this.#match[state] = this.#ends[state] === true ? this.depth(state) : this.match(fallback);
    }
  }
}

let automaton: Automaton | undefined;

/** Returns whether any secret is known. As long as none is, redaction is this one branch. */
export function redacts(): boolean {
  return automaton !== undefined;
}

/**
 * Registers a value, so that every sink of Aitor shows `[secret]` in its place: raw, URL-encoded, as in JSON, in base64 and in
 * hex. Lasts for the life of the process. Values under 8 characters are not searched for.
 */
export function registerSecret(value: string): void {
  if (value.length < SHORTEST) return;
  automaton ??= new Automaton();
  for (const form of forms(value)) automaton.add(form);
}

/** Returns the text without secrets. */
export function redact(text: string): string {
  if (automaton === undefined || text.length < SHORTEST) return text;
  const stream = new Redaction(automaton);
  const shown = stream.push(text);
  return stream.found ? shown + stream.end() : text;
}

/** Returns the JSON value with its texts and names redacted; the value itself if nothing was found. */
export function redactJson<Value>(value: Value): Value {
  return automaton === undefined ? value : (redactValue(value, 0, redact) as Value);
}

/**
 * Works as `redactJson`, for a value whose texts may continue: what may be the beginning of a secret at the end of a text is
 * left out.
 */
export function redactGrowingJson<Value>(value: Value): Value {
  return automaton === undefined ? value : (redactValue(value, 0, redactGrowing) as Value);
}

function redactGrowing(text: string): string {
  const stream = new Redaction(automaton as Automaton);
  return stream.push(text) + stream.pause();
}

/** Redacts a text that comes in pieces. What may be the beginning of a secret is held back until that is known. */
export interface StreamRedaction {
  /** Adds a piece and returns what may be shown by now. */
  push(text: string): string;
  /** Returns what is held back if it is so short that it says nothing of a secret. The text may continue. */
  pause(): string;
  /** Returns the rest. The next piece begins a new text. */
  end(): string;
}

/** Creates a redaction; returns nothing if no secret is known. */
export function streamRedaction(): StreamRedaction | undefined {
  return automaton === undefined ? undefined : new Redaction(automaton);
}

class Redaction implements StreamRedaction {
  found = false;
  readonly #automaton: Automaton;
  #state = 0;
  /** What came and was not shown yet. */
  #held = "";
  /** Where secrets stand in it: from, to; in order, apart from each other. */
  readonly #marks: [from: number, to: number][] = [];

  constructor(known: Automaton) {
    this.#automaton = known;
  }

  push(text: string): string {
    const known = this.#automaton;
    const held = this.#held;
    let state = this.#state;
    const begins = known.begins;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      // Most characters, of most texts, begin nothing.
      if (state === 0 && begins[code] === 0) continue;
      state = known.step(state, code);
      const length = known.match(state);
      // Its first characters may have been shown by a pause.
      if (length > 0) this.#mark(Math.max(0, held.length + index + 1 - length), held.length + index + 1);
    }
    this.#state = state;
    const depth = known.depth(state);
    if (depth === 0 && held === "" && this.#marks.length === 0) return text;
    this.#held = held + text;
    return this.#show(this.#held.length - depth);
  }

  pause(): string {
    return this.#automaton.depth(this.#state) > TELLS_NOTHING ? "" : this.#show(this.#held.length);
  }

  end(): string {
    this.#state = 0;
    return this.#show(this.#held.length);
  }

  #mark(from: number, to: number): void {
    this.found = true;
    let start = from;
    for (let last = this.#marks.at(-1); last !== undefined && last[1] > start; last = this.#marks.at(-1)) {
      start = Math.min(start, last[0]);
      this.#marks.pop();
    }
    this.#marks.push([start, to]);
  }

  /** Shows what is held before `limit`, but no part of a secret. */
  #show(limit: number): string {
    let shown = "";
    let at = 0;
    let cut = limit;
    while (this.#marks.length > 0) {
      const [from, to] = this.#marks[0] as [number, number];
      if (to > limit) {
        cut = Math.min(cut, from);
        break;
      }
      shown += this.#held.slice(at, from) + REDACTED;
      at = to;
      this.#marks.shift();
    }
    shown += this.#held.slice(at, Math.max(at, cut));
    const gone = Math.max(at, cut);
    this.#held = this.#held.slice(gone);
    for (const mark of this.#marks) {
      mark[0] -= gone;
      mark[1] -= gone;
    }
    return shown;
  }
}

/** As deep as JSON values may be; deeper ones are cut, so that one which contains itself ends. */
const MAX_DEPTH = 1_000;

/** What stands in the place of what was cut. */
const CUT = "[nested too deep]";

function redactValue(value: unknown, depth: number, shown: (text: string) => string): unknown {
  if (typeof value === "string") return shown(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH) return CUT;
  if (Array.isArray(value)) {
    const items = value.map((item) => redactValue(item, depth + 1, shown));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  let changed = false;
  const entries = Object.entries(value).map(([name, part]): [string, unknown] => {
    const entry: [string, unknown] = [shown(name), redactValue(part, depth + 1, shown)];
    changed ||= entry[0] !== name || entry[1] !== part;
    return entry;
  });
  return changed ? Object.fromEntries(entries) : value;
}

/** As which it may stand in a text. */
function forms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const bytes = new TextEncoder().encode(value);
  let binary = "";
  let hex = "";
  for (const byte of bytes) {
    binary += String.fromCharCode(byte);
    hex += byte.toString(16).padStart(2, "0");
  }
  const found = [value, json, JSON.stringify(json).slice(1, -1), encodeURIComponent(value.toWellFormed())];
  found.push(hex, hex.toUpperCase());
  for (let offset = 0; offset < 3; offset++) {
    // The first character and the last of an incomplete group also depend on what stands beside the value.
    const encoded = btoa("\0".repeat(offset) + binary).replace(/=+$/, "");
    const whole = Math.floor(((offset + binary.length) * 8) / 6);
    const stable = encoded.slice(Math.ceil((offset * 8) / 6), whole);
    found.push(stable, stable.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return found;
}
