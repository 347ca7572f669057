/** What came of one case. */
export interface Verdict {
  /** The code of the first error; nothing where all that was asked is exact. */
  readonly detected: string | undefined;
  readonly faults: readonly string[];
  /** Why this machine does not allow the case. */
  readonly skipped?: string;
}

export function skipped(why: string): Verdict {
  return { detected: undefined, faults: [], skipped: why };
}
