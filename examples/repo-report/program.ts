import { complain } from "./complain.ts";
import type { Usage } from "./usage.ts";

/** A reader of the output that goes away, such as `head`, is no reason to fail. */
export function ignoreGoneReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

/** Helps whoever asked for it, or needs it. Returns the exit code. */
export function tellUsage(command: { readonly kind: "help" } | Usage, help: string): number {
  if (command.kind === "usage") complain(command.problem);
  else console.log(help);
  return command.kind === "usage" ? 2 : 0;
}
