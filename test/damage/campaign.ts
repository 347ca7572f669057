// All cases, judged one after the other, and what came of them.
import { join } from "node:path";

import { DISK_FAULTS, judgeDisk, judgeFullDisk, makeShim } from "./disk-cases.ts";
import { judgeDoctorCommand } from "./doctor-case.ts";
import { FILE_CASES } from "./file-cases.ts";
import { judgeInbox, makeInboxes } from "./inbox-case.ts";
import { damagedJournal, judge } from "./journal-case.ts";
import { makeOriginals, type Original } from "./originals.ts";
import type { Verdict } from "./verdict.ts";

export const PARTS = ["journal", "inbox", "disk", "file"] as const;
export type Part = (typeof PARTS)[number];

export interface CampaignOptions {
  /** An empty folder. */
  readonly place: string;
  readonly parts: readonly Part[];
  /** Damages of journals; of inboxes, a fifth of them. */
  readonly count: number;
  /** Points at which the disk fails, of each kind. */
  readonly points: number;
  /** Of the first case; the others follow. */
  readonly seed: number;
  readonly onCase: (hasFaults: boolean, harm: string) => void;
}

/** What came of the cases. */
export interface Campaign {
  cases: number;
  /** All that was asked for is exactly as it was recorded. */
  exact: number;
  /** Something is not, and that was told. */
  detected: number;
  /** What was done to what, with what it was told, and how often. */
  readonly outcomes: Map<string, number>;
  /** What must not be: a wrong answer, silent loss, a hang. */
  readonly faults: string[];
  /** What this machine does not allow. */
  readonly skipped: string[];
}

/** Every so many journals are given to the command itself, too. */
const COMMAND_EVERY = 50;

export async function damageAll({ place, parts, count, points, seed, onCase }: CampaignOptions): Promise<Campaign> {
  const campaign: Campaign = { cases: 0, exact: 0, detected: 0, outcomes: new Map(), faults: [], skipped: [] };
  const add = (harm: string, { detected, faults, skipped }: Verdict, again: string): void => {
    if (skipped !== undefined) {
      campaign.skipped.push(skipped);
      return;
    }
    campaign.cases++;
    if (detected !== undefined) campaign.detected++;
    else if (faults.length === 0) campaign.exact++;
    const outcome = `${harm}: ${detected ?? (faults.length > 0 ? "silent" : "exact")}`;
    campaign.outcomes.set(outcome, (campaign.outcomes.get(outcome) ?? 0) + 1);
    for (const fault of faults) campaign.faults.push(`${harm}: ${fault}\n  again: npm run test:damage -- ${again}`);
    onCase(faults.length > 0, harm);
  };
  const originals = await makeOriginals(join(place, "originals"));
  if (parts.includes("journal")) {
    for (let each = seed; each < seed + count; each++) {
      const damaged = damagedJournal(originals, place, each);
      const verdict = await judge(damaged);
      const command = each % COMMAND_EVERY === 0 ? await judgeDoctorCommand(damaged.path, verdict) : [];
      const faults = [...verdict.faults, ...command];
      add(damaged.harm, { ...verdict, faults }, `--only journal --seed ${each} --n 1`);
    }
  }
  if (parts.includes("inbox")) {
    const kept = makeInboxes(place);
    for (let each = seed; each < seed + Math.ceil(count / 5); each++) {
      const { harm, ...verdict } = await judgeInbox(kept, place, each);
      add(harm, verdict, `--only inbox --seed ${each} --n 1`);
    }
  }
  if (parts.includes("disk")) await disk();
  if (parts.includes("file")) {
    const [closed, killed] = originals as [Original, Original];
    for (const [name, judgeFile] of Object.entries(FILE_CASES)) {
      add(name, await judgeFile(closed, place, killed), "--only file");
    }
  }
  return campaign;

  async function disk(): Promise<void> {
    add("full disk (a small file system)", await judgeFullDisk(place), "--only disk --points 1");
    const shim = await makeShim(place);
    if (typeof shim !== "string") {
      add("failing disk", shim, "--only disk");
      return;
    }
    for (const fault of DISK_FAULTS) {
      for (let each = seed; each < seed + points; each++) {
        const verdict = await judgeDisk(shim, place, fault, each);
        add(NAMES[fault], verdict, `--only disk --seed ${each} --points 1`);
      }
    }
  }
}

const NAMES = { ENOSPC: "full disk", EIO: "failing write", FSYNC: "failing fsync" } as const;
