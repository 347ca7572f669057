import { existsSync } from "node:fs";

import { AitorHost } from "../../agent/index.ts";
import { AitorError, rebuildError, visible } from "../../base/index.ts";
import { EmbeddedEngine, headOf, type RunHandle, type RunReport } from "../../engine/index.ts";
import { taskOf } from "../../reasoning/index.ts";
import type { SqliteJournal } from "../../sqlite/index.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { findRun } from "../load/find-run.ts";
import type { Interruption } from "../terminal/interruption.ts";
import { findJournal, type JournalPlace, openToRead, openToWrite } from "../load/journal-place.ts";
import { loadAgent } from "../load/load-agent.ts";
import { loadReactAgentAmong } from "../load/load-react-agent.ts";
import { loadRunnable } from "../load/load-runnable.ts";
import { findModule, type ModuleTarget } from "../load/module-target.ts";
import { isOutcome, printOutcome } from "../watch/problem-outcome.ts";
import { resumeAgent } from "./resume-agent.ts";
import type { ResumeArguments } from "./resume-arguments.ts";
import { fileOf } from "../load/run-origin.ts";
import { reportOf } from "../text/run-report.ts";
import { rootOf } from "../load/root-run.ts";
import { commandLine } from "../terminal/shell-text.ts";
import { type EngineOfRun, type WatchedRun, watchRun } from "../watch/watch-run.ts";

export async function resumeCommand(
  command: ResumeArguments,
  output: CommandOutput,
  interruption: Interruption,
): Promise<void> {
  const place = findJournal(command.journal);
  const report = await interruption.race(recorded(command.run, place));
  if (report.endedAt !== undefined) return endedBefore(report, command, output);
  if (report.parent !== undefined) {
    await using journal = await openToRead(place);
    const root = await rootOf(journal, report.parent);
    throw childError(report, root, (await headOf(journal, root)) !== undefined, place);
  }
  const target = await (command.module === undefined ? recordedModule(report) : findModule(command.module));
  const isProblem = report.key !== undefined && taskOf(report.input) !== undefined;
  const agent = isProblem ? await interruption.race(loadReactAgentAmong(target)) : undefined;
  if (agent !== undefined) {
    await using journal = await openToWrite(place);
    await resumeAgent(
      agent,
      report,
      { journal, json: command.json, module: command.module },
      { place, output, interruption },
    );
    return;
  }
  const open = await interruption.race(report.key === undefined ? engineWith(target) : hostWith(target));
  const result = await goOn(open, report, { place, output, interruption, module: command.module });
  await output.resultJson(result);
}

/** Opens what goes on with runs. */
type Open = (journal: SqliteJournal) => RunKeeper;

/** An engine, or a host of agents, as far as a run of theirs is concerned. */
interface RunKeeper extends EngineOfRun {
  resume(id: string): Promise<RunHandle<unknown>>;
}

async function engineWith(target: ModuleTarget): Promise<Open> {
  const { value: runnable } = await loadRunnable(target);
  return (journal) => {
    const engine = new EmbeddedEngine({ journal });
    return {
      resume: (id) => engine.resume(runnable, id),
      observe: (listener) => engine.observe(listener),
      [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
    };
  };
}

/** A message's run needs its agent, and the memory of that. */
async function hostWith(target: ModuleTarget): Promise<Open> {
  const { value: agent, others } = await loadAgent(target);
  return (journal) => {
    const host = new AitorHost({ journal, agents: [agent, ...others], recover: false });
    return {
      resume: (id) => host.resume(id),
      observe: (listener) => host.observeRuns(listener),
      [Symbol.asyncDispose]: () => host.shutdown({ deadline: 0 }),
    };
  };
}

async function goOn(
  open: Open,
  { id, name, steps }: RunReport,
  {
    module,
    ...around
  }: Pick<WatchedRun, "interruption" | "output"> & Pick<ResumeArguments, "module"> & { readonly place: JournalPlace },
): Promise<unknown> {
  await using journal = await openToWrite(around.place);
  const { last = 0 } = (await headOf(journal, id)) ?? {};
  const past = { last, steps: steps.filter(({ state }) => state === "finished").length, module };
  await using engine = open(journal);
  const handle = await engine.resume(id);
  return await watchRun({ engine, handle, name, past, journal, ...around });
}

async function recorded(run: string, place: JournalPlace): Promise<RunReport> {
  await using journal = await openToRead(place);
  const { stream } = await findRun(journal, run, place);
  return await reportOf(journal, stream);
}

/** Nothing is executed. */
async function endedBefore(
  { id, state, output: result, error, key }: RunReport,
  { json }: ResumeArguments,
  output: CommandOutput,
): Promise<void> {
  output.hint(`run ${visible(id)} had ended before: ${state}`);
  if (error !== undefined) throw rebuildError(error);
  // A sub-agent's run has no key; another one may give the outcome of a run that is not its own.
  const isOwn = isOutcome(result) && (key !== undefined || result.run === id);
  await (isOwn ? printOutcome(result, json, output) : output.resultJson(result));
}

function recordedModule({ id, name, origin }: RunReport): ModuleTarget {
  if (origin === undefined) {
    throw new AitorError({
      code: "module-unknown",
      message: `run "${id}" was started by a program, not by aitor run, and no module of it is on record`,
      expected: `the module that exports "${name}"`,
      got: "none",
      fix: "name it: aitor resume --module <module#export>; or let that program resume the run",
    });
  }
  const file = fileOf(origin.module);
  if (file !== undefined && existsSync(file)) return { path: file, file, exportName: origin.export };
  throw new AitorError({
    code: "module-missing",
    message: `the module of run "${id}" is not there any more`,
    expected: `${file ?? origin.module}, which was recorded when the run was started`,
    got: file === undefined ? "what is no path of a file" : "no file there",
    fix: `bring it back, or name the one that exports "${name}" now: aitor resume --module <module#export>`,
  });
}

/** @param isThere Whether that parent is on record. */
function childError({ id }: RunReport, parent: string, isThere: boolean, { option }: JournalPlace): AitorError {
  return new AitorError({
    code: "run-is-child",
    message: `run "${id}" is a step of another one, which goes on with it`,
    expected: "a run that nobody waits for",
    got: `a child of run "${parent}"`,
    fix: isThere
      ? commandLine("aitor resume", [parent], option)
      : `that one is gone from the record, so nothing goes on with it: ${commandLine("aitor cancel", [id], option)}`,
  });
}
