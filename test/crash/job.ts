import type { Outcome } from "./outcome.ts";

/** What a job is given. */
export interface JobPlace {
  /** An empty folder of its own. */
  readonly folder: string;
  /** Told of each process that has ended. */
  readonly onProcess: (killed: boolean) => void;
}

/** A part of the test, with processes one after the other; some go on at a time. */
export interface Job {
  /** The part of the report that it belongs to. */
  readonly part: string;
  run(place: JobPlace): Promise<Outcome>;
}
