import { invalidOption, nonEmpty } from "../../base/index.ts";

/** How streams begin that are no run's: those of agents' memories, and of what was used. */
const NO_RUNS = ["agent:", "usage:"];

/** An id for a run of its own stream. @throws AitorError `invalid-option`. */
export function newRunId(id: string): string {
  const what = "the id of a run";
  const taken = NO_RUNS.find((beginning) => nonEmpty(id, what).startsWith(beginning));
  if (taken === undefined) return id;
  const fix = `begin the id otherwise: a run "${id}" would write where the journal keeps something else`;
  throw invalidOption(what, `a text that does not begin with "${taken}"`, id, fix);
}
