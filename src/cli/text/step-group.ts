import type { Progress } from "../../base/index.ts";

interface OpenStep {
  readonly key: string;
  readonly startedAt: number;
  detail: string;
}

/** A step that failed is told on its own, up to this many of a group. */
const TOLD_FAILURES = 3;

/** Steps that are alike, such as those of one mapped task, from the first start until none of them is open. */
export class StepGroup {
  readonly name: string;
  readonly startedAt: number;
  readonly #open = new Map<string, OpenStep>();
  #done = 0;
  #failed = 0;
  #givenUp = 0;
  #changedAt: number;
  #lastKey = "";
  #lastDuration = 0;

  constructor(name: string, startedAt: number) {
    this.name = name;
    this.startedAt = startedAt;
    this.#changedAt = startedAt;
  }

  get idle(): boolean {
    return this.#open.size === 0;
  }

  /** When a step of it last ended; before that, its start. */
  get changedAt(): number {
    return this.#changedAt;
  }

  get open(): Iterable<OpenStep> {
    return this.#open.values();
  }

  /** It stands for one step alone. */
  get single(): boolean {
    return this.#open.size + this.#done + this.#failed + this.#givenUp === 1;
  }

  get failed(): number {
    return this.#failed;
  }

  /** The only step's key. */
  get lastKey(): string {
    return this.#lastKey;
  }

  /** The only step's duration, once it is over. */
  get lastDuration(): number {
    return this.#lastDuration;
  }

  /** Harmless where it is open: it goes on. */
  start(key: string, now: number): void {
    this.#lastKey = key;
    if (!this.#open.has(key)) this.#open.set(key, { key, startedAt: now, detail: "" });
  }

  /** Since its start. */
  elapsed(key: string, now: number): number {
    return now - (this.#open.get(key)?.startedAt ?? now);
  }

  progress(key: string, update: Progress): void {
    const step = this.#open.get(key);
    if (step !== undefined) step.detail = progressText(update);
  }

  note(key: string, text: string): void {
    const step = this.#open.get(key);
    if (step !== undefined) step.detail = text;
  }

  finish(key: string, durationMs: number, now: number): void {
    this.#changedAt = now;
    if (this.#open.delete(key)) this.#done++;
    this.#lastDuration = durationMs;
  }

  /** Whether this failure is to be told on its own. */
  fail(key: string, now: number): boolean {
    this.#changedAt = now;
    if (this.#open.delete(key)) this.#failed++;
    return this.#failed <= TOLD_FAILURES;
  }

  giveUp(isCut: (key: string) => boolean): void {
    for (const key of this.#open.keys()) if (isCut(key) && this.#open.delete(key)) this.#givenUp++;
  }

  /** How many are done, failed, given up and running. */
  get counts(): string {
    const counts = [`${this.#done} done`];
    if (this.#failed > 0) counts.push(`${this.#failed} failed`);
    if (this.#givenUp > 0) counts.push(`${this.#givenUp} given up`);
    if (this.#open.size > 0) counts.push(`${this.#open.size} running`);
    return counts.join(", ");
  }
}

function progressText({ done, total, note }: Progress): string {
  const parts: string[] = [];
  if (done !== undefined) parts.push(total === undefined ? String(done) : `${done}/${total}`);
  else if (total !== undefined) parts.push(`of ${total}`);
  if (note !== undefined && note !== "") parts.push(String(note));
  return parts.join(" ");
}
