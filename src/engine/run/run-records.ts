import { type AitorError, type Clock, type EventEnvelope, isAitorError, type KeptChange } from "../../base/index.ts";
import { type AppendOptions, expecting, type HeadChange, type Journal } from "../../journal/index.ts";
import { aboutMessage } from "../record/about-message.ts";
import type { Following } from "./following.ts";
import type { EngineEvent, EventData, RunAbout, RunStarted, RunState } from "../record/events.ts";
import type { Recordable } from "../steps/run-context.ts";
import { runEvent } from "../record/run-event.ts";
import type { RunSettings } from "./run-settings.ts";
import { RunUsage } from "../record/run-usage.ts";
import { entryOf, sumUpSeldom, usageOwner } from "../record/usage-ledger.ts";
import type { UsageSums } from "../record/usage-sums.ts";

/** Nobody waits for these where they expect nothing: they ride along with what comes next. */
const LAZY: ReadonlySet<EngineEvent["type"]> = new Set([
  "run-started",
  "step-started",
  "step-retried",
  "timer-set",
  "run-suspended",
  "release-failed",
  "scope-outlined",
]);

/** Nothing goes on by these. */
const ASIDE: ReadonlySet<EngineEvent["type"]> = new Set(["run-resumed", "run-paused", "scope-outlined"]);

const ENDED: ReadonlySet<RunState> = new Set(["finished", "failed", "cancelled", "set-aside"]);

type RecordsSettings = Pick<
  RunSettings,
  "id" | "journal" | "clock" | "name" | "message" | "parent" | "recovered" | "holder" | "mail"
>;

interface Listener {
  readonly event: (event: EngineEvent) => void;
  readonly failure: (error: Error) => void;
}

/** What writes one run's events, and keeps its head true. */
export class RunRecords {
  readonly #id: string;
  readonly #journal: Journal;
  readonly #durable: boolean;
  readonly #clock: Clock;
  readonly #about: RunAbout;
  readonly #mail: RunSettings["mail"];
  /** It handles a message that somebody asked who, if not in this process, is told nowhere. */
  readonly #isAskedHere: boolean;
  readonly #on: Listener;
  /** What its head tells besides, as it was last written. */
  #said: RunAbout | undefined;
  #state: RunState | undefined;
  #begun = false;
  #restsFor: readonly string[] | undefined;
  #usage: RunUsage | undefined;
  /** Appends that are under way and that somebody may wait for. */
  #awaited = 0;
  /** The last append that is under way. */
  #underWay: UnderWay | undefined;

