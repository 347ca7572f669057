import { CommandOutput } from "./terminal/command-output.ts";
import { type ParsedCommand, parseCommandLine } from "./command-line.ts";
import { UsageError } from "./terminal/errors.ts";
import { Interruption } from "./terminal/interruption.ts";

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
    const { errorText } = await import("./text/error-text.ts");
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
      return (await import("./commands/run-command.ts")).runCommand(command, output, interruption);
    case "resume":
      return (await import("./commands/resume-command.ts")).resumeCommand(command, output, interruption);
    case "runs":
      return interruption.race((await import("./commands/runs-command.ts")).runsCommand(command, output));
    case "show":
      return interruption.race((await import("./commands/show-command.ts")).showCommand(command, output));
    case "answer":
      return interruption.race((await import("./commands/answer-command.ts")).answerCommand(command, output));
    case "cancel":
      return interruption.race((await import("./commands/cancel-command.ts")).cancelCommand(command, output));
    case "stats":
      return interruption.race((await import("./commands/stats-command.ts")).statsCommand(command, output));
    case "usage":
      return interruption.race((await import("./commands/usage-command.ts")).usageCommand(command, output));
    case "chat":
      return (await import("./commands/chat-command.ts")).chatCommand(command, output, interruption);
    case "ask":
      return (await import("./commands/ask-command.ts")).askCommand(command, output, interruption);
    case "tell":
      return interruption.race((await import("./commands/tell-command.ts")).tellCommand(command, output));
    case "agents":
      return interruption.race((await import("./commands/agents-command.ts")).agentsCommand(command, output));
    case "memory":
      return interruption.race((await import("./commands/memory-command.ts")).memoryCommand(command, output));
    case "dead-letters":
      return interruption.race(
        (await import("./commands/dead-letters-command.ts")).deadLettersCommand(command, output),
      );
    case "doctor":
      return interruption.race((await import("./commands/doctor-command.ts")).doctorCommand(command, output));
    case "backup":
      return interruption.race((await import("./commands/journal-command.ts")).backupCommand(command, output));
    case "compact":
      return interruption.race((await import("./commands/journal-command.ts")).compactCommand(command, output));
    case "graph":
      return (await import("./commands/graph-command.ts")).graphCommand(command, output, interruption);
  }
}
