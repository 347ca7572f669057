import { invalidOption, oneOf } from "../../base/index.ts";

const KINDS = ["read", "write", "external", "exec", "money"] as const;

/**
 * What a tool touches.
 * - `read`: it only looks.
 * - `write`: it changes things that are ours.
 * - `external`: it reaches things that are not ours, or sends them something.
 * - `exec`: it runs code or commands.
 * - `money`: it spends money.
 */
export type Access = (typeof KINDS)[number];

/** Accesses as a list. @throws AitorError `invalid-option`. */
export function accessList(access: Access | readonly Access[], what: string): readonly Access[] {
  const list: readonly unknown[] = Array.isArray(access) ? access : [access];
  if (list.length === 0) throw invalidOption(what, "at least one access", access);
  return Object.freeze([...new Set(list.map((each) => oneOf(KINDS, each, what)))]);
}
