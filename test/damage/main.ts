// node --conditions=source test/damage/main.ts [--n 10000] [--points 50] [--seed 7] [--only journal]: damages journals and
// their disks, and says what came of it. Exit code 1 where anything was lost in silence.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { type Campaign, damageAll, type Part, PARTS } from "./campaign.ts";

const { values } = parseArgs({
  options: {
    n: { type: "string", default: "200" },
    points: { type: "string" },
    seed: { type: "string", default: "1" },
    only: { type: "string", multiple: true, default: [...PARTS] },
  },
});
const number = (option: "n" | "points" | "seed", text: string): number => {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${option} must be a whole number, and is "${text}"`);
};
const parts = values.only.map((part): Part => {
  if ((PARTS as readonly string[]).includes(part)) return part as Part;
  throw new Error(`--only must be one of ${PARTS.join(", ")}, and is "${part}"`);
});
const count = number("n", values.n);
const points = values.points === undefined ? Math.min(50, Math.ceil(count / 200)) : number("points", values.points);
const place = await mkdtemp(join(tmpdir(), "aitor-damage-"));
const startedAt = performance.now();
let shown = 0;
try {
  const campaign = await damageAll({
    place,
    parts,
    count,
    points,
    seed: number("seed", values.seed),
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
