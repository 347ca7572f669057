import { EmbeddedEngine } from "../../engine/index.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import type { Interruption } from "../terminal/interruption.ts";
import { findJournal, openOrMake } from "../load/journal-place.ts";
import { readJson } from "../load/json-input.ts";
import { loadForRun } from "../load/load-react-agent.ts";
import { findModule } from "../load/module-target.ts";
import type { RunArguments } from "./run-arguments.ts";
import { originOf } from "../load/run-origin.ts";
import { solveProblem } from "./solve-problem.ts";
import { watchRun } from "../watch/watch-run.ts";

const WHEN_LOCKED = "wait for it, or run beside it on another journal: --journal <file>, or --no-journal";

export async function runCommand(
  command: RunArguments,
  output: CommandOutput,
  interruption: Interruption,
): Promise<void> {
  const target = await findModule(command.target);
  const place = command.journal === false ? undefined : findJournal(command.journal);
  const source = { option: "--input", noun: "input", text: command.input, file: command.inputFile } as const;
  const input = await interruption.race(readJson(source, output));
  const loaded = await interruption.race(loadForRun(target));
  await using journal = place && (await openOrMake(place, WHEN_LOCKED));
  if ("definition" in loaded) {
    const { id = "default", json } = command;
    await solveProblem(loaded, input, { id, json, journal }, { place, output, interruption });
    return;
  }
  const { value: runnable, exportName } = loaded;
  await using engine = new EmbeddedEngine(journal && { journal });
  const handle = engine.start(runnable, input, {
    origin: originOf(target, exportName),
    ...(command.id !== undefined && { id: command.id }),
  });
  const result = await watchRun({ engine, handle, name: runnable.name, place, journal, output, interruption });
  await output.resultJson(result);
}
