import { checkJson } from "../../base/index.ts";
import { invalidTodoError } from "./errors.ts";
import { PRIORITIES, type TodoPriority } from "./todo.ts";

const LONGEST_CONTENT = 10_000;
const ID = /^[\p{L}\p{N}_][\p{L}\p{N}_\-.:/]{0,63}$/u;

// What comes from models and files is looked at as if it had no type.

export function checkId(value: unknown, what: string): string {
  if (typeof value === "string" && value.length <= 64 && ID.test(value)) return value;
  throw invalidTodoError(what, "1 to 64 letters, digits, _ - . : or /, a letter, digit or _ first", value);
}

/** A text that says something. */
export function checkText(value: unknown, what: string): string {
  if (typeof value === "string" && value.length <= LONGEST_CONTENT && value.trim() !== "" && value.isWellFormed()) {
    return value;
  }
  const got = typeof value === "string" && value.length > LONGEST_CONTENT ? `a text of ${value.length}` : value;
  throw invalidTodoError(what, `a text of 1 to ${LONGEST_CONTENT} characters that is not blank`, got);
}

/** The reason of a change, where one was given. */
export function why(reason: string | undefined): { readonly reason?: string } {
  return reason === undefined ? {} : { reason: checkText(reason, "the reason") };
}

/** A text of any length. */
export function checkError(value: unknown, what: string): string {
  if (typeof value === "string" && value.isWellFormed()) return value;
  throw invalidTodoError(what, "a text", value);
}

export function checkPriority(value: unknown, what: string): TodoPriority {
  const found = PRIORITIES.find((each) => each === value);
  if (found !== undefined) return found;
  throw invalidTodoError(what, PRIORITIES.map((each) => `"${each}"`).join(", "), value);
}

/** Each id once. */
export function checkIds(value: unknown, what: string): string[] {
  if (Array.isArray(value) && value.every((id) => typeof id === "string")) return [...new Set(value)];
  throw invalidTodoError(what, "a list of ids", value);
}

/** @throws AitorError `invalid-todo`, `not-json`. */
export function checkMetadata(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalidTodoError(what, "an object", value);
  }
  checkJson(value, what, false);
  return value as Readonly<Record<string, unknown>>;
}

export function checkTime(value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw invalidTodoError("the time of a change", "milliseconds since 1970", value);
}
