import { AitorHost, behaviourOf } from "../../agent/index.ts";
import { describe, onlyOptions, type Schema, validate, visible } from "../../base/index.ts";
import { mailboxName, messageKeyOf, messageRun } from "../../engine/index.ts";
import { type Journal, memoryJournal } from "../../journal/index.ts";
import { isPlanningAgent, recordedPlanning } from "../../planning/index.ts";
import { checkModelOf, type ReactTask, taskOf } from "../../reasoning/index.ts";
import { type JsonSchema, jsonSchema } from "../../tools/index.ts";
import { AgentWaits } from "../watch/agent-waits.ts";
import { checkedArgument } from "../load/checked-argument.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { UsageError } from "../terminal/errors.ts";
import { hostedAgent, planOf } from "../watch/hosted-agent.ts";
import type { Interruption } from "../terminal/interruption.ts";
import type { JournalPlace } from "../load/journal-place.ts";
import type { LoadedReactAgent } from "../load/load-react-agent.ts";
import { printOutcome } from "../watch/problem-outcome.ts";
import { Spending } from "../text/spending.ts";
import { TodoBoard } from "../text/todo-board.ts";
import { watchAgent } from "../watch/watch-agent.ts";

export interface Surroundings {
  readonly place: JournalPlace | undefined;
  readonly output: CommandOutput;
  readonly interruption: Interruption;
}

interface SolveArguments {
  /** The agent's. */
  readonly id: string;
  readonly json: boolean;
  /** @default one in memory */
  readonly journal: Journal | undefined;
}

/** Solves a problem, shows how, and prints what came of it. */
export async function solveProblem(
  loaded: LoadedReactAgent,
  input: unknown,
  { id, json, journal = memoryJournal() }: SolveArguments,
  { place, output, interruption }: Surroundings,
): Promise<void> {
  const { definition, name, origin, others } = loaded;
  const behaviour = behaviourOf(definition);
  const { problem, answer, context, limits } = await problemOf(input, behaviour.message);
  await using host = new AitorHost({ journal, agents: others, recover: false });
  // What cannot work is said before anything is on record.
  await interruption.race(checkModelOf(definition));
  await interruption.race(host.register(behaviour));
  const agent = hostedAgent(host, loaded, id);
  const key = { name, id };
  using waits = new AgentWaits(mailboxName(key), place, (text) => output.tell(text));
  const unfinished = (await host.runs.unfinished(key)).filter((run) => messageKeyOf(run) !== undefined);
  for (const run of unfinished) {
    output.hint(`▸ ${visible(name)} ${visible(id)} goes on with run ${visible(run)} first`);
  }
  for (const run of unfinished) await waits.recall(journal, run, (await recordedPlanning(journal, run)).agents);
  const message = crypto.randomUUID();
  const options = {
    id: message,
    origin,
    ...(context !== undefined && { context }),
    ...(limits !== undefined && { limits }),
    ...(answer !== undefined && { schema: jsonSchema(answer.schema as JsonSchema) }),
  };
  const result = await watchAgent({
    host,
    name: `${name} ${id}`,
    run: messageRun(key, message, 1),
    plans: isPlanningAgent(definition),
    board: new TodoBoard(await planOf(agent), new Spending()),
    waits,
    place,
    output,
    interruption,
    open: async () => agent.stream(problem, options),
  });
  await printOutcome(result, json, output);
}

/** What `--input` can say; the other fields of a message are for agents that ask agents. */
const FIELDS = ["problem", "answer", "context", "limits"] as const satisfies readonly (keyof ReactTask)[];

/** @param schema The agent's. @throws UsageError (rejects with) for what is no problem, or one that the agent cannot be sent. */
async function problemOf(input: unknown, schema: Schema | undefined): Promise<ReactTask> {
  const task = taskOf(Array.isArray(input) ? { problem: input } : input);
  if (task !== undefined && task.problem.length > 0) {
    return await checkedArgument(async () => {
      onlyOptions(task, FIELDS, "the problem");
      if (schema !== undefined) await validate(schema, task, "the problem");
      return task;
    });
  }
  throw new UsageError(input === undefined ? "there is no problem to solve" : "this is no problem to solve", {
    expected: `a text, parts of a message, or { ${FIELDS.join(", ")} }`,
    got: input === undefined ? "no input" : describe(input),
    fix: `give it as JSON: --input '"Which folder holds the most code?"'`,
  });
}
