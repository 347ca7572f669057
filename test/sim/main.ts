// npm run test:sim                  1,000 seeds
// npm run test:sim -- --seeds 100   so many, from 1 on; --from begins elsewhere
// npm run test:sim -- --seed 17     one, with forced replay, and what was found in full

import { wholeNumber } from "../option-value.ts";
import { programOptions } from "../program-options.ts";
import { type Campaign, simulateAll } from "./campaign.ts";

const values = programOptions(
  "npm run test:sim",
  "Simulates whole lives of runs and agents, with faults, on a virtual clock.",
  {
    seeds: { about: "so many", default: "1000" },
    from: { about: "the first of them", default: "1" },
    seed: { about: "this one alone, with forced replay, and what was found in full" },
  },
);

const [from, count] =
  values.seed === undefined
    ? [wholeNumber("--from", values.from), wholeNumber("--seeds", values.seeds)]
    : [wholeNumber("--seed", values.seed), 1];
const startedAt = performance.now();
const campaign = await simulateAll({
  seeds: Array.from({ length: count }, (_, index) => from + index),
  onSeed: ({ seed, hash }, found) => {
    if (values.seed === undefined) {
      if (seed % 100 === 0) process.stderr.write(".");
      return;
    }
    for (const [kind, texts] of found.flatMap((faults) => Object.entries(faults))) {
      for (const text of texts as readonly string[]) process.stdout.write(`${kind}: ${text}\n`);
    }
    process.stdout.write(`trace ${hash}\n`);
  },
});
if (values.seed === undefined) process.stderr.write("\n");
process.stdout.write(`${report(campaign)}\n`);
if (campaign.failures.length > 0) process.exitCode = 1;

function report({ faults, failures, ...all }: Campaign): string {
  const { lost, reordered, repeated, twice, early, overspent, illegal, different, wrong } = faults;
  return [
    ...failures.slice(0, 20),
    `${all.seeds} seeds, ${all.processes} processes, ${Math.round((performance.now() - startedAt) / 1000)} s`,
    `crashes ${all.crashes}; commits ${all.commits}: torn ${all.torn}, failed ${all.failed}, acknowledged late ${all.delayed}`,
    `messages accepted ${all.accepted}: lost ${lost.length}, reordered ${reordered.length}, otherwise wrong ${wrong.length}`,
    `calls of steps ${all.calls}: repeated ${repeated.length}; once effects repeated ${twice.length}; timers early or twice ${early.length}`,
    `prompts ${all.prompts}: illegal ${illegal.length}; budgets overspent ${overspent.length}`,
    `histories begun anew ${all.begunAnew}; replays compared ${all.replays}; runs compared under forced replay ${all.forced}, with ${all.forcedCrashes} crashes: different ${different.length}`,
  ].join("\n");
}
