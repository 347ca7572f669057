// Whoever answers from outside: signals with a value of their own, and steps in doubt by what they left in the world. A
// command whose outcome it was not told is sent again, as it is, until it is told.
import { setTimeout as sleep } from "node:timers/promises";

import { type EventEnvelope, isAitorError } from "aitor";
import type { Answer } from "aitor/engine";
import { sendCommand } from "aitor/sqlite";

import type { Bystander } from "./life.ts";
import type { ToldEvent } from "./told-journal.ts";
import { readLines, stepOf } from "./witness.ts";

/** An answer that somebody sent. */
export interface SentAnswer {
  readonly id: string;
  readonly run: string;
  readonly key: string;
  readonly answer: Answer;
  /** What the sender was told; `unknown` where the process ended before it said anything. */
  outcome: "unknown" | "done" | "refused";
}

export interface OperatorOptions {
  readonly journal: string;
  readonly effects: string;
  /** What is said to a signal. */
  readonly answerTo: (run: string, key: string, request: unknown) => unknown;
  /** Whether to answer when the run says that it waits, or as soon as there is something to answer. */
  readonly waits: boolean;
}

/** A step that may have happened, or a signal and what it asks. */
interface Open {
  readonly run: string;
  readonly key: string;
  readonly asks: "step" | { readonly request: unknown };
}

const AGAIN_MS = 20;

export class Operator implements Bystander {
  /** All that was ever sent. */
  readonly sent: SentAnswer[] = [];
  readonly trouble: string[] = [];
  readonly #options: OperatorOptions;
  /** What can be answered, by run and key: signals, and steps that must run once and did not end. */
  readonly #open = new Map<string, Open>();
  /** `once` steps under way in the process that lives: not in doubt. */
  readonly #resting = new Set<string>();
  readonly #asking = new Set<string>();
  #alive = false;
  #under: Promise<void>[] = [];

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  opened(): void {
    this.#alive = true;
    this.#look();
  }

  acknowledged(events: readonly ToldEvent[]): void {
    for (const { stream, type, key, request } of events) {
      if (type === "run-suspended") this.#resting.add(stream);
      if (type === "signal-awaited") this.#ask(stream, key, { request });
      if (type === "step-in-doubt") this.#ask(stream, key, "step");
      if (type === "signal-received" || type === "step-answered") this.#open.delete(`${stream} ${key}`);
    }
    this.#look();
  }

  async settled(): Promise<void> {
    while (this.#alive && this.sent.some(({ outcome }) => outcome === "unknown")) await sleep(AGAIN_MS);
  }

  /** The process is dead, and this is what is on record of the runs that have not ended. */
  async died(record: ReadonlyMap<string, readonly EventEnvelope[]>): Promise<void> {
    this.#alive = false;
    await Promise.all(this.#under);
    this.#under = [];
    this.#resting.clear();
    this.#open.clear();
    for (const events of record.values()) for (const event of events) this.#fold(event);
  }

  #fold({ stream, type, key, data }: EventEnvelope): void {
    const { effect, request } = (data ?? {}) as Pick<ToldEvent, "effect" | "request">;
    if (type === "signal-awaited") this.#ask(stream, key, { request });
    else if (type === "step-started" && effect === "once") this.#ask(stream, key, "step");
    else if (["signal-received", "step-answered", "step-finished"].includes(type))
      this.#open.delete(`${stream} ${key}`);
  }

  #ask(run: string, key: string, asks: Open["asks"]): void {
    this.#open.set(`${run} ${key}`, { run, key, asks });
  }

  /** Sends what can be sent now. */
  #look(): void {
    if (!this.#alive) return;
    for (const [name, open] of this.#open) {
      if (this.#asking.has(name) || (this.#options.waits && !this.#resting.has(open.run))) continue;
      this.#asking.add(name);
      this.#under.push(this.#answer(name, open).finally(() => this.#asking.delete(name)));
    }
    for (const answer of this.sent) {
      const name = `${answer.run} ${answer.key}`;
      if (answer.outcome !== "unknown" || this.#asking.has(name)) continue;
      this.#asking.add(name);
      this.#under.push(this.#send(answer).finally(() => this.#asking.delete(name)));
    }
  }

  /** Asks until it is told; a refusal means that the run has not come that far again, or was answered before. */
  async #answer(name: string, open: Open): Promise<void> {
    const { run, key } = open;
    for (let times = 0; this.#alive && this.#open.has(name); times++) {
      if (times > 0) await sleep(AGAIN_MS);
      const unknown = this.sent.find((each) => each.run === run && each.key === key && each.outcome === "unknown");
      const id = `answer ${this.sent.length + 1}`;
      const next = unknown ?? { id, run, key, answer: this.#answerTo(open), outcome: "unknown" };
      if (unknown === undefined) this.sent.push(next);
      await this.#send(next);
      if (next.outcome === "done") this.#open.delete(name);
    }
  }

  /** What must run once is answered by its effect: it is there, or it is not. */
  #answerTo({ run, key, asks }: Open): Answer {
    const { answerTo, effects } = this.#options;
    if (asks !== "step") return { value: answerTo(run, key, asks.request) };
    const name = stepOf(run, key);
    return readLines(effects).includes(name) ? { value: name } : { again: true };
  }

  async #send(sent: SentAnswer): Promise<void> {
    const { id, run, key, answer } = sent;
    try {
      await sendCommand(this.#options.journal, { type: "answer", id, data: { run, key, answer } }, { timeout: "30s" });
      sent.outcome = "done";
    } catch (error) {
      if (isAitorError(error, "not-waiting")) sent.outcome = "refused";
      else if (!isAitorError(error, "journal-unattended")) this.trouble.push(String(error));
    }
  }
}
