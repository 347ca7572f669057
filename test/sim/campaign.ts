import { forceReplay } from "./forced-replay.ts";
import { type Outcome, simulate } from "./simulate.ts";
import { type Fault, type Faults, noFaults } from "./verdict.ts";

type SeedOutcome = Omit<Outcome, "world">;

export interface CampaignOptions {
  readonly seeds: readonly number[];
  /** Told of each seed what came of it, and what was found: by chance, and by forced replay where it is done. */
  readonly onSeed?: (outcome: SeedOutcome, found: readonly Faults[]) => void;
}

/** What came of many seeds. */
export interface Campaign {
  readonly seeds: number;
  readonly processes: number;
  readonly crashes: number;
  readonly commits: number;
  readonly torn: number;
  readonly failed: number;
  readonly delayed: number;
  readonly accepted: number;
  readonly calls: number;
  readonly prompts: number;
  /** Runs that were gone through again from their records, and came out the same. */
  readonly replays: number;
  /** Histories of agents that began anew. */
  readonly begunAnew: number;
  /** Runs that were interrupted after each commit, and came out the same. */
  readonly forced: number;
  /** Crashes of these. */
  readonly forcedCrashes: number;
  readonly faults: Faults;
  /** With the command that shows each again. */
  readonly failures: readonly string[];
}

/** Forced replay takes as long as many seeds by chance. */
const FORCED_EACH = 20;

export async function simulateAll({ seeds, onSeed }: CampaignOptions): Promise<Campaign> {
  const outcomes: SeedOutcome[] = [];
  const faults = noFaults();
  const failures: string[] = [];
  let forced = 0;
  let forcedCrashes = 0;
  for (const [index, seed] of seeds.entries()) {
    const { world: _, ...outcome } = await simulate(seed);
    const found: Faults[] = [outcome.faults];
    outcomes.push(outcome);
    if (index % FORCED_EACH === 0) {
      const replay = await forceReplay(seed);
      found.push(replay.faults);
      forced += replay.compared;
      forcedCrashes += replay.forced.troubles.crashes;
    }
    for (const each of found) {
      for (const [kind, texts] of Object.entries(each) as [Fault, string[]][]) {
        faults[kind].push(...texts);
        if (texts.length > 0) failures.push(`npm run test:sim -- --seed ${seed}    ${kind}: ${texts[0]}`);
      }
    }
    onSeed?.(outcome, found);
  }
  const sum = (count: (outcome: SeedOutcome) => number): number =>
    outcomes.reduce((all, outcome) => all + count(outcome), 0);
  return {
    seeds: seeds.length,
    processes: sum(({ processes }) => processes),
    crashes: sum(({ troubles }) => troubles.crashes),
    commits: sum(({ troubles }) => troubles.commits),
    torn: sum(({ troubles }) => troubles.torn),
    failed: sum(({ troubles }) => troubles.failed),
    delayed: sum(({ troubles }) => troubles.delayed),
    accepted: sum(({ accepted }) => accepted),
    calls: sum(({ calls }) => calls),
    prompts: sum(({ prompts }) => prompts),
    replays: sum(({ replays }) => replays),
    begunAnew: sum(({ begunAnew }) => begunAnew),
    forced,
    forcedCrashes,
    faults,
    failures,
  };
}
