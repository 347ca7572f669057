import type { CommandOutput } from "../terminal/command-output.ts";
import type { GraphArguments } from "./graph-arguments.ts";
import type { Interruption } from "../terminal/interruption.ts";
import { loadFlow } from "../load/load-runnable.ts";
import { findModule } from "../load/module-target.ts";

export async function graphCommand(
  { target }: GraphArguments,
  output: CommandOutput,
  interruption: Interruption,
): Promise<void> {
  const flow = await interruption.race(loadFlow(await findModule(target)));
  await output.result(`${flow.toMermaid().trimEnd()}\n`);
}
