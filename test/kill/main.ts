// node --conditions=source test/kill/main.ts --files 50000: the whole proof, as a table and figures. Exit code 1 where anything was
// lost, repeated or reordered.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { type Proof, proveByKill } from "./proof.ts";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "50000" },
    twice: { type: "string", default: "20" },
    outside: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
  },
});
const place = await mkdtemp(join(tmpdir(), "aitor-kill-"));
const startedAt = performance.now();
try {
  const proof = await proveByKill({
    place,
    files: Number(values.files),
    twice: Number(values.twice),
    outside: Number(values.outside),
    seed: Number(values.seed),
    onLife: ({ killed }) => void process.stderr.write(killed ? "x" : "."),
  });
  process.stderr.write("\n");
  process.stdout.write(`${report(proof)}\n${Math.round((performance.now() - startedAt) / 1000)} s\n`);
  if (Object.values(proof.faults).some((faults) => faults.length > 0)) process.exitCode = 1;
} finally {
  await rm(place, { recursive: true, force: true });
}

function report({ points, writes, faults, ...proof }: Proof): string {
  const rows = [...writes].map(([write, { before, after }]) => [write, String(before), String(after)]);
  const table = [["killed at the write of", "before", "after"], ...rows, ["all", ...Object.values(points).map(String)]];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map(([write = "", before = "", after = ""]) =>
    [write.padEnd(widths[0] ?? 0), before.padStart(widths[1] ?? 0), after.padStart(widths[2] ?? 0)].join("  "),
  );
  const figures = [
    `${values.files} files; ${proof.runs} runs in ${proof.processes} processes, ${proof.kills} of them killed`,
    `${points.before + points.after} points before and after each write, ${proof.inRecovery} kills in recoveries, ${proof.outside} from outside`,
    `${proof.events} events and ${proof.answers} answers acknowledged; ${proof.calls} calls of steps, ${proof.repeatedInFlight} of them repeated one in flight`,
    `${proof.doubts.value} once steps in doubt that had happened, ${proof.doubts.again} that had not`,
    Object.entries(faults)
      .map(([kind, found]) => `${kind} ${found.length}`)
      .join(", "),
  ];
  const told = Object.entries(faults).flatMap(([kind, found]) => found.map((text) => `${kind}: ${text}`));
  return [...lines, "", ...figures, ...told].join("\n");
}
