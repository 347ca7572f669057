import { redactGrowingJson } from "../../base/index.ts";
import { jsonPart } from "./output.ts";

type Repair = (text: string) => string;

/**
 * What is known of a JSON value while its text comes, without secrets. It looks again when the text has grown by a twentieth, so that all
 * looks together cost what twenty do.
 */
export class PartialObject {
  readonly #tell: (object: unknown) => void;
  #repair: Repair | undefined;
  #looked = 0;
  #told = "";

  constructor(tell: (object: unknown) => void) {
    this.#tell = tell;
    void import("jsonrepair").then(({ jsonrepair }) => (this.#repair = jsonrepair));
  }

  /** @param text All that came so far. */
  grown(text: string): void {
    if (text.length < this.#looked) this.#looked = 0;
    if (this.#repair === undefined || text.length < this.#looked + 8 + this.#looked / 20) return;
    this.#looked = text.length;
    const part = jsonPart(text);
    if (part === undefined) return;
    try {
      const written = this.#repair(knownPart(part));
      if (written === this.#told) return;
      this.#told = written;
      this.#tell(redactGrowingJson(JSON.parse(written) as unknown));
    } catch {
      // Not yet anything that could be mended.
    }
  }
}

/**
 * Without what nothing is known of yet: a key whose value has not begun, and a number or a word that has not ended. Mended, these would be
 * `null`, another number, or a text.
 */
function knownPart(part: string): string {
  const open: string[] = [];
  let quote = "";
  let isKey = false;
  let end: number | undefined;
  for (let at = 0; at < part.length; at++) {
    const char = part[at] as string;
    if (quote !== "") {
      if (char === "\\") at++;
      else if (char === quote) quote = "";
    } else if (char === "{" || char === "[") {
      open.push(char);
      isKey = char === "{";
      end = at + 1;
    } else if (char === "}" || char === "]") {
      open.pop();
      end = undefined;
    } else if (char === ",") {
      isKey = open.at(-1) === "{";
      end = at;
    } else if (char === ":") {
      isKey = false;
    } else if (char === '"' || char === "'") {
      quote = char;
      if (!isKey) end = undefined;
    }
  }
  return part.slice(0, end);
}
