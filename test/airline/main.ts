// npm run prove:airline: the whole proof with recorded runs, and its figures. Exit code 1 where anything differs from the
// record, was done twice, or could not be repeated.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { memoryJournal } from "aitor";
import { sqliteJournal } from "aitor/sqlite";
import type { DialectName } from "./history.ts";
import { forkAll } from "./forking.ts";
import { killAll } from "./killing.ts";
import { programOptions } from "../program-options.ts";
import { airlineRecords, hasRecords, missing, recordedTools } from "./records.ts";
import { replayAll } from "./replaying.ts";
import { repeat } from "./repetition.ts";

const values = programOptions("npm run prove:airline", "Plays recorded runs of agents again, kills and forks them.", {
  seed: { about: "of what is random", default: "1" },
  rounds: { about: "whole rounds of kills, each with other random writes", default: "3" },
  times: { about: "how often each run is killed in a round", default: "2" },
  forked: { about: "records that are forked at every turn", default: "10" },
  together: { about: "runs in a process", default: "25" },
});

const dialects: readonly DialectName[] = ["native", "json"];
const faults: string[] = [];
const figures: string[] = [];

async function prove(place: string): Promise<void> {
  const [records, tools] = [airlineRecords(), recordedTools()];
  for (const dialect of dialects) {
    for (const kind of ["memory", "disk"]) {
      await using journal = kind === "memory" ? memoryJournal() : sqliteJournal(join(place, `${dialect}.db`));
      const done = await repeat({ records, tools, dialect, journal });
      const replayed = await replayAll({ records, tools, dialect, journal });
      faults.push(...done.faults, ...replayed.faults);
      figures.push(
        `${dialect} calls, journal ${kind}: ${done.records} records repeated, ${done.messages} messages compared, ` +
          `${done.modelCalls} replies, ${done.toolCalls} calls of tools; ` +
          `${replayed.replays} runs replayed offline, ${replayed.events} events`,
      );
    }
    const some = records.filter((_, index) => index % Math.ceil(records.length / Number(values.forked)) === 0);
    await using journal = sqliteJournal(join(place, `${dialect}-forks.db`));
    const forked = await forkAll({ records: some, tools, dialect, journal });
    faults.push(...forked.faults);
    figures.push(
      `${dialect} calls: ${some.length} records forked at every turn, ${forked.forks} forks, ${forked.messages} messages compared, ` +
        `${forked.asked} once steps asked about; ${forked.events} events of the originals unchanged`,
    );
  }
  for (const dialect of dialects) {
    const total = {
      kills: 0,
      killed: 0,
      before: 0,
      messages: 0,
      replays: 0,
      calls: 0,
      repeatedInFlight: 0,
      happened: 0,
      again: 0,
    };
    for (let round = 0; round < Number(values.rounds); round++) {
      const { faults: found, ...done } = await killAll({
        records,
        tools,
        dialect,
        place: join(place, `${dialect}-${round}`),
        seed: Number(values.seed) + round,
        together: Number(values.together),
        times: Number(values.times),
      });
      faults.push(...found);
      for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += done[name];
      process.stderr.write(".");
    }
    figures.push(
      `${dialect} calls, SIGKILL: ${total.kills} processes killed, in them ${total.killed} runs at a random write ` +
        `(${total.before} before, ${total.killed - total.before} after it was recorded), ${total.messages} messages compared, ${total.replays} runs replayed`,
      `  ${total.calls} calls of models and tools, ${total.repeatedInFlight} of them repeated one in flight; ` +
        `${total.happened + total.again} once steps in doubt, ${total.happened} of them had happened`,
    );
  }
  process.stderr.write("\n");
}

if (hasRecords) {
  const place = await mkdtemp(join(tmpdir(), "aitor-airline-"));
  const startedAt = performance.now();
  try {
    await prove(place);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  process.stdout.write(`${[...faults, ...figures, `differences ${faults.length}`, `${seconds} s`].join("\n")}\n`);
} else {
  process.stderr.write(`${missing}\n`);
}
if (!hasRecords || faults.length > 0) process.exitCode = 1;
