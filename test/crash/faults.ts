// What may not be.
/**
 * - `lost`: acknowledged, and not on record as it was.
 * - `repeated`: done again though its record was durable, or on record twice.
 * - `twice`: done twice though it must run once.
 * - `reordered`: on record in another order than it was given to the journal, or with something between.
 * - `wrong`: everything else, such as a wrong result, a timer before its time, a run without an ending.
 */
export type Fault = "lost" | "reordered" | "repeated" | "twice" | "wrong";

/** What was found, a text each. */
export type Faults = Readonly<Record<Fault, string[]>>;

export function noFaults(): Faults {
  return { lost: [], reordered: [], repeated: [], twice: [], wrong: [] };
}

/** What did not happen put nothing to the test: fewer than so many are a fault. */
export function judgeCount(what: string, count: number, least: number, { wrong }: Faults): void {
  if (count < least) wrong.push(`${what}: ${count}, and there are to be ${least} at least`);
}

export function addFaults(to: Faults, more: Faults): void {
  for (const kind of Object.keys(to) as Fault[]) to[kind].push(...more[kind]);
}
