// npm run test:crash: processes are killed, stopped, cancelled and restarted, and what they leave is judged from outside. The last
// lines are figures; exit code 1 where anything is wrong.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { wholeNumber } from "../option-value.ts";
import { programOptions } from "../program-options.ts";
import { agentJobs } from "./agent/agent-jobs.ts";
import { cancelJobs } from "./cancel/cancel-jobs.ts";
import { duplicatesJobs } from "./duplicates/duplicates-jobs.ts";
import { flowJobs } from "./flow/flow-jobs.ts";
import type { Job } from "./job.ts";
import { loadJobs } from "./load/load-jobs.ts";
import { addOutcome, noOutcome, type Outcome } from "./outcome.ts";
import { stoppedJobs } from "./stopped/stopped-jobs.ts";
import { summary } from "./summary.ts";
import { timersJobs } from "./timers/timers-jobs.ts";

const values = programOptions(
  "npm run test:crash",
  "Kills processes at every instant, and looks at what became of their work.",
  {
    kills: { about: "random kills of eight agents under load; 500 for the long run", default: "20" },
    files: { about: "in the folder that flows read", default: "200" },
    twice: { about: "of each enumerated case, runs that are killed again in their recovery", default: "6" },
    outside: { about: "kills of flows from outside", default: "10" },
    rounds: {
      about: "how often the rest is done: stops, duplicates, 20 cancels in each place, clock jumps",
      default: "1",
    },
    seed: { about: "of what is random", default: "1" },
    only: { about: "the parts whose names hold this text", default: "" },
  },
);
const numberOf = (option: Exclude<keyof typeof values, "only">): number => wholeNumber(`--${option}`, values[option]);
const [twice, seed, rounds] = [numberOf("twice"), numberOf("seed"), numberOf("rounds")];

const jobs: readonly Job[] = [
  ...agentJobs({ twice, seed }),
  ...loadJobs({ kills: numberOf("kills"), seed }),
  ...flowJobs({ files: numberOf("files"), outside: numberOf("outside"), twice, seed }),
  ...stoppedJobs({ stops: 3 * rounds, seed }),
  ...duplicatesJobs({ rounds }),
  ...cancelJobs({ times: 20 * rounds, seed }),
  ...timersJobs({ rounds }),
].filter(({ part }) => part.includes(values.only));

const place = mkdtempSync(join(tmpdir(), "aitor-crash-"));
process.on("exit", () => rmSync(place, { recursive: true, force: true }));
// Not `once`: a second one, while folders are removed, would leave them behind.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

const startedAt = performance.now();
const outcomes = new Map<string, Outcome>();
const waiting = [...jobs.entries()];
const worker = async (): Promise<void> => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [index, job] = next;
    const folder = join(place, String(index));
    mkdirSync(folder);
    const outcome = await job.run({ folder, onProcess: (killed) => process.stderr.write(killed ? "x" : ".") });
    const sum = outcomes.get(job.part) ?? noOutcome();
    outcomes.set(job.part, sum);
    addOutcome(sum, outcome);
    rmSync(folder, { recursive: true, force: true });
  }
};
// Processes wait now and then, for answers and timers: one more than there are processors on a small machine.
await Promise.all(Array.from({ length: 3 }, worker));
process.stderr.write("\n");
const seconds = Math.round((performance.now() - startedAt) / 1000);
const { text, passed } = summary(outcomes, seconds);
process.stdout.write(text);
if (!passed) process.exitCode = 1;
