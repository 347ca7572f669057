/** An event of somebody else's for a run. */
export interface Note {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** The command that brings it: one that comes again is known by it. */
  readonly by?: string | undefined;
}
