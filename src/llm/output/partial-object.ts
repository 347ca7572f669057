import { redactGrowingJson } from "../../base/index.ts";
import { jsonPart } from "./output.ts";

/**
 * Tells what is known of a JSON value, without secrets, while the text of one answer comes: call what it returns with all
 * text so far. It looks again when the text has grown by a twentieth, so that all looks together cost what twenty do.
 */
export function partialObject(tell: (object: unknown) => void): (text: string) => void {
  let repair: ((text: string) => string) | undefined;
  let looked = 0;
  let told = "";
  void import("jsonrepair").then(({ jsonrepair }) => (repair = jsonrepair));
  return (text) => {
    if (repair === undefined || text.length < looked + 8 + looked / 20) return;
    looked = text.length;
    const part = jsonPart(text);
    if (part === undefined) return;
    try {
      const written = repair(knownPart(part));
      if (written === told) return;
      told = written;
      tell(redactGrowingJson(JSON.parse(written) as unknown));
    } catch {
      // Not yet anything that could be mended.
    }
  };
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
