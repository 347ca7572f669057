import { contestRows } from "./contest-rows.ts";
import { keptRows } from "./kept.ts";
import { AITOR, type Participant, RAW } from "./participants.ts";
import type { Row } from "./row.ts";
import type { Setting } from "./setting.ts";

const SIZES = [10, 100, 1_000, 10_000] as const;

/**
 * The cost of a step of an agent's loop: a model that answers at once calls a tool that adds two numbers, its arguments checked,
 * so many times, and then answers.
 */
export async function loopRows({ effort, quick, peers }: Setting): Promise<Row[]> {
  const rows: Row[] = [];
  // Who cannot do it, or is too slow for a size, does not get a larger one.
  let participants: readonly Participant[] = [RAW, AITOR, ...peers];
  const sizes = quick ? SIZES.slice(0, -1) : SIZES;
  for (const n of sizes) {
    const subject = {
      workload: "loop",
      case: `a run of ${n} steps`,
      order: { kind: "agent", n },
      unit: "step",
    } as const;
    const found = await contestRows(subject, participants, effort);
    rows.push(...found.rows);
    participants = participants.filter(({ name }) => found.absent.every((absent) => absent.name !== name));
    participants = participants.filter(({ name }) => {
      const cost = found.rows.find(({ contender, metric }) => contender === name && metric === "cpu")?.value ?? 0;
      const seconds = (10 * n * cost) / 1e6;
      if (seconds <= effort.secondsPerRun || n === sizes.at(-1)) return true;
      console.log(`  ${name} is not measured at ${10 * n} steps: a run would take ${Math.round(seconds)} s or more\n`);
      return false;
    });
  }
  return [...rows, ...(await keptRows(sizes))];
}
