import { visibleJson } from "../base/index.ts";
import { EmbeddedEngine, type RunHandle } from "../engine/index.ts";
import { backgroundClock } from "./background-clock.ts";
import type { RunArguments } from "./command-line.ts";
import type { CommandOutput } from "./command-output.ts";
import { InterruptedError } from "./errors.ts";
import type { Interruption } from "./interruption.ts";
import { readInput } from "./json-input.ts";
import { LiveProgress } from "./live-progress.ts";
import { loadRunnable } from "./load-runnable.ts";
import { findModule } from "./module-target.ts";
import { PlainProgress } from "./plain-progress.ts";
import type { ProgressDisplay } from "./progress-display.ts";

const PATIENCE = "the run gives back what it took (Ctrl-C again ends it at once)";

export async function runCommand(
  command: RunArguments,
  output: CommandOutput,
  interruption: Interruption,
): Promise<void> {
  const target = await findModule(command.target);
  const input = await interruption.race(readInput(command, output));
  const runnable = await interruption.race(loadRunnable(target));
  await using engine = new EmbeddedEngine();
  const handle = engine.start(runnable, input, { signal: interruption.signal });
  const result = await watched(runnable.name, handle, output, interruption.signal);
  if (result === undefined) return;
  const json = JSON.stringify(result, null, output.resultOnTerminal ? 2 : 0);
  await output.result(`${output.resultOnTerminal ? visibleJson(json) : json}\n`);
}

/** The run's result, after its progress was shown to the end. */
async function watched(
  name: string,
  handle: RunHandle<unknown>,
  output: CommandOutput,
  signal: AbortSignal,
): Promise<unknown> {
  const display: ProgressDisplay =
    output.terminal === undefined
      ? new PlainProgress(name, (text) => output.write(text), backgroundClock, output.style)
      : new LiveProgress(name, output.terminal, backgroundClock, output.style);
  const showDirectly = output.showThrough((text) => display.above(text));
  const tellOfCancel = (): void => {
    if (signal.reason instanceof InterruptedError) output.tell(`${signal.reason.message}; ${PATIENCE}\n`);
  };
  signal.addEventListener("abort", tellOfCancel, { once: true });
  let succeeded = false;
  const shown = showEvents(handle, display);
  try {
    const result = await handle.result;
    succeeded = true;
    return result;
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    await shown;
    signal.removeEventListener("abort", tellOfCancel);
    showDirectly();
    display.end(succeeded);
  }
}

async function showEvents(handle: RunHandle<unknown>, display: ProgressDisplay): Promise<void> {
  for await (const event of handle) display.apply(event);
}
