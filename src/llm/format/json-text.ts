import { checkJson } from "../../base/index.ts";

/**
 * The JSON of a value; no text for none.
 *
 * @param what Names the value in the error.
 * @throws AitorError `not-json`, which says where it is none.
 */
export function jsonText(value: unknown, what: string): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch (error) {
    checkJson(value, what, false);
    throw error;
  }
}
