import type { BlobRef, ErrorRecord, EventEnvelope, MessageKey } from "../../base/index.ts";
import type { EngineEvent, RunOrigin, RunResume, RunStart, RunState } from "./events.ts";
import { stepNameOf } from "./step-label.ts";
import { type StepReport, StepReports, type WaitReport } from "./step-report.ts";

/** What is on record of a run, for display. Times are in milliseconds since 1970, durations in milliseconds. */
export interface RunReport {
  readonly id: string;
  /** The definition's name. */
  readonly name: string;
  /** The version of the code that last continued the run. Absent before a message is begun. */
  readonly version?: string;
  /** The run's state. A run that is `running` on record may have been cut off with its process. */
  readonly state: RunState;
  /** The key whose message the run handles. */
  readonly key?: MessageKey;
  /** The run that this one is a child of. */
  readonly parent?: string;
  /** The run whose record this one began with, up to and including the event `seq`. Times up to there are those of that run. */
  readonly forkedFrom?: { readonly run: string; readonly seq: number };
  readonly origin?: RunOrigin;
  /** The outline of that code's definition, as JSON. */
  readonly outline?: BlobRef;
  /** The outlines of the definitions that ran in the run's scopes, in the order in which they were recorded. */
  readonly outlines: readonly ScopeOutline[];
  readonly input?: unknown;
  /** What the object that began the run `carries`. */
  readonly carried?: unknown;
  /** When the run's message was received, if it handles one. */
  readonly receivedAt?: number;
  /** When the run was started. Absent before a message is begun. */
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** From the run's start to its end, including times in which no process ran. */
  readonly durationMs?: number;
  /** How often the run was resumed. */
  readonly resumes: number;
  readonly output?: unknown;
  readonly error?: ErrorRecord;
  /** Why the run stopped without an ending: the code did not fit, or what it asks stands still. Absent once the run continues. */
  readonly halt?: ErrorRecord;
  /** Steps, timers, signals and children, in the order of their start. */
  readonly steps: readonly StepReport[];
  readonly loops: readonly LoopReport[];
  /** The branches that decided a race, or failed first in an `all`. */
  readonly decisions: readonly BranchDecision[];
  /** What the run waits for from outside. Empty once it has ended. */
  readonly waits: readonly WaitReport[];
}

export interface ScopeOutline {
  /** The scope's key. The keys of its steps begin with it and a `/`. */
  readonly key: string;
  /** The outline, as JSON. */
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
  /** The key of the group of branches: `#race`, `left/#all`, from the second one on `#race#2`. */
  readonly key: string;
  readonly branch: string;
  readonly at: number;
}

/**
 * Folds a run's events, such as those of `journal.read(id)`, into a report, in one pass. Event types of later versions are
 * ignored. Returns `undefined` if the events contain no run.
 *
 * Branches leave no record of what is cut off with them. So when one decides, everything that is open in the scopes around the
 * group counts as cancelled. What nevertheless continues, in a scope opened before the group, counts again once it ends.
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
