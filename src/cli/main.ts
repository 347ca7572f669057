import { CommandOutput } from "./command-output.ts";
import { parseCommandLine } from "./command-line.ts";
import { UsageError } from "./errors.ts";
import { Interruption } from "./interruption.ts";

/**
 * The `aitor` command. Resolves with the exit code once everything it has to say is written; what a module left open,
 * such as a timer or a server, is not waited for.
 */
export async function main(args: readonly string[]): Promise<number> {
  using output = new CommandOutput(process.stdout, process.stderr);
  using interruption = new Interruption(process);
  let verbose = false;
  let exitCode = 0;
  try {
    const command = parseCommandLine(args);
    if (command.kind !== "help") {
      verbose = command.verbose;
      output.useColor(command.color);
    }
    switch (command.kind) {
      case "help":
        await output.result(command.text);
        break;
      case "run": {
        const { runCommand } = await import("./run-command.ts");
        await runCommand(command, output, interruption);
        break;
      }
      case "graph": {
        const { graphCommand } = await import("./graph-command.ts");
        await graphCommand(command, output, interruption);
        break;
      }
    }
  } catch (error) {
    const { errorText } = await import("./error-text.ts");
    output.tell(errorText(error, { verbose, style: output.style }));
    exitCode = error instanceof UsageError ? 2 : interruption.exitCodeOf(error);
  }
  interruption.nothingLeftToLose();
  await output.flush();
  return exitCode;
}
