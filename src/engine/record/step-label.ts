import { type AitorError, invalidOption, invalidOptionGot, nonEmpty, type StepName } from "../../base/index.ts";

/**
 * How names become keys. A key is the path of scopes, each followed by `/`, then the step's label and, from the second
 * finished one of that label on, `#2`, `#3`, …: `left/fetch`, `left/fetch#2`, `score[3]`, `agent/#7/think` (turn 7).
 * The signs that give a key its structure are escaped in names, so that no two steps can get the same key.
 */
export interface StepLabel {
  readonly name: string;
  /** The name with its signs escaped. */
  readonly base: string;
  /** `base`, with the key in brackets where there is one. */
  readonly label: string;
  readonly keyed: boolean;
}

const STRUCTURE = /[%/#[\]]/;
const EACH_STRUCTURE = /[%/#[\]]/g;
const ESCAPED = /%(?:25|2F|23|5B|5D)/g;

export function stepLabel(name: StepName): StepLabel {
  if (typeof name === "string") {
    const base = escaped(nonEmpty(name, "the name of a step"));
    return { name, base, label: base, keyed: false };
  }
  if (typeof name !== "object" || name === null) {
    const fix = 'say it first: step("name", work)';
    throw invalidOption("the name of a step", "a text with at least one character, or { name, key }", name, fix);
  }
  const base = escaped(nonEmpty(name.name, "the name of a step"));
  if (name.key === undefined) throw noKey(name);
  return { name: name.name, base, label: `${base}[${escaped(name.key)}]`, keyed: true };
}

/** Misspelt, it would be one and the same for all steps of the name. */
function noKey({ name, ...others }: { readonly name: string }): AitorError {
  const [other] = Object.keys(others);
  const got = other === undefined ? "a name alone" : `"${other}" in its place`;
  const fix = "give the step's own key, or the name as a text where it needs none";
  return invalidOptionGot(`the key of step "${name}"`, "{ name, key }", got, fix);
}

/** The key of the `n`th step of a label, where `finished` ones came before it. */
export function ordinalKey(path: string, label: string, finished: number): string {
  return finished === 0 ? path + label : `${path}${label}#${finished + 1}`;
}

/** Returns the name in a step's key, without its scopes, its own key and its ordinal: `score` for `left/score[3]#2`. */
export function stepNameOf(key: string): string {
  const label = key.slice(key.lastIndexOf("/") + 1);
  if (!STRUCTURE.test(label)) return label;
  return unescaped(label.replace(/[#[].*$/s, ""));
}

/** A name without the signs that give a key its structure. */
export function escaped(text: string): string {
  return STRUCTURE.test(text) ? text.replace(EACH_STRUCTURE, encodeURIComponent) : text;
}

/** What `escaped` was given. */
export function unescaped(text: string): string {
  return text.includes("%") ? text.replace(ESCAPED, decodeURIComponent) : text;
}
