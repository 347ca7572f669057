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
 * Takes a flow through what is on record of a run, and calls none of its functions. What finished settles first, then what failed, since
 * a failure stops a flow inside, and last what has no outcome on record.
 */
export async function replay(execution: Pick<FlowExecution, "start">, report: RunReport): Promise<void> {
  const outcomes = new Outcomes();
  let over = false;
  const end = (): void => void (over = true);
  execution.start(new ReplayedRun(report.id, RecordedScope.of(report), outcomes), report.input).then(end, end);
  while (!over) await outcomes.fail();
}

/** What was asked for and gives no result. */
class Outcomes {
  #failed: (() => void)[] = [];
  #unrecorded: (() => void)[] = [];
  readonly #checks = new Set<Promise<unknown>>();

  failed(error: Error): Promise<never> {
    return new Promise((_, reject) => this.#failed.push(() => reject(error)));
  }

  unrecorded(): Promise<never> {
    return new Promise((_, reject) => {
      this.#unrecorded.push(() => reject(new Error("it has no outcome on record")));
    });
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
    const failed = this.#failed;
    this.#failed = [];
    const next = failed.length > 0 ? failed : this.#unrecorded;
    if (failed.length === 0) this.#unrecorded = [];
    for (const fail of next) fail();
  }
}

/** A run that gives what is on record. */
class ReplayedRun implements Run {
  readonly id: string;
  readonly key: undefined;
  readonly abortSignal: AbortSignal = new AbortController().signal;
  readonly #recorded: RecordedScope;
  readonly #outcomes: Outcomes;
  /** Flows ask for none of these. */
  readonly #unused = (): Promise<never> => this.#outcomes.unrecorded();
  readonly all = this.#unused;
  readonly race = this.#unused;
  readonly settle = this.#unused;
  readonly loop = this.#unused;
  readonly child = this.#unused;
  readonly ask = this.#unused;
  readonly tell = this.#unused;
  readonly now = this.#unused;

  constructor(id: string, recorded: RecordedScope, outcomes: Outcomes) {
    this.id = id;
    this.#recorded = recorded;
    this.#outcomes = outcomes;
  }

  step<Out>(name: StepName): Promise<Awaited<Out>> {
    return this.#outcome(name) as Promise<Awaited<Out>>;
  }

  scope<Out>(name: StepName, body: (scope: Run) => Promise<Out>): Promise<Out> {
    const recorded = this.#recorded.scope(...parts(name)) ?? new RecordedScope();
    return body(new ReplayedRun(this.id, recorded, this.#outcomes));
  }

  async sleep(_duration: unknown, name: StepName = "sleep"): Promise<void> {
    await this.#outcome(name);
  }

  async waitFor<Value>(name: StepName, { schema }: SignalOptions<Value> = {}): Promise<Value> {
    const answer = await this.#outcome(name);
    if (schema === undefined) return answer as Value;
    return this.#outcomes.check(validate(schema, answer, "the recorded answer"));
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
    if (step?.state !== "failed" || step.error === undefined) return this.#outcomes.unrecorded();
    return this.#outcomes.failed(new StepError(step.error, rebuildError(step.error.cause)));
  }
}

function parts(name: StepName): [name: string, key?: string] {
  return typeof name === "string" ? [name] : [name.name, name.key];
}

function ignore(): void {}
