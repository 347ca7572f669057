import { AitorError, type MessageKey, visible } from "../../base/index.ts";
import { behaviourOf, type MemoryCommit, memoryCommits, memoryFile, recordedMemory } from "../../agent/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { findJournal, type JournalPlace, openToRead } from "../load/journal-place.ts";
import { findAgent, type NamedAgent } from "../load/load-agent.ts";
import type { MemoryArguments } from "./memory-arguments.ts";
import { commandLine } from "../terminal/shell-text.ts";
import { momentText } from "../text/moment-text.ts";
import { shortId } from "../text/short-id.ts";
import { type Cell, type Column, table } from "../text/table.ts";

const COLUMNS: readonly Column[] = [
  { title: "commit", right: true },
  { title: "time" },
  { title: "by", gives: true },
  { title: "what changed", gives: true },
];

/** What is told of changes that have no places. */
const WITHOUT_PLACES: Readonly<Partial<Record<MemoryCommit["what"], string>>> = {
  "memory-set-aside": "set aside",
  "history-begun": "begun anew",
  "run-folded": "",
};

export async function memoryCommand(command: MemoryArguments, output: CommandOutput): Promise<void> {
  const place = findJournal(command.journal);
  const agent = await findAgent(command.agent);
  await using journal = await openToRead(place);
  const key = { name: agent.name, id: command.id };
  const commits = await Array.fromAsync(memoryCommits(journal, key));
  if (commits.length === 0) throw unknownError(key, place);
  const { at } = command;
  if (at !== undefined) checkCommit(at, commits, command, place);
  if (command.commits) await listCommits(key, commits, output);
  else await output.resultJson(await memoryOf(journal, key, agent, command));
}

async function memoryOf(
  journal: Journal,
  key: { readonly name: string; readonly id: string },
  { definition }: NamedAgent,
  { at, export: exported }: MemoryArguments,
): Promise<unknown> {
  const behaviour = definition && behaviourOf(definition);
  const value = await recordedMemory(journal, key, { at, behaviour });
  if (!exported) return value;
  if (behaviour === undefined) throw needsModuleError();
  return memoryFile(key, behaviour.version, value, Date.now());
}

async function listCommits(key: MessageKey, commits: readonly MemoryCommit[], output: CommandOutput): Promise<void> {
  const rows = commits.map(({ seq, at, run, what, paths }): Cell[] => [
    { text: String(seq) },
    { text: momentText(at) },
    { text: run === undefined ? "from outside" : shortId(run, key) },
    { text: WITHOUT_PLACES[what] ?? (paths.join(", ") || "all") },
  ]);
  const { width, style } = output.page;
  await output.resultLines(table(COLUMNS, rows, width, style));
}

/** @throws AitorError `commit-unknown`. */
function checkCommit(
  at: number,
  commits: readonly MemoryCommit[],
  { agent, id }: MemoryArguments,
  { option }: JournalPlace,
): void {
  if (commits.some(({ seq }) => seq === at)) return;
  // Of one before that is told that it is not kept any more.
  const [first] = commits;
  if (first?.what === "history-begun" && at < first.seq) return;
  throw new AitorError({
    code: "commit-unknown",
    message: `there is no commit ${at} of ${agent} "${id}"`,
    expected: `one of its ${commits.length}, from ${commits[0]?.seq} to ${commits.at(-1)?.seq}`,
    got: String(at),
    fix: `list them: ${commandLine("aitor memory", [agent, id], ` --commits${option}`)}`,
  });
}

function unknownError({ name, id }: { readonly name: string; readonly id: string }, place: JournalPlace): AitorError {
  return new AitorError({
    code: "agent-unknown",
    message: `${visible(name)} "${visible(id)}" has no memory in ${place.path}`,
    expected: "an agent whose memory was changed at least once",
    got: "none of this name and id",
    fix: `list them: aitor agents${place.option}`,
  });
}

function needsModuleError(): AitorError {
  return new AitorError({
    code: "agent-unknown",
    message: "memory is exported with the version of its definition",
    expected: "the module that defines the agent",
    got: "its name alone",
    fix: "name it in place of the agent: aitor memory <module[#export]> <id> --export",
  });
}
