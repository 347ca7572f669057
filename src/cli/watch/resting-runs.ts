import { type EngineEvent, type RunReport, runReport, type WaitReport } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";

/** What runs wait for, each told once, when the run has come to rest. A timer is nobody's to answer. */
export class RestingRuns {
  readonly #journal: Journal;
  readonly #tell: (run: RunReport, wait: WaitReport) => void;
  readonly #told = new Set<string>();

  constructor(journal: Journal, tell: (run: RunReport, wait: WaitReport) => void) {
    this.#journal = journal;
    this.#tell = tell;
  }

  /** Of a run of this process. */
  take({ type, run }: EngineEvent): void {
    // Where the journal is closed or fails meanwhile, the command tells that.
    if (type === "run-suspended") this.look(run).catch(() => {});
  }

  /** @param run One that is at rest. */
  async look(run: string): Promise<void> {
    const report = await runReport(this.#journal.read(run));
    for (const wait of report?.waits ?? []) {
      const known = JSON.stringify([run, wait.key, wait.since]);
      if (wait.kind === "timer" || this.#told.has(known)) continue;
      this.#told.add(known);
      this.#tell(report as RunReport, wait);
    }
  }
}
