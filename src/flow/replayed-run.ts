import {
  type KeptRun,
  type Run,
  type SignalOptions,
  type StepName,
  randomUuid,
  systemClock,
  rebuildError,
  validate,
} from "../base/index.ts";
import { type RunReport, StepError, type StepReport } from "../engine/index.ts";
import type { FlowExecution } from "./flow-execution.ts";
import { RecordedScope } from "./recorded-scope.ts";

/**
 * Takes a flow through what is on record of a run, and calls none of its functions. What has no outcome on record fails,
 * behind all that has.
 */
export async function replay(execution: Pick<FlowExecution, "start">, report: RunReport): Promise<void> {
  const unrecorded = new Unrecorded();
  let over = false;
  const end = (): void => void (over = true);
  execution.start(new ReplayedRun(report.id, RecordedScope.of(report), unrecorded), report.input).then(end, end);
  while (!over) await unrecorded.fail();
}

/** What was asked for and has no outcome. */
class Unrecorded {
  #fail: ((error: Error) => void)[] = [];
  readonly #checks = new Set<Promise<unknown>>();

  outcome(): Promise<never> {
    return new Promise((_, reject) => this.#fail.push(reject));
  }

  /** Something outside that has to settle first. */
  async check<Value>(value: Value | Promise<Value>): Promise<Value> {
    const check = Promise.resolve(value);
    const settled = check.then(ignore, ignore);
    this.#checks.add(settled);
    await settled;
    this.#checks.delete(settled);
    return check;
  }

  /** Once everything has come to rest. */
  async fail(): Promise<void> {
    do {
      await Promise.all(this.#checks);
      await new Promise<void>((resolve) => void systemClock.timer(0, resolve));
    } while (this.#checks.size > 0);
    const fail = this.#fail;
    this.#fail = [];
    for (const each of fail) each(new Error("it has no outcome on record"));
  }
}

/** A run that gives what is on record. What flows do not use never settles. */
class ReplayedRun implements Run {
  readonly id: string;
  readonly key: undefined;
  readonly abortSignal: AbortSignal = new AbortController().signal;
  readonly #recorded: RecordedScope;
  readonly #unrecorded: Unrecorded;

  constructor(id: string, recorded: RecordedScope, unrecorded: Unrecorded) {
    this.id = id;
    this.#recorded = recorded;
    this.#unrecorded = unrecorded;
  }

  step<Out>(name: StepName): Promise<Awaited<Out>> {
    return this.#outcome(name) as Promise<Awaited<Out>>;
  }

  scope<Out>(name: StepName, body: (scope: Run) => Promise<Out>): Promise<Out> {
    const recorded = this.#recorded.scope(...parts(name)) ?? new RecordedScope();
    return body(new ReplayedRun(this.id, recorded, this.#unrecorded));
  }

  async sleep(_duration: unknown, name: StepName = "sleep"): Promise<void> {
    await this.#outcome(name);
  }

  async waitFor<Value>(name: StepName, { schema }: SignalOptions<Value> = {}): Promise<Value> {
    const answer = await this.#outcome(name);
    if (schema === undefined) return answer as Value;
    return this.#unrecorded.check(validate(schema, answer, "the recorded answer"));
  }

  all(): Promise<never> {
    return this.#unrecorded.outcome();
  }

  race(): Promise<never> {
    return this.#unrecorded.outcome();
  }

  settle(): Promise<never> {
    return this.#unrecorded.outcome();
  }

  loop(): Promise<never> {
    return this.#unrecorded.outcome();
  }

  child(): Promise<never> {
    return this.#unrecorded.outcome();
  }

  ask(): Promise<never> {
    return this.#unrecorded.outcome();
  }

  tell(): Promise<never> {
    return this.#unrecorded.outcome();
  }

  now(): Promise<never> {
    return this.#unrecorded.outcome();
  }

  uuid(): string {
    return randomUuid();
  }

  keep(): KeptRun {
    return { alone: true };
  }

  #outcome(name: StepName): Promise<unknown> {
    const step: StepReport | undefined = this.#recorded.step(...parts(name));
    if (step?.state === "finished") return Promise.resolve(step.result);
    if (step?.state !== "failed" || step.error === undefined) return this.#unrecorded.outcome();
    return Promise.reject(new StepError(step.error, rebuildError(step.error.cause)));
  }
}

function parts(name: StepName): [name: string, key?: string] {
  return typeof name === "string" ? [name] : [name.name, name.key];
}

function ignore(): void {}
