import type { BlobRef, ErrorRecord, EventEnvelope, MessageKey } from "../../base/index.ts";
import type { EngineEvent, RunOrigin, RunResume, RunStart, RunState } from "./events.ts";
import { stepNameOf } from "./step-label.ts";
import { type StepReport, StepReports, type WaitReport } from "./step-report.ts";

/** What is on record of a run, for people who look at it. Times are milliseconds since 1970, durations milliseconds. */
export interface RunReport {
  readonly id: string;
  /** The definition's. */
  readonly name: string;
  /** Of the code that it went on with last; none before a message is begun. */
  readonly version?: string;
  /** One that is `running` on record may have been cut off with its process. */
  readonly state: RunState;
  /** Whose message it handles. */
  readonly key?: MessageKey;
  /** The run that it is a child of. */
  readonly parent?: string;
  /** The run whose record it began with, up to and including that event; its times are those of that run, so far. */
  readonly forkedFrom?: { readonly run: string; readonly seq: number };
  readonly origin?: RunOrigin;
  /** What that code's definition was made of, as JSON. */
  readonly outline?: BlobRef;
  /** What the definitions that ran in its scopes were made of, in the order in which that came on record. */
  readonly outlines: readonly ScopeOutline[];
  readonly input?: unknown;
  /** What the object that began it `carries`. */
  readonly carried?: unknown;
  /** When its message was received, where it handles one. */
  readonly receivedAt?: number;
  /** None before a message is begun. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** From its start to its end, times in which no process ran included. */
  readonly durationMs?: number;
  /** How often it was gone on with. */
  readonly resumes: number;
  readonly output?: unknown;
  readonly error?: ErrorRecord;
  /** Why it stopped without an ending, where the code did not fit, or what it asks stands still; none once it goes on. */
  readonly halt?: ErrorRecord;
  /** Steps, timers, signals and children, in the order of their start. */
  readonly steps: readonly StepReport[];
  readonly loops: readonly LoopReport[];
  /** Which branch decided a race, or failed first in an `all`. */
  readonly decisions: readonly BranchDecision[];
  /** What it waits for from outside; nothing once it has ended. */
  readonly waits: readonly WaitReport[];
}

export interface ScopeOutline {
  /** The scope's: the keys of its steps begin with it and a `/`. */
  readonly key: string;
  /** As JSON. */
  readonly outline: BlobRef;
}

export interface LoopReport {
  readonly key: string;
  readonly name: string;
  /** Turns that have ended. */
  readonly turns: number;
  readonly finished: boolean;
}

export interface BranchDecision {
  /** The group's: `#race`, `left/#all`, from the second one on `#race#2`. */
  readonly key: string;
  readonly branch: string;
  readonly at: number;
}

/**
 * Folds a run's events, such as `journal.read(id)` gives them, into a report. One pass; events of types that later
 * versions add count for nothing. Nothing where no run is in them.
 *
 * Branches leave no record of what is cut off with them, so when one decides, all that is open in the scopes around the
 * group counts as cancelled. What goes on nevertheless, in a scope opened before the group, counts again once it ends.
 */
export async function runReport(
  events: AsyncIterable<EventEnvelope> | Iterable<EventEnvelope>,
): Promise<RunReport | undefined> {
  const run = new ReportedRun();
  for await (const event of events) run.apply(event as EngineEvent);
  return run.report();
}

class ReportedRun {
  readonly #run: { -readonly [Field in keyof RunReport]?: RunReport[Field] } = {};
  readonly #steps = new StepReports();
  readonly #outlines = new Map<string, ScopeOutline>();
  readonly #loops = new Map<string, LoopReport>();
  readonly #decisions: BranchDecision[] = [];
  #state: RunState | undefined;
  /** The keys of what it waits for, while it is suspended: code that has changed may not ask any more for what is on record. */
  #waitsFor: readonly string[] = [];
  #resumes = 0;

