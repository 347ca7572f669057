import { AitorError } from "../../base/index.ts";
import { firstLine } from "./safe-text.ts";

/** The command was called in a way that cannot work: the arguments must change. Exit code 2. */
export class UsageError extends AitorError<"usage"> {
  constructor(message: string, details: { expected: string; got: string; fix: string; cause?: unknown }) {
    super({ code: "usage", message, ...details });
    this.name = "UsageError";
  }
}

/** The same error with the advice of a command line, which has other ways than code. */
export function advisedError({ code, message, expected, got, data, cause }: AitorError, fix: string): AitorError {
  return new AitorError({
    code,
    message: firstLine(message),
    ...(expected !== undefined && { expected }),
    ...(got !== undefined && { got }),
    fix,
    data,
    cause,
  });
}

/** A signal asked the command to stop. Exit code 130. */
export class InterruptedError extends AitorError<"interrupted"> {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super({ code: "interrupted", message: signal === "SIGINT" ? "interrupted" : `interrupted by ${signal}` });
    this.name = "InterruptedError";
    this.signal = signal;
  }
}

/**
 * Ctrl-C is somebody's wish that what is under way end. The other signals, an error that nobody awaits and a stall are the
 * process's: what is under way is left on record, to go on later.
 */
export function isWithdrawal(reason: unknown): boolean {
  return reason instanceof InterruptedError && reason.signal === "SIGINT";
}

/** Nothing is left in the process that could bring what the module or its run waits for. */
export function stalledError(): AitorError<"stalled"> {
  return new AitorError({
    code: "stalled",
    message: "the module, or its run, waits for something that can no longer come",
    expected: "a timer, a connection or other work that is still open",
    got: "a promise that nothing is left to settle",
    fix: "look for a promise whose resolve is never called",
  });
}

/** Of a process that was ended while the command was at work: nothing can be loaded any more that would write it. */
export function leftText(code: number): string {
  return [
    "✖ the process was ended before the command was done",
    "  expected: a module that returns, or throws",
    `  got: process.exit with ${code}`,
    "  fix: throw an error in place of process.exit; a run on record goes on with aitor resume\n",
  ].join("\n");
}

export function unwrittenError(cause: Error): AitorError<"output-not-written"> {
  return new AitorError({ code: "output-not-written", message: "the output cannot be written", cause });
}

export function uncaughtError(cause: unknown): AitorError<"uncaught"> {
  return new AitorError({
    code: "uncaught",
    message: "an error was thrown outside of any step, where nothing awaits it",
    fix: "await the promise, or listen to the emitter's error event, inside of a step",
    cause,
  });
}
