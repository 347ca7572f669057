import type { OutputSpec } from "../format/provider.ts";

/** What a model without a mode of its own for it is told. */
export function outputInstructions({ jsonSchema, name, description }: OutputSpec): string {
  const what = name === undefined ? "a JSON value" : `the JSON value "${name}"`;
  const about = description === undefined ? "" : ` (${description})`;
  return [
    `When you give your final answer, answer with ${what}${about} and nothing else: no explanation, no code fence.`,
    "It must be valid under this JSON Schema:",
    JSON.stringify(jsonSchema),
  ].join("\n");
}

/** What it is told when its answer was not that. */
export function repairInstructions(issues: string): string {
  return [
    "Your answer is not what was asked for:",
    issues,
    "Answer again, with the whole corrected JSON value and nothing else.",
  ].join("\n");
}
