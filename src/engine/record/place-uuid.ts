import { hashJson } from "../../base/index.ts";

/** A UUID of version 8 (RFC 9562: made by a rule of one's own), the same for the `nth` one of a scope of a run. */
export function placeUuid(run: string, path: string, nth: number): string {
  const hex = hashJson([run, path, nth]);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0b0011) | 0b1000).toString(16);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, variant + hex.slice(17, 20)];
  return [...parts, hex.slice(20, 32)].join("-");
}
