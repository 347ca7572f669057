/** Fields of an action whose text is shown, by what the action is. */
const SHOWN: Readonly<Record<string, string>> = { think: "thought", use_tool: "thought", result: "answer" };

const ESCAPED: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

/**
 * Returns the text for people from an action written as JSON, while it is being written: the thought of a call, the text of an
 * answer. Once the action is whole, its record says what it was.
 */
export class ActionText {
  /** How many brackets are open; 0 before the action, and behind it. */
  #depth = 0;
  #quoted = false;
  /** The characters of an escape so far, or nothing. */
  #escape = "";
  /** The text in quotes so far: of a name, or of what the action is. */
  #text = "";
  /** The name of the field in the action itself that is being written; nothing where a name is to come. */
  #field: string | undefined;
  #action: string | undefined;
  #isOver = false;
  /** The first half of a pair of signs (a surrogate), whose second half is to come. */
  #half = "";

  /** @returns What is to be shown of the next piece. */
  push(piece: string): string {
    let shown = this.#half;
    for (let index = 0; index < piece.length && !this.#isOver; index++) shown += this.#take(piece.charAt(index));
    this.#half = /[\ud800-\udbff]$/.exec(shown)?.[0] ?? "";
    return this.#half === "" ? shown : shown.slice(0, -1);
  }

  #take(sign: string): string {
    if (this.#quoted) return this.#inQuotes(sign);
    switch (sign) {
      case '"':
        this.#quoted = this.#depth > 0;
        this.#text = "";
        break;
      case "{":
      case "[":
        // Words in brackets in front of the action are none: no name follows.
        if (this.#depth === 1 && this.#field === undefined) this.#depth = 0;
        if (this.#depth > 0 || sign === "{") this.#depth++;
        break;
      case "}":
      case "]":
        if (this.#depth > 0) this.#depth--;
        this.#isOver = this.#depth === 0 && this.#action !== undefined;
        break;
      case ",":
        if (this.#depth === 1) this.#field = undefined;
        break;
      case ":":
        if (this.#depth === 1) this.#field = this.#text;
        break;
      default:
        if (this.#depth === 1 && this.#field === undefined && sign.trim() !== "") this.#depth = 0;
    }
    return "";
  }

  #inQuotes(sign: string): string {
    if (this.#escape !== "") return this.#unescape(this.#escape + sign);
    if (sign === "\\") {
      this.#escape = sign;
      return "";
    }
    if (sign !== '"') return this.#written(sign);
    this.#quoted = false;
    if (this.#depth === 1 && this.#field === "action") this.#action = this.#text;
    return "";
  }

  #unescape(escape: string): string {
    const isWhole = escape[1] !== "u" || escape.length === 6;
    this.#escape = isWhole ? "" : escape;
    if (!isWhole) return "";
    const [, sign = ""] = escape;
    if (sign !== "u") return this.#written(ESCAPED[sign] ?? sign);
    const code = Number.parseInt(escape.slice(2), 16);
    return Number.isNaN(code) ? "" : this.#written(String.fromCharCode(code));
  }

  #written(text: string): string {
    if (this.#depth !== 1) return "";
    if (this.#field === undefined || this.#field === "action") this.#text += text;
    return this.#field !== undefined && SHOWN[this.#action ?? ""] === this.#field ? text : "";
  }
}
