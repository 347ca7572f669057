import { Argument, type Command } from "commander";

import {
  ABOUT_MODULES,
  addCommonOptions,
  type CommonArguments,
  commonArguments,
  type CommonOptions,
  EXIT_CODES,
  MODULE,
} from "./command-help.ts";

export interface GraphArguments extends CommonArguments {
  readonly kind: "graph";
  readonly target: string;
}

const HELP = `${ABOUT_MODULES}

Examples:
  aitor graph flow.ts
  aitor graph flows.ts#digest > digest.mmd
${EXIT_CODES}`;

export function declareGraph(command: Command, take: (parsed: GraphArguments) => void): void {
  command
    .description("Prints a flow as a Mermaid flowchart.")
    .addArgument(new Argument(MODULE, "the file, and which of its exports to draw"));
  addCommonOptions(command)
    .addHelpText("after", HELP)
    .action((target: string, options: CommonOptions) => {
      take({ kind: "graph", target, ...commonArguments(options) });
    });
}
