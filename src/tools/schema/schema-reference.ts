import { isRecord } from "../../base/index.ts";

/**
 * The schema that a reference names: `#`, or a JSON pointer behind `#`. Nothing for anything else: a schema is never
 * fetched from anywhere.
 */
export function resolved(root: unknown, reference: unknown): unknown {
  if (typeof reference !== "string" || !reference.startsWith("#")) return undefined;
  return pointed(root, fragmentParts(reference));
}

const INDEX = /^(?:0|[1-9]\d*)$/;

/** What a pointer's parts lead to: own properties and elements only. */
export function pointed(root: unknown, parts: readonly string[] | undefined): unknown {
  if (parts === undefined) return undefined;
  let value = root;
  for (const part of parts) {
    const isThere = Array.isArray(value) ? INDEX.test(part) : isRecord(value) && Object.hasOwn(value, part);
    if (!isThere) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

/** The parts of a JSON pointer (RFC 6901); nothing where it is none. */
export function pointerParts(pointer: string): readonly string[] | undefined {
  if (pointer === "") return [];
  if (!pointer.startsWith("/")) return undefined;
  const parts = pointer.slice(1).split("/");
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The parts of a JSON pointer in a URI's fragment. */
export function fragmentParts(fragment: string): readonly string[] | undefined {
  try {
    return pointerParts(decodeURIComponent(fragment.slice(1)));
  } catch {
    return undefined;
  }
}
