import type { EventData } from "../record/events.ts";
import type { Outlined, Outlines } from "../record/outlines.ts";
import type { RunSettings } from "./run-settings.ts";

type RecordOutlined = (scope: string, outlined: EventData<"scope-outlined">) => void;

/** What is said on record of the definitions that run in a run's scopes. Nobody waits for it but the run's ending. */
export class ScopeOutlines {
  readonly #outlines: Outlines;
  /** By scope, the content of what is on record from before. */
  readonly #recorded: ReadonlyMap<string, string> | undefined;
  readonly #record: RecordOutlined;
  readonly #open = new Set<Promise<void>>();

  constructor({ outlines, recovered }: Pick<RunSettings, "outlines" | "recovered">, record: RecordOutlined) {
    this.#outlines = outlines;
    this.#recorded = recovered?.outlines;
    this.#record = record;
  }

  add(scope: string, of: Outlined): void {
    const put = this.#outlines.of(of)?.then((outline) => {
      if (this.#recorded?.get(scope) !== outline.blob) this.#record(scope, { outline });
    });
    if (put === undefined) return;
    // Without it a chart is missing; a journal that fails is told to whoever records next.
    const settled = put.catch(() => {}).finally(() => this.#open.delete(settled));
    this.#open.add(settled);
  }

  /** All that was added is recorded. */
  async settled(): Promise<void> {
    await Promise.all(this.#open);
  }
}
