/** One way of doing the work of a case. */
export interface Contender {
  readonly name: string;
  /** What this contender does besides calling the functions, in words. */
  readonly work: string;
  /** Does the work once and returns its result, which must be the same for all contenders of a case. */
  run(): Promise<unknown>;
}

/** The same work for several contenders. */
export interface Case {
  readonly workload: string;
  readonly name: string;
  /** Units of work in one run, such as nodes. */
  readonly n: number;
  readonly unit: string;
  /** Most microseconds of CPU time a unit may take Aitor. */
  readonly goal?: number;
  readonly contenders: readonly Contender[];
}

/** A contender that could not be measured, and why. */
export interface Absent {
  readonly name: string;
  readonly reason: string;
}
