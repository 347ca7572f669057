import { hashJson } from "../base/index.ts";
import type { Message } from "./message.ts";

/*
 * The hash of a prompt is a chain over the hashes of its messages, so that a message more costs one message. Ids of messages
 * do not count: two runs that say the same have the same hash.
 */

const hashes = new WeakMap<Message, string>();

function messageHash(message: Message): string {
  let hash = hashes.get(message);
  if (hash === undefined) {
    hash = hashJson(message.role === "system" ? ["system", message.text] : [message.role, message.parts]);
    hashes.set(message, hash);
  }
  return hash;
}

export function chainHash(before: string, message: Message): string {
  return hashJson([before, messageHash(message)]);
}

const listHashes = new WeakMap<object, string>();

/** The hash of a value that its owner gives again and again, such as a list of tools. */
export function ownedHash(value: object | undefined): string {
  if (value === undefined) return "";
  let hash = listHashes.get(value);
  if (hash === undefined) {
    hash = hashJson(value);
    listHashes.set(value, hash);
  }
  return hash;
}
