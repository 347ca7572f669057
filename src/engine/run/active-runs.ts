import { type Clock, environment, logAsTheEnvironmentSays, type MessageKey, type Runnable } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import { ActiveRun, type HaltedOrNot } from "./active-run.ts";
import { Burst } from "./burst.ts";
import type { MessageReceived, RunOrigin } from "../record/events.ts";
import type { Figures } from "../figures/figures.ts";
import type { Halt } from "../record/halt.ts";
import { Outlines } from "../record/outlines.ts";
import type { Ending, RecoveredRun } from "../record/recovered-run.ts";
import type { RunContext } from "../steps/run-context.ts";
import { engineClosedError } from "../record/run-errors.ts";
import { RunEvents } from "./run-events.ts";
import { RunExecution } from "./run-execution.ts";
import type { RunObservers } from "./run-observers.ts";
import { RunRetention } from "./run-retention.ts";
import type { RunSettings } from "./run-settings.ts";

/** What every run of an engine gets. */
export interface ActiveRunsSettings {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly figures: Figures;
  readonly observers: RunObservers;
  readonly retain: "all" | "nothing";
  readonly asks: boolean;
  readonly child: RunSettings["child"];
  readonly endCall: RunContext["endCall"];
  readonly mail: RunContext["mail"];
  /** Told of each run that has an ending on record. */
  readonly onEnded: (id: string, ending: Ending) => void;
  /** Told of each that stopped without one, but for children. @param key Of one that handles a message. */
  readonly onHalted: (key: MessageKey | undefined, halt: Halt) => void;
}

/** A run to be begun, or gone on with. */
export interface Launch<Input, Output> {
  readonly id: string;
  /** The id was made up for it. @default false */
  readonly isNew?: boolean;
  readonly runnable: Runnable<Input, Output>;
  readonly input: Input;
  readonly recovered?: RecoveredRun | undefined;
  /** The receipt of a message that was not begun before. */
  readonly received?: MessageReceived | undefined;
  readonly begun?: RunSettings["begun"];
  readonly following?: RunSettings["following"];
  readonly key?: MessageKey | undefined;
  readonly parent?: string | undefined;
  readonly origin?: RunOrigin | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onRest?: RunSettings["onRest"];
  readonly onYield?: RunSettings["onYield"];
  /** Of a child: whose place its parent holds. */
  readonly holder?: MessageKey | undefined;
  /** Somebody gets its handle, and may read its events after its end. */
  readonly watched: boolean;
}

/** The runs under way in one engine. */
export class ActiveRuns {
  readonly #settings: ActiveRunsSettings;
  readonly #runs = new Map<string, ActiveRun>();
  readonly #outlines: Outlines;
  readonly #retention: RunRetention;
  /** Where runs have to wait for the disk, that is what they come by. */
  readonly #burst: Burst | undefined;
  readonly #doubtIn: RunSettings["doubtIn"] = (run, why) => this.#runs.get(run)?.execution.root.doubt(why);

  constructor(settings: ActiveRunsSettings) {
    const { journal, retain } = settings;
    this.#settings = settings;
    this.#outlines = new Outlines(journal);
    this.#retention = new RunRetention(journal, retain);
    this.#burst = journal.durable ? undefined : new Burst();
  }

  get(id: string): ActiveRun | undefined {
    return this.#runs.get(id);
  }

  /** Steps that wait for a place. */
  get waiting(): number {
    let waiting = 0;
    for (const { execution } of this.#runs.values()) waiting += execution.root.waiting;
    return waiting;
  }

  /** Answers that are waited for. */
  get pending(): number {
    let pending = 0;
    for (const { execution } of this.#runs.values()) pending += execution.waits.answerable.length;
    return pending;
  }

  launch<Input, Output>(launch: Launch<Input, Output>): HaltedOrNot<Output> {
    const { id, runnable, signal } = launch;
    const { journal } = this.#settings;
    const recovered = launch.recovered !== undefined || launch.received !== undefined;
    const events = new RunEvents((from) =>
      journal.read(id, recovered || execution.begun ? from : Number.MAX_SAFE_INTEGER),
    );
    const execution = this.#execution<Output>(launch, events);
    const active = new ActiveRun(runnable.name, execution, events, journal);
    if (launch.parent !== undefined) this.#retention.addParent(launch.parent);
    const cancel = (): void => execution.cancel(signal?.reason);
    const ended = (ending: Ending): void => {
      signal?.removeEventListener("abort", cancel);
      this.#burstOf(launch)?.over();
      if (this.#runs.get(id) === active) this.#runs.delete(id);
      if (execution.ended) this.#settings.onEnded(id, ending);
      else if (launch.parent === undefined && "error" in ending) {
        this.#settings.onHalted(launch.key, { run: id, error: ending.error });
      }
      this.#retention.end(launch, execution.ended, events);
    };
    if (!this.#runs.has(id)) this.#runs.set(id, active);
    execution.result.then(
      (output) => ended({ output }),
      (error: unknown) => ended({ error: error as Error }),
    );
    execution.start(runnable, launch.input);
    if (signal?.aborted === true) cancel();
    else signal?.addEventListener("abort", cancel, { once: true });
    return active.handle;
  }

  /** Halts all of them; resolves when they have given back what they took, and what is not to be kept is forgotten. */
  async halt(): Promise<void> {
    const active = [...this.#runs.values()];
    for (const { execution } of active) execution.halt(engineClosedError());
    await Promise.allSettled(active.map(({ execution }) => execution.result));
    await this.#retention.settled();
  }

  /** A child begins at once: its parent has its turn. */
  #burstOf({ parent }: Pick<Launch<never, never>, "parent">): Burst | undefined {
    return parent === undefined ? this.#burst : undefined;
  }

  #execution<Output>(
    launch: Omit<Launch<never, Output>, "input" | "runnable"> & {
      readonly runnable: Pick<Runnable, "name" | "version" | "outline" | "carries">;
    },
    events: RunEvents,
  ): RunExecution<Output> {
    const { journal, clock, figures, observers, asks, child, endCall, mail } = this.#settings;
    const { id, isNew = false, runnable, recovered, received, key, parent, origin, onRest, onYield } = launch;
    const { name } = runnable;
    const burst = this.#burstOf(launch);
    const holder = key ?? launch.holder;
    return new RunExecution<Output>({
      id,
      isNew,
      name,
      journal,
      clock,
      freeze: environment().development,
      asks,
      figures,
      recovered,
      key,
      holder,
      received,
      begun: launch.begun,
      following: launch.following,
      message: received?.data ?? recovered?.message,
      mail,
      parent,
      origin,
      carried: recovered === undefined && received === undefined ? runnable.carries : recovered?.started?.carried,
      outline:
        recovered?.started === undefined || recovered.isOther(runnable.version)
          ? this.#outlines.of(runnable)
          : undefined,
      outlines: this.#outlines,
      ready: logAsTheEnvironmentSays(),
      begin: (body) => (burst === undefined ? body() : burst.begin(body)),
      child,
      endCall,
      doubtIn: this.#doubtIn,
      onRest,
      onYield,
      onEvent: (event) => {
        events.publish(event);
        observers.tell(event, name);
      },
    });
  }
}
