import type { ErrorRecord, Timer } from "../../base/index.ts";
import { type EngineEvent, isInScopeBeside } from "../../engine/index.ts";
import { backgroundClock } from "../terminal/background-clock.ts";
import type { JournalPlace } from "../load/journal-place.ts";
import { ProcessHold } from "../terminal/process-hold.ts";
import { type AskedWait, showLine, toldLines } from "../text/wait-text.ts";

interface OpenWait {
  readonly event: EngineEvent;
  readonly wait: AskedWait;
  told: boolean;
}

/** As many are told at a time; who wants all asks `aitor show`. */
const TOLD = 5;

/** What is answered at once is not told, and what came before it is shown before. Milliseconds. */
const DELAY = 200;

/**
 * What a run waits for: signals and steps in doubt are told once, with the command line that answers them. While there is
 * any, the process is kept: its answer comes through the journal. Nothing comes for a run in memory.
 */
export class OpenWaits implements Disposable {
  readonly #run: string;
  readonly #place: JournalPlace | undefined;
  readonly #write: (text: string) => void;
  readonly #open = new Map<string, OpenWait>();
  /** Signals that were answered, should the answer be refused. */
  readonly #answered = new Map<string, AskedWait>();
  /** Some are not told, and that was said. */
  #saidMore = false;
  #teller: Timer | undefined;
  #telling = false;
  readonly #process = new ProcessHold();

  constructor(run: string, place: JournalPlace | undefined, write: (text: string) => void) {
    this.#run = run;
    this.#place = place;
    this.#write = write;
  }

  apply(event: EngineEvent): void {
    const { key } = event;
    switch (event.type) {
      case "signal-awaited": {
        const { request, deadline } = event.data;
        return this.#add(event, {
          kind: "signal",
          ...(request !== undefined && { request }),
          ...(deadline && { deadline: deadline.at }),
        });
      }
      case "step-in-doubt":
        return this.#add(event, { kind: "step", why: event.data.why });
      case "signal-refused":
        return this.#add(event, { kind: "signal", ...this.#answered.get(key), refused: refusalOf(event.data.error) });
      case "timer-set":
        return this.#add(event, { kind: "timer", until: event.data.at });
      case "signal-received": {
        const asked = this.#open.get(key)?.wait;
        this.#remove((open) => open === key);
        if (asked !== undefined) this.#answered.set(key, asked);
        return;
      }
      case "timer-fired":
      case "signal-failed":
      case "step-answered":
      case "step-finished":
      case "step-failed":
        return this.#remove((open) => open === key);
      case "branch-decided":
        return this.#remove(isInScopeBeside(key));
      case "turn-finished":
      case "loop-finished":
        return this.#remove((open) => open.startsWith(`${key}/`));
      default:
    }
  }

  /** The events with which those began that are open. */
  get events(): readonly EngineEvent[] {
    return [...this.#open.values()].map(({ event }) => event);
  }

  /** From now on they are told. */
  tell(): void {
    this.#telling = true;
    this.#tellSoon();
  }

  [Symbol.dispose](): void {
    this.#teller?.cancel();
    this.#process.release();
  }

  #add(event: EngineEvent, facts: Omit<AskedWait, "key" | "option" | "run">): void {
    if (this.#place === undefined) return;
    const { key } = event;
    const wait = { ...facts, key, run: this.#run, option: this.#place.option };
    // What is asked again was told.
    const told = facts.kind === "timer" || (event.type === "signal-awaited" && this.#open.get(key)?.told === true);
    this.#open.set(key, { event, wait, told });
    if (facts.kind !== "timer") this.#process.hold();
    this.#tellSoon();
  }

  #remove(isOver: (key: string) => boolean): void {
    for (const waits of [this.#open, this.#answered]) {
      for (const key of waits.keys()) if (isOver(key)) waits.delete(key);
    }
    if (this.#saidMore) this.#tellSoon();
    if (![...this.#open.values()].some(({ wait }) => wait.kind !== "timer")) this.#process.release();
  }

  #tellSoon(): void {
    if (this.#telling) this.#teller ??= backgroundClock.timer(DELAY, () => this.#tell());
  }

  #tell(): void {
    this.#teller = undefined;
    const waits = [...this.#open.values()].filter(({ wait }) => wait.kind !== "timer");
    const left = waits.filter(({ told }) => !told);
    const place = Math.max(0, TOLD - waits.length + left.length);
    for (const open of left.slice(0, place)) {
      open.told = true;
      this.#write(toldLines(open.wait, Date.now()));
    }
    const [more] = left.slice(place);
    if (more !== undefined && !this.#saidMore) this.#write(`? and more: ${showLine(more.wait)}\n`);
    this.#saidMore = more !== undefined;
  }
}

function refusalOf({ message, expected }: ErrorRecord): string {
  return expected === undefined ? message : `expected ${expected}`;
}
