import { styleText } from "node:util";

export type Format = "bold" | "cyan" | "dim" | "green" | "red" | "yellow";

/** Text as it is shown in a colour or weight, or as it is. */
export type Style = (format: Format, text: string) => string;

export function style(color: boolean): Style {
  return color ? (format, text) => styleText(format, text, { validateStream: false }) : (_format, text) => text;
}
