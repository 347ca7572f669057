import { checkJson, type Runnable } from "../../base/index.ts";
import { expecting } from "../../journal/index.ts";
import { runExistsError, runTakenError } from "../record/run-errors.ts";
import { type RunRecords, unlessConflict } from "./run-records.ts";
import type { RunSettings } from "./run-settings.ts";

type Settings = Pick<
  RunSettings,
  "id" | "freeze" | "isNew" | "received" | "begun" | "recovered" | "ready" | "parent" | "origin" | "outline"
>;

/**
 * Records that a run begins, or goes on.
 *
 * @returns Nothing where that is on record already: its body can be run at once.
 * @throws AitorError (rejects with) `run-exists`, `run-taken`; `not-json` for the input of a new run, and what it carries.
 */
export function openRun<Input>(
  settings: Settings,
  runnable: Pick<Runnable, "name" | "version" | "carries">,
  input: Input,
  records: RunRecords,
): void | Promise<void> {
  const { begun, ready } = settings;
  if (begun === undefined || ready !== undefined) return open(settings, runnable, input, records);
  records.adopt(begun);
}

async function open<Input>(
  { id, freeze, isNew, received, begun, recovered, ready, parent, origin, outline }: Settings,
  { name, version, carries }: Pick<Runnable, "name" | "version" | "carries">,
  input: Input,
  records: RunRecords,
): Promise<void> {
  if (ready !== undefined) await ready;
  if (begun !== undefined) {
    records.adopt(begun);
    return;
  }
  const expect = expecting(id, recovered?.last ?? received?.seq ?? 0);
  if (recovered?.started !== undefined) {
    const resume = { version, ...(outline && { outline: await outline }) };
    return unlessConflict(
      () => records.append("run-resumed", "", resume, { state: "running", expect }),
      () => runTakenError(id),
    );
  }
  const start = {
    name,
    version,
    ...(parent !== undefined && { parent }),
    ...(origin && { origin }),
    ...(outline && { outline: await outline }),
  };
  const fresh = recovered === undefined && received === undefined;
  if (fresh) checkJson(input, `the input of "${name}"`, freeze);
  if (carries !== undefined) checkJson(carries, `what "${name}" carries`, freeze);
  const data = fresh ? { ...start, input, ...(carries !== undefined && { carried: carries }) } : start;
  if (isNew) return void records.append("run-started", "", data, { state: "running" });
  return unlessConflict(
    () => records.append("run-started", "", data, { state: "running", expect }),
    () => (fresh ? runExistsError(id) : runTakenError(id)),
  );
}
