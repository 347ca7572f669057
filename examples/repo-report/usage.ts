import { visible } from "./escape.ts";

/** A command line that is not understood. */
export interface Usage {
  readonly kind: "usage";
  readonly problem: string;
}

/** @param what Which command line it is, such as "this is not how the report is started". */
export function usage(what: string, expected: string, got: string): Usage {
  const problem = [
    what,
    `expected: ${expected}`,
    `got: ${got === "" ? "an empty text" : visible(got)}`,
    "fix: see --help",
  ];
  return { kind: "usage", problem: problem.join("\n  ") };
}

/** What `parseArgs` says of options that it does not know. */
export function wrongOptions(what: string, expected: string, error: unknown): Usage {
  return usage(what, expected, String((error as Error).message.split(". ", 1)));
}

/** What is wrong with what --kill-after was given. */
export function wrongSteps(what: string, steps: string | undefined): Usage | undefined {
  if (steps === undefined || /^[1-9]\d{0,8}$/.test(steps)) return undefined;
  return usage(what, "a number of steps after --kill-after, 1 or more", steps);
}
