import { styleText } from "node:util";

import { isAitorError } from "aitor";

import { visible } from "./escape.ts";

/** Says what went wrong. */
export function complain(text: string): void {
  const safe = text.replace(/[^\P{C}\n]/gu, visible); // an error's message may hold anything
  console.error(`${styleText(["bold", "red"], "error:", { stream: process.stderr })} ${safe}`);
}

/** The innermost error that knows what to do about itself. */
export function explain(error: unknown): string {
  let advice = "";
  for (let at = error; at instanceof Error; at = at.cause) if (isAitorError(at)) advice = at.message;
  return advice === "" ? String(error) : advice;
}
