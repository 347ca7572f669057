// One process on a journal: it goes on with what is unfinished, starts runs, and kills itself where it is told to.
import { text } from "node:stream/consumers";

import { EmbeddedEngine, isAitorError } from "aitor";
import { sqliteJournal } from "aitor/sqlite";

import type { ProcessPlan } from "../points/life.ts";
import { tell, toldJournal } from "../points/told-journal.ts";
import { survey, type SurveyInput } from "./survey.ts";

type Plan = ProcessPlan<{
  readonly survey: SurveyInput;
  /** The same in all processes. */
  readonly timerMs: number;
}>;

await main(JSON.parse(process.argv[2] ?? "") as Plan);

async function main(plan: Plan): Promise<void> {
  const { life, journal: path, beside, kill, holds } = plan;
  const alive = setInterval(() => {}, 1_000); // a run that waits keeps no process
  await using file = sqliteJournal(path);
  await file.ready();
  const journal = toldJournal(file);
  const definition = survey(life, plan.input.timerMs);
  await using engine = new EmbeddedEngine({ journal, definitions: [definition] });
  if (kill?.during === "recovery") journal.arm(kill);
  const recovered = await recover(engine, definition);
  if (!beside) await recovered();
  // One that has done nothing yet writes all that a first run writes.
  await using another = new EmbeddedEngine({ journal, definitions: [definition] });
  if (kill?.during === "run") journal.arm(kill);
  await Promise.all([recovered(), ...start(beside ? engine : another, definition, plan)]);
  if (holds) await text(process.stdin);
  clearInterval(alive);
  tell({ told: "done" });
}

/** @returns Waits until all that was unfinished has ended. */
async function recover(engine: EmbeddedEngine, definition: Survey): Promise<() => Promise<unknown>> {
  const ended = new Set<string>();
  let look = (): void => {};
  engine.observe(({ type, run, data }) => {
    if (!["run-finished", "run-failed", "run-cancelled", "run-halted"].includes(type)) return;
    if (type !== "run-finished") tell({ told: "trouble", text: `${run}: ${type} ${JSON.stringify(data)}` });
    ended.add(run);
    look();
  });
  const recovering = engine.recover();
  tell({ told: "open" });
  const { runs, stuck, unknown, messages } = await recovering;
  if (unknown.length + messages.length > 0) tell({ told: "trouble", text: JSON.stringify({ unknown, messages }) });
  for (const run of stuck) {
    tell({ told: "stuck", run });
    void engine.resume(definition, run);
  }
  const all = new Promise<void>((resolve) => {
    look = () => [...runs, ...stuck].every((run) => ended.has(run)) && resolve();
    look();
  });
  return () => all;
}

function start(engine: EmbeddedEngine, definition: Survey, plan: Plan): Promise<unknown>[] {
  return plan.start.map((id) =>
    engine.run(definition, plan.input.survey, { id }).catch((error: unknown) => {
      tell({ told: "trouble", text: `${id}: ${isAitorError(error) ? error.message : String(error)}` });
    }),
  );
}

type Survey = ReturnType<typeof survey>;