  apply(event: EngineEvent): void {
    const { key, at } = event;
    switch (event.type) {
      case "message-received": {
        const { to, message, origin } = event.data;
        const of = { id: event.run, name: to.name, key: to, receivedAt: at, ...(origin && { origin }) };
        Object.assign(this.#run, { ...of, input: message });
        this.#state = "queued";
        return;
      }
      case "run-started":
        this.#started(event.run, event.data, at);
        break;
      case "run-resumed":
        this.#resumes++;
        this.#goesOn(event.data);
        delete this.#run.halt;
        break;
      case "run-suspended":
        this.#state = "suspended";
        this.#waitsFor = event.data.waitsFor;
        return;
      case "run-paused":
        if (event.data.error !== undefined) this.#run.halt = event.data.error;
        for (const step of event.data.uncalled ?? []) this.#steps.uncalled(step);
        return;
      case "run-finished":
        return this.#ended("finished", at, event.data);
      case "run-failed":
        return this.#ended("failed", at, event.data);
      case "run-cancelled":
        return this.#ended("cancelled", at, event.data);
      case "message-set-aside":
        return this.#ended("set-aside", at, event.data);
      case "message-sent-again":
        this.#state = "sent-again";
        return;
      case "turn-finished":
      case "loop-finished": {
        const finished = event.type === "loop-finished";
        const turns = finished ? event.data.turns : event.data.turn;
        this.#loops.set(key, { key, name: stepNameOf(key), turns, finished });
        this.#steps.cutOff(at, (open) => open.startsWith(`${key}/#`));
        break;
      }
      case "scope-outlined":
        this.#outlines.set(key, { key, ...event.data });
        return;
      case "branch-decided":
        this.#decisions.push({ key, branch: event.data.branch, at });
        this.#steps.cutOff(at, isInScopeBeside(key));
        break;
      default:
        this.#steps.apply(event);
    }
    if (this.#state === "suspended") this.#state = "running";
  }

  report(): RunReport | undefined {
    const { id, name } = this.#run;
    if (id === undefined || name === undefined || this.#state === undefined) return undefined;
    return {
      ...this.#run,
      id,
      name,
      state: this.#state,
      resumes: this.#resumes,
      outlines: [...this.#outlines.values()],
      steps: this.#steps.steps,
      loops: [...this.#loops.values()],
      decisions: this.#decisions,
      waits: this.#waits,
    };
  }

  get #waits(): RunReport["waits"] {
    if (this.#run.endedAt !== undefined) return [];
    const { waits } = this.#steps;
    return this.#state === "suspended" ? waits.filter(({ key }) => this.#waitsFor.includes(key)) : waits;
  }

  /** What it was made of before is not what goes on. */
  #goesOn({ version, outline }: RunResume): void {
    if (version === this.#run.version) return;
    this.#run.version = version;
    delete this.#run.outline;
    if (outline !== undefined) this.#run.outline = outline;
  }

  #started(id: string, { input, ...start }: RunStart, at: number): void {
    Object.assign(this.#run, { id, startedAt: at, ...start });
    if (this.#run.receivedAt === undefined) this.#run.input = input;
    this.#state = "running";
  }

  #ended(
    state: RunState,
    at: number,
    {
      durationMs = 0,
      ...ending
    }: { readonly durationMs?: number; readonly output?: unknown; readonly error?: ErrorRecord },
  ): void {
    const { startedAt } = this.#run;
    this.#state = state;
    this.#run.endedAt = at;
    delete this.#run.halt;
    // A run that nobody had under way was ended with the duration 0.
    const isWhole = this.#resumes === 0 && durationMs > 0;
    if (startedAt !== undefined) this.#run.durationMs = isWhole ? durationMs : Math.max(0, at - startedAt);
    if ("output" in ending) this.#run.output = ending.output;
    if (ending.error !== undefined) this.#run.error = ending.error;
    this.#steps.cutOff(at, () => true);
  }
}

/** Whether a step is in a scope that is a sibling of the group of branches: in one of its branches, as a rule. */
export function isInScopeBeside(group: string): (key: string) => boolean {
  const path = group.slice(0, group.lastIndexOf("/") + 1);
  return (key) => key.startsWith(path) && key.includes("/", path.length);
}
