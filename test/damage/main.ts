// node --conditions=source test/damage/main.ts [--n 10000] [--points 50] [--seed 7] [--only journal]: damages journals and
// their disks, and says what came of it. Exit code 1 where anything was lost in silence.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { oneOf, wholeNumber } from "../option-value.ts";
import { programOptions } from "../program-options.ts";
import { type Campaign, damageAll, PARTS } from "./campaign.ts";

const values = programOptions(
  "npm run test:damage",
  "Damages journals and what lies beside them, and looks at what is said of it.",
  {
    n: { about: "journals and inboxes that are damaged", default: "200" },
    points: { about: "places at which a disk is full or fails; without it, a part of --n" },
    seed: { about: "of what is random", default: "1" },
    only: { about: "some of the parts, with commas between them", default: PARTS.join() },
  },
);
const parts = values.only.split(",").map((part) => oneOf("--only", PARTS, part));
const count = wholeNumber("--n", values.n);
const points =
  values.points === undefined ? Math.min(50, Math.ceil(count / 200)) : wholeNumber("--points", values.points);
const place = await mkdtemp(join(tmpdir(), "aitor-damage-"));
const startedAt = performance.now();
let shown = 0;
try {
  const campaign = await damageAll({
    place,
    parts,
    count,
    points,
    seed: wholeNumber("--seed", values.seed),
    onCase: (hasFaults) => void process.stderr.write((hasFaults ? "x" : ".") + (++shown % 100 === 0 ? "\n" : "")),
  });
  process.stderr.write("\n");
  process.stdout.write(`${report(campaign)}\n`);
  if (campaign.faults.length > 0) process.exitCode = 1;
} finally {
  await rm(place, { recursive: true, force: true });
}

function report({ cases, exact, detected, outcomes, faults, skipped }: Campaign): string {
  const rows = [...outcomes].sort(([a], [b]) => a.localeCompare(b));
  const width = String(cases).length;
  return [
    ...rows.map(([outcome, times]) => `${String(times).padStart(width)}  ${outcome}`),
    "",
    ...skipped.map((why) => `SKIPPED: ${why}`),
    ...faults.map((fault) => `FAULT: ${fault}`),
    `${cases} cases: ${exact} exact, ${detected} detected, ${faults.length} silent (must be 0)`,
    `${Math.round((performance.now() - startedAt) / 1000)} s`,
  ].join("\n");
}
