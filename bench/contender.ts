import type { Shape } from "./graphs.ts";

/** Does a piece of work once. It may be begun again before it has ended. */
export type Job = () => Promise<unknown>;

/** What a contender may be asked to do. */
export type Kind = "agent" | "flow" | "stream";

/**
 * One way of doing the work: code written by hand, Aitor, or a peer. Each runs in a process of its own. What a contender lacks, it
 * cannot do, and `cannot` says why.
 */
export interface Contender {
  /**
   * An agent's run: a model in the process that answers at once calls `add` in all turns but the last, and then answers; the
   * arguments are checked. What does not change between runs is made here, once.
   */
  readonly agent?: (turns: number) => Job | Promise<Job>;
  /** A graph of functions; the job gives what its sinks give. */
  readonly flow?: (shape: Shape) => Job | Promise<Job>;
  /** A model's text in `DELTAS` pieces to one subscriber; the job gives the length of what was read. */
  readonly stream?: () => Job | Promise<Job>;
  readonly cannot?: Readonly<Partial<Record<Kind, string>>>;
}

/** What a contender is asked to do, and how often at once. */
export interface Order {
  readonly kind: Kind;
  /** Turns of an agent, nodes of a graph, or deltas. */
  readonly n: number;
  /** The name of a graph's shape. */
  readonly shape?: string;
  /** How many jobs are under way together. @default 1 */
  readonly atOnce?: number;
}

/** What one sample says of a unit of work. */
export interface Sample {
  /** Microseconds of CPU time of the whole process. */
  readonly cpu: number;
  /** Bytes allocated. */
  readonly bytes: number;
  /** The share of the time in which garbage was collected, from 0 to 1. */
  readonly collecting: number;
  /** Megabytes that the process has resident at the end. */
  readonly resident: number;
}
