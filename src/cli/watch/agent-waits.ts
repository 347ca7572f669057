import { type EngineEvent, endsRun } from "../../engine/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { RecordedAgent } from "../../planning/index.ts";
import { approvalText, isApproval } from "../text/approval-text.ts";
import type { JournalPlace } from "../load/journal-place.ts";
import { OpenWaits } from "./open-waits.ts";

/** What an agent's runs wait for, those of its sub-agents included. */
export class AgentWaits implements Disposable {
  readonly #prefix: string;
  readonly #place: JournalPlace | undefined;
  readonly #write: (text: string) => void;
  readonly #runs = new Map<string, OpenWaits>();

  /** @param mailbox What the ids of its runs begin with. */
  constructor(mailbox: string, place: JournalPlace | undefined, write: (text: string) => void) {
    this.#prefix = `${mailbox}/`;
    this.#place = place;
    this.#write = write;
  }

  /** What is on record of a run that has not ended. @param agents Those below it. */
  async recall(journal: Journal, run: string, agents: readonly RecordedAgent[]): Promise<void> {
    const open = agents.filter(({ endedAt }) => endedAt === undefined).map((agent) => agent.run);
    for (const each of [run, ...open]) {
      for await (const event of journal.read(each)) this.take(event as EngineEvent);
    }
  }

  take(event: EngineEvent): void {
    const { run, type } = event;
    if (!run.startsWith(this.#prefix)) return;
    let waits = this.#runs.get(run);
    if (waits === undefined) {
      waits = new OpenWaits(run, this.#place, this.#write);
      waits.tell();
      this.#runs.set(run, waits);
    }
    waits.apply(event);
    if (this.#place === undefined && event.type === "signal-awaited") this.#tellInMemory(event.data.request);
    if (!endsRun(type)) return;
    waits[Symbol.dispose]();
    this.#runs.delete(run);
  }

  /** No other process can reach it. */
  #tellInMemory(request: unknown): void {
    const what = isApproval(request) ? approvalText(request) : "something waits for an answer";
    this.#write(`? ${what}\n  nobody can answer it, as the run is in memory: run it without --no-journal\n`);
  }

  [Symbol.dispose](): void {
    for (const waits of this.#runs.values()) waits[Symbol.dispose]();
    this.#runs.clear();
  }
}
