import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

import { type AitorError, describe, errorAtCaller } from "./errors.ts";

/** Deeper than any sensible value and shallower than the stack: what nests deeper is taken for a cycle. */
const MAX_DEPTH = 1_000;

/**
 * Checks that a journal can return `value` as it is: null, booleans, finite numbers, strings, arrays and plain objects of
 * these. `undefined` is allowed as the whole value and as an object's property, which reads back as absent. `-0` reads back as
 * 0 where JSON is written. An array must contain only its elements.
 *
 * @param what Names the value in the error, such as `the result of step "fetch"`.
 * @param freeze Also freezes each array and object on the way, and checks short arrays for properties beside their elements.
 * @throws AitorError `not-json`, which names the path of the first part that is not JSON.
 */
export function checkJson(value: unknown, what: string, freeze: boolean): void {
  if (value === undefined || value === null || typeof value === "string" || typeof value === "boolean") return;
  const fault = visit(value, freeze, 0);
  if (fault !== undefined) throw notJson(fault.value, what, fault.path.reverse());
}

/** What is no JSON, and the way to it from within: put together on the way back, since nearly always there is none. */
interface Fault {
  readonly value: unknown;
  readonly path: (string | number)[];
}

function visit(value: unknown, freeze: boolean, depth: number): Fault | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : { value, path: [] };
    case "object":
      if (value === null) return undefined;
      return depth < MAX_DEPTH ? visitObject(value, freeze, depth) : { value, path: [] };
    default:
      return { value, path: [] };
  }
}

function visitObject(value: object, freeze: boolean, depth: number): Fault | undefined {
  if (Array.isArray(value)) {
    if (!isPlainArray(value) || (freeze && hasMore(value))) return { value, path: [] };
    for (let index = 0; index < value.length; index++) {
      const fault = visit(value[index], freeze, depth + 1);
      if (fault !== undefined) return behind(index, fault);
    }
  } else {
    if (!isPlain(value)) return { value, path: [] };
    // Takes half the time of a list of the keys; what somebody put into Object.prototype is no part of it.
    for (const key in value) {
      const part = (value as Record<string, unknown>)[key];
      if (part === undefined || (typeof part !== "string" && !Object.hasOwn(value, key))) continue;
      const fault = visit(part, freeze, depth + 1);
      if (fault !== undefined) return behind(key, fault);
    }
  }
  if (freeze) Object.freeze(value);
  return undefined;
}

function behind(key: string | number, fault: Fault): Fault {
  fault.path.push(key);
  return fault;
}

/** A plain object of this realm or another: its prototype is none, or one that has none itself. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/** No instance of a class that extends Array, in this realm or another: the prototype of arrays is an array itself. */
function isPlainArray(value: readonly unknown[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Array.prototype || Array.isArray(prototype);
}

/** Of longer arrays nearly none has anything beside its elements, and to list their keys takes longer than all else. */
const SHORT_ARRAY = 100;

/** Fewer keys are holes, which are found by themselves. */
function hasMore(value: readonly unknown[]): boolean {
  return value.length <= SHORT_ARRAY && Object.keys(value).length > value.length;
}

function notJson(value: unknown, what: string, path: readonly (string | number)[]): AitorError {
  const tooDeep = path.length >= MAX_DEPTH;
  const place = tooDeep ? `${pathText(path.slice(0, 5))}…` : pathText(path);
  return errorAtCaller({
    code: "not-json",
    message: `${what} cannot be recorded: ${place === "" ? "it" : place} is not a JSON value`,
    expected: "null, a boolean, a finite number, a string, or an array or plain object of these",
    got: tooDeep ? `a value nested deeper than ${MAX_DEPTH}, or one that contains itself` : describe(value),
    fix: "use plain data: a Date as its toISOString(), a Map as an array of entries, a match as [...match], undefined in a list as null",
    retryable: false,
    data: { path: place },
  });
}

/** Writes a path as code would: `.items[3]["a b"]`. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (typeof part === "string" && /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(part)) text += `.${part}`;
    else text += `[${typeof part === "symbol" ? part.toString() : JSON.stringify(part)}]`;
  }
  return text;
}

/**
 * Returns the identity of a JSON value: the first 128 bits, in hex, of the SHA-256 of its text with sorted keys. Equal values
 * have equal hashes, whatever the order of their keys.
 */
export function hashJson(value: unknown): string {
  const text = JSON.stringify(value, sortKeys) ?? "undefined";
  return bytesToHex(sha256(utf8ToBytes(text)).subarray(0, 16));
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}
