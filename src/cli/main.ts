import { CommandOutput } from "./command-output.ts";
import { type ParsedCommand, parseCommandLine } from "./command-line.ts";
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
    await perform(command, output, interruption);
  } catch (error) {
    const { errorText } = await import("./error-text.ts");
    output.tell(errorText(error, { verbose, style: output.style }));
    exitCode = error instanceof UsageError ? 2 : interruption.exitCodeOf(error);
  }
  interruption.nothingLeftToLose();
  await output.flush();
  return exitCode;
}

/** Each command's code is loaded when it is asked for. */
async function perform(command: ParsedCommand, output: CommandOutput, interruption: Interruption): Promise<void> {
  switch (command.kind) {
    case "help":
      return output.result(command.text);
    case "run":
      return (await import("./run-command.ts")).runCommand(command, output, interruption);
    case "resume":
      return (await import("./resume-command.ts")).resumeCommand(command, output, interruption);
    case "runs":
      return interruption.race((await import("./runs-command.ts")).runsCommand(command, output));
    case "show":
      return interruption.race((await import("./show-command.ts")).showCommand(command, output));
    case "answer":
      return interruption.race((await import("./answer-command.ts")).answerCommand(command, output));
    case "cancel":
      return interruption.race((await import("./cancel-command.ts")).cancelCommand(command, output));
    case "stats":
      return interruption.race((await import("./stats-command.ts")).statsCommand(command, output));
    case "usage":
      return interruption.race((await import("./usage-command.ts")).usageCommand(command, output));
    case "chat":
      return (await import("./chat-command.ts")).chatCommand(command, output, interruption);
    case "ask":
      return (await import("./ask-command.ts")).askCommand(command, output, interruption);
    case "tell":
      return interruption.race((await import("./tell-command.ts")).tellCommand(command, output));
    case "agents":
      return interruption.race((await import("./agents-command.ts")).agentsCommand(command, output));
    case "memory":
      return interruption.race((await import("./memory-command.ts")).memoryCommand(command, output));
    case "dead-letters":
      return interruption.race((await import("./dead-letters-command.ts")).deadLettersCommand(command, output));
    case "doctor":
      return interruption.race((await import("./doctor-command.ts")).doctorCommand(command, output));
    case "backup":
      return interruption.race((await import("./journal-command.ts")).backupCommand(command, output));
    case "compact":
      return interruption.race((await import("./journal-command.ts")).compactCommand(command, output));
    case "graph":
      return (await import("./graph-command.ts")).graphCommand(command, output, interruption);
  }
}
