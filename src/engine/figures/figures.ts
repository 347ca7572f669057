import { DurationHistogram } from "./duration-histogram.ts";
import { type EngineStats, type MailStats, MAX_NAMES, type TaskStats } from "./stats.ts";

/** Many at a time, in one loop, cost a third of one by one. */
const PENDING = 512;

type RunEnding = "finished" | "failed" | "cancelled" | "halted";

/** What is counted when it is asked for. */
interface Waiting {
  /** Steps that wait for a place. */
  readonly waiting: number;
  /** Answers that are waited for. */
  readonly pending: number;
}

/** What an engine counts while it works; `read` makes figures of it. */
export class Figures {
  readonly #runs: Record<RunEnding | "started", number> = {
    started: 0,
    finished: 0,
    failed: 0,
    cancelled: 0,
    halted: 0,
  };
  readonly #perTask: boolean;
  readonly #tasks = new Map<string, TaskFigures>();
  readonly #other = new TaskFigures();
  /** Steps that finished and are not sorted by name yet. */
  readonly #names: string[] = Array.from({ length: PENDING }, () => "");
  readonly #durations = new Float64Array(PENDING);
  #pending = 0;
  #started = 0;
  #finished = 0;
  #failed = 0;
  #cancelled = 0;
  #retries = 0;

  /** @param perTask Whether steps are also counted by name, and their durations with them. */
  constructor(perTask: boolean) {
    this.#perTask = perTask;
  }

  runStarted(): void {
    this.#runs.started++;
  }

  runEnded(how: RunEnding): void {
    this.#runs[how]++;
  }

  stepStarted(): void {
    this.#started++;
  }

  stepFinished(name: string, durationMs: number): void {
    this.#finished++;
    if (!this.#perTask) return;
    const place = this.#pending;
    this.#names[place] = name;
    this.#durations[place] = durationMs;
    this.#pending = place + 1;
    if (place + 1 === PENDING) this.#sort();
  }

  stepFailed(name: string): void {
    this.#failed++;
    if (!this.#perTask) return;
    this.#sort();
    this.#task(name).failed++;
  }

  stepRetried(): void {
    this.#retries++;
  }

  stepCancelled(): void {
    this.#cancelled++;
  }

  read({ waiting: queueDepth, pending }: Waiting, mail: MailStats): EngineStats {
    this.#sort();
    const { started, finished, failed, cancelled, halted } = this.#runs;
    const tasks = [...this.#tasks].map(([name, task]) => [name, task.read()] as const);
    if (this.#other.used) tasks.push(["other", this.#other.read()]);
    return {
      runs: { started, finished, failed, cancelled, halted, active: started - finished - failed - cancelled - halted },
      steps: {
        started: this.#started,
        finished: this.#finished,
        failed: this.#failed,
        cancelled: this.#cancelled,
        active: this.#started - this.#finished - this.#failed - this.#cancelled,
      },
      retries: this.#retries,
      queueDepth,
      pending,
      mail,
      tasks: Object.fromEntries(tasks),
    };
  }

  #sort(): void {
    const names = this.#names;
    const durations = this.#durations;
    const pending = this.#pending;
    for (let place = 0; place < pending; place++) {
      this.#task(names[place] as string).durations.add(durations[place] as number);
    }
    this.#pending = 0;
  }

  #task(name: string): TaskFigures {
    return this.#tasks.get(name) ?? this.#newTask(name);
  }

  #newTask(name: string): TaskFigures {
    if (this.#tasks.size >= MAX_NAMES || name === "other") return this.#other;
    const task = new TaskFigures();
    this.#tasks.set(name, task);
    return task;
  }
}

class TaskFigures {
  readonly durations = new DurationHistogram();
  failed = 0;

  get used(): boolean {
    return this.durations.count + this.failed > 0;
  }

  read(): TaskStats {
    const { durations, failed } = this;
    return {
      finished: durations.count,
      failed,
      p50Ms: durations.quantile(0.5),
      p95Ms: durations.quantile(0.95),
      maxMs: durations.maximum,
      totalMs: durations.total,
    };
  }
}
