import { jsonText } from "../format/json-text.ts";
import type { Message } from "../format/message.ts";
import type { OutputSpec, ToolSpec } from "../format/provider.ts";

/*
 * The hash of a prompt is a chain over the hashes of its messages, so that one more message costs the hash of one message.
 * Ids of messages do not count: two runs with the same content have the same hash. The hash only distinguishes prompts, at
 * every call. It protects nothing. So it is a fast hash of 128 bits and not a cryptographic one, which would cost most of
 * what a call costs here.
 */

/** The chain with a message more: 128 bits, as a text of 8 characters. */
export function chainHash(before: string, message: Message): string {
  const said = message.role === "system" ? message.text : message.parts;
  return mixed(before + message.role + jsonText(said, `a message of the ${message.role}`));
}

/** The `promptHash` of a request: of its messages, tools and output, whichever provider is sent it. */
export function hashPrompt({
  messages,
  tools,
  output,
}: {
  readonly messages: readonly Message[];
  readonly tools?: readonly ToolSpec[];
  readonly output?: OutputSpec;
}): string {
  return promptHash(messages.reduce(chainHash, ""), tools, output);
}

const ownedHashes = new WeakMap<object, string>();

/** Of messages, and of lists that their owners give again and again: tools and output. */
export function promptHash(messages: string, ...owned: readonly (object | undefined)[]): string {
  let text = messages;
  for (const value of owned) {
    let hash = "";
    if (value !== undefined) {
      const known = ownedHashes.get(value);
      hash = known ?? mixed(jsonText(value, "what tools or an output are said to be"));
      if (known === undefined) ownedHashes.set(value, hash);
    }
    text += `,${hash}`;
  }
  return fastHash(text);
}

/** 128 bits in hex. */
export function fastHash(text: string): string {
  const signs = mixed(text);
  for (let index = 0; index < signs.length; index++) {
    const code = signs.charCodeAt(index);
    for (let digit = 0; digit < 4; digit++) HEX[4 * index + digit] = DIGITS[(code >>> (12 - 4 * digit)) & 15] as number;
  }
  return String.fromCharCode(...HEX);
}

/** cyrb128 (bryc, public domain): four lanes that are mixed with each other at the end, as 8 characters of 16 bits. */
function mixed(text: string): string {
  let a = 1_779_033_703;
  let b = 3_144_134_277;
  let c = 1_013_904_242;
  let d = 2_773_480_762;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    a = b ^ Math.imul(a ^ code, 597_399_067);
    b = c ^ Math.imul(b ^ code, 2_869_860_233);
    c = d ^ Math.imul(c ^ code, 951_274_213);
    d = a ^ Math.imul(d ^ code, 2_716_044_179);
  }
  a = Math.imul(c ^ (a >>> 18), 597_399_067);
  b = Math.imul(d ^ (b >>> 22), 2_869_860_233);
  c = Math.imul(a ^ (c >>> 17), 951_274_213);
  d = Math.imul(b ^ (d >>> 19), 2_716_044_179);
  a ^= b ^ c ^ d;
  b ^= a;
  c ^= a;
  d ^= a;
  return String.fromCharCode(a >>> 16, a & LOW, b >>> 16, b & LOW, c >>> 16, c & LOW, d >>> 16, d & LOW);
}

const DIGITS: readonly number[] = Array.from("0123456789abcdef", (sign) => sign.charCodeAt(0));

/** The codes of the hash that is made: put together of pieces, its text would keep them. */
const HEX: number[] = Array.from({ length: 32 }, () => 0);

/** The lower half of a lane. */
const LOW = 0xffff;