  /** @param on Told of each event once it is recorded, and where one could not be. */
  constructor(settings: RecordsSettings, on: Listener) {
    const { id, journal, clock, name, message, parent, recovered, holder, mail } = settings;
    this.#id = id;
    this.#journal = journal;
    this.#durable = journal.durable;
    this.#clock = clock;
    this.#about = {
      ...(message === undefined ? { name } : aboutMessage(message)),
      ...(parent !== undefined && { parent, ...(holder && { holder }) }),
    };
    this.#mail = mail;
    this.#isAskedHere = message?.asked === true && message.sender === undefined && message.by === undefined;
    this.#usage = recovered?.usage;
    this.#restsFor = recovered?.restsFor;
    this.#on = on;
  }

  /** Whether the stream is its own; it may be another's where its id is taken. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Its head says that it waits. */
  get suspended(): boolean {
    return this.#state === "suspended";
  }

  /** The keys of what it waited for when its process ended, as long as nothing of it has gone on, or rests again. */
  get restsFor(): readonly string[] | undefined {
    return this.#restsFor;
  }

  /** Something goes on when what is being recorded is durable. */
  get awaited(): boolean {
    return this.#awaited > 0;
  }

  append<Type extends EngineEvent["type"]>(
    type: Type,
    key: string,
    data: EventData<Type>,
    { state, expect, change, following }: AppendSettings = {},
  ): void | Promise<void> {
    const event = this.event(type, key, data);
    const mayRide = this.#durable && expect === undefined && LAZY.has(type);
    const { effect, metered } = data as Partial<EventData<"step-started">>;
    const lazy = mayRide && effect !== "once" && metered !== true;
    if (metered === true) (this.#usage ??= new RunUsage()).take(event);
    const goesOn = (this.#state === "suspended" || this.#restsFor !== undefined) && !ASIDE.has(type);
    if (goesOn) this.#restsFor = undefined;
    const next = state ?? (goesOn && this.#state === "suspended" ? "running" : undefined);
    if (next === undefined && expect === undefined && change === undefined) {
      return this.#write([event], lazy ? RIDES : undefined);
    }
    const waitsFor = type === "run-suspended" ? (data as EventData<"run-suspended">).waitsFor : undefined;
    const usage = next !== undefined && ENDED.has(next) ? this.#usage?.sums : undefined;
    const entry = usage && entryOf(usageOwner(this.#about), event.at, usage);
    const heads = [...(change?.heads ?? []), ...(entry?.heads ?? [])];
    if (next !== undefined) heads.push(this.#head(next, waitsFor, usage));
    if (following !== undefined) heads.push(following.head);
    const isAlone = change === undefined && entry === undefined;
    const events = isAlone ? [event] : [...(change?.events ?? []), ...(entry?.events ?? []), event];
    if (following !== undefined) events.push(following.event);
    const written = this.#write(events, {
      ...(heads.length > 0 && { heads }),
      ...(expect !== undefined && { expect }),
      ...(lazy && RIDES),
    });
    if (entry === undefined) return written;
    const sumUp = (): void => sumUpSeldom(this.#journal, usageOwner(this.#about), entry);
    return written === undefined ? sumUp() : written.then(sumUp);
  }

  /** Its beginning, which was recorded with something else. */
  adopt(begun: RunStarted): void {
    this.#state = "running";
    this.#said = this.#about;
    this.#recorded([begun]);
  }

  /** As `append`, with the beginning of another run where that can still be. */
  end<Type extends EngineEvent["type"]>(
    type: Type,
    data: EventData<Type>,
    settings: AppendSettings,
    following: Following | undefined,
  ): void | Promise<void> {
    if (following === undefined) return this.append(type, "", data, settings);
    const { event, last } = following;
    const recorded = (): void => following.recorded();
    const alone = (error: unknown): void | Promise<void> => {
      if (!isAitorError(error, "journal-conflict")) throw error;
      return this.append(type, "", data, settings);
    };
    try {
      const appended = this.append(type, "", data, { ...settings, following, expect: expecting(event.stream, last) });
      return appended === undefined ? recorded() : appended.then(recorded, alone);
    } catch (error) {
      return alone(error);
    }
  }

  /** An event that is none of the engine's own. */
  appendOwn({ type, key, data }: Pick<EventEnvelope, "type" | "key" | "data">, rides: boolean): void | Promise<void> {
    const event = this.event(type, key, data);
    (this.#usage ??= new RunUsage()).take(event);
    return this.#write([event], rides && this.#durable ? RIDES : undefined);
  }

  /** Where it cannot be recorded that the run pauses, it looks like a crash, which does no harm but count. */
  async pause(data: EventData<"run-paused">): Promise<void> {
    try {
      await this.append("run-paused", "", data);
    } catch {
      // The journal is closed or fails, which is told to whoever appends next.
    }
  }

  appendAll(events: readonly Recordable[]): void | Promise<void> {
    this.#restsFor = undefined;
    const heads = this.#state === "suspended" ? [this.#head("running")] : undefined;
    return this.#write(
      events.map(({ type, key, data }) => this.event(type, key, data)),
      heads && { heads },
    );
  }

  /** Tells subscribers only. */
  tell<Type extends EngineEvent["type"]>(type: Type, key: string, data: EventData<Type>): void {
    this.#on.event(this.event(type, key, data) as EngineEvent);
  }

  event<Type extends string, Data>(type: Type, key: string, data: Data): EventEnvelope<Type, Data> {
    return runEvent(this.#id, this.#clock.now(), key, type, data);
  }

  #head(state: RunState, waitsFor?: readonly string[], usage?: UsageSums): HeadChange {
    this.#state = state;
    const isUnheard = state === "failed" && this.#isAskedHere && !this.#mail.awaits(this.#id);
    const isMore = waitsFor !== undefined || usage !== undefined || isUnheard;
    const about = isMore
      ? {
          ...this.#about,
          ...(waitsFor && { waitsFor }),
          ...(usage && { usage }),
          ...(isUnheard && { asked: false }),
        }
      : this.#about;
    const isSaid = about === this.#said;
    this.#said = about;
    return { stream: this.#id, kind: "run", state, ended: ENDED.has(state), ...(!isSaid && { about }) };
  }

  #write(events: readonly EventEnvelope[], options: AppendOptions | undefined): void | Promise<void> {
    // What expects something may find that the stream is another run's.
    if (options?.expect === undefined) this.#begun = true;
    const written = this.#journal.append(events, options);
    if (written === undefined) return this.#recorded(events);
    const awaited = options?.lazy === true ? 0 : 1;
    this.#awaited += awaited;
    // What becomes durable together is told together.
    const together = this.#underWay;
    if (together?.written === written) {
      together.awaited += awaited;
      together.events = [...together.events, ...events];
      return written;
    }
    const underWay: UnderWay = { written, events, awaited };
    this.#underWay = underWay;
    written.then(
      () => {
        if (this.#underWay === underWay) this.#underWay = undefined;
        this.#awaited -= underWay.awaited;
        this.#recorded(underWay.events);
      },
      // What is refused because of what it expects is told to who appended it.
      options?.expect === undefined ? this.#on.failure : ignore,
    );
    return written;
  }

  /** Events that were recorded along with the run's are told by those who keep them. */
  #recorded(events: readonly EventEnvelope[]): void {
    this.#begun = true;
    if (events.length === 1) this.#on.event(events[0] as EngineEvent);
    else for (const event of events) if (event.stream === this.#id) this.#on.event(event as EngineEvent);
  }
}

/** Events that are being recorded, and how many appends of them somebody may wait for. */
interface UnderWay {
  readonly written: Promise<void>;
  events: readonly EventEnvelope[];
  awaited: number;
}

/** What is said along with an event. */
interface AppendSettings {
  /** What the run is from now on. */
  readonly state?: RunState;
  readonly expect?: AppendOptions["expect"];
  /** What is recorded before it, in other streams. */
  readonly change?: KeptChange | undefined;
  /** What is recorded behind it, of another run. */
  readonly following?: Following;
}

const RIDES: AppendOptions = { lazy: true };

function ignore(): void {}

/** Appends; a conflict becomes another error. */
export async function unlessConflict(append: () => void | Promise<void>, conflict: () => AitorError): Promise<void> {
  try {
    await append();
  } catch (error) {
    throw isAitorError(error, "journal-conflict") ? conflict() : error;
  }
}
