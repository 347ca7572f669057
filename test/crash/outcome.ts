// What a part of the test has done, and what it has found.
import { addFaults, type Faults, noFaults } from "./faults.ts";

export interface Outcome {
  /** Places in the program's way at each of which a process was killed, stopped, cancelled or restarted. */
  points: number;
  /** Processes that were killed (SIGKILL). */
  kills: number;
  /** Messages and answers whose senders were told that they are durable. */
  accepted: number;
  /** Calls of steps, and those of them that repeated one whose process died before its outcome was durable. */
  calls: number;
  inFlight: number;
  readonly faults: Faults;
  /** What else is worth to be said: a line each. */
  readonly notes: string[];
}

export function noOutcome(): Outcome {
  return { points: 0, kills: 0, accepted: 0, calls: 0, inFlight: 0, faults: noFaults(), notes: [] };
}

export function addOutcome(to: Outcome, more: Outcome): void {
  for (const name of ["points", "kills", "accepted", "calls", "inFlight"] as const)
    Object.assign(to, { [name]: to[name] + more[name] });
  addFaults(to.faults, more.faults);
  to.notes.push(...more.notes);
}
