import type { FollowedEvent, Hosting } from "../../agent/index.ts";
import { invalidOptionGot, rebuildError } from "../../base/index.ts";
import { type EngineEvent, messageKeyOf, runUnknownError } from "../../engine/index.ts";
import { type ReactMessage, taskOf } from "../memory/react-message.ts";
import type { ReactOutcome, ReactResult } from "./react-result.ts";
import { ReactStream, type StreamView } from "./react-stream.ts";

/**
 * Watches a run from where it is now. What is on record is in the snapshot that comes first.
 *
 * @param resultOf Returns how the run ends, given its message, the message's id and, if the run has ended, its outcome: a message
 *   whose id is forgotten would be handled again.
 * @throws AitorError (rejects with) `run-unknown`; `invalid-option` for the run of a command.
 */
export async function followRun<Event>(
  host: Pick<Hosting, "cancel" | "runs">,
  run: string,
  resultOf: (message: ReactMessage, id: string, ended: Ended | undefined) => Promise<ReactResult<unknown>>,
  view: StreamView<Event>,
): Promise<ReactStream<unknown, Event>> {
  const { runs } = host;
  const id = messageKeyOf(run)?.message;
  // What happens while the record is read.
  const early: FollowedEvent[] = [];
  let listener = (followed: FollowedEvent): void => void early.push(followed);
  const unfollow = runs.follow(run, (followed) => listener(followed));
  let message: unknown;
  let ended: Ended | undefined;
  let last = 0;
  try {
    for await (const each of runs.events(run)) {
      const event = each as EngineEvent;
      if (event.type === "message-received") ({ message } = event.data);
      ended ??= endedBy(event);
      view.take({ kind: "recorded", run, event });
      last = event.seq;
    }
    await view.ready;
    if (id === undefined || message === undefined) throw runUnknownError(run);
    if (taskOf(message) === undefined)
      throw invalidOptionGot("a run to follow", "one that solves a problem", `"${run}", which only changes memory`);
  } catch (error) {
    unfollow();
    throw error;
  }
  // What was published before something that is on record is in that.
  const behind = early.findLastIndex((followed) => followed.kind === "recorded" && followed.event.seq <= last);
  const follow = (told: typeof listener): (() => void) => {
    listener = told;
    for (const followed of early.slice(behind + 1)) told(followed);
    return unfollow;
  };
  const result = resultOf(message as ReactMessage, id, ended);
  return new ReactStream<unknown, Event>(
    { id: run, follow, cancel: (reason) => host.cancel(run, reason), result },
    view,
    true,
  );
}

/** Returns the outcome of a run that has ended. @throws What it ended with (rejects with). */
type Ended = () => Promise<ReactOutcome>;

function endedBy({ type, data }: EngineEvent): Ended | undefined {
  switch (type) {
    case "run-finished":
      return () => Promise.resolve(data.output as ReactOutcome);
    case "run-failed":
    case "run-cancelled":
    case "message-set-aside":
      return () => Promise.reject(rebuildError(data.error));
    default:
      return undefined;
  }
}

/** How a run is seen, from its beginning on or where it has begun before. */
type Watched<Event> = (run: string, isLate: boolean) => StreamView<Event>;

/** Returns the nth run of the message's id, from 1 on. An id that is forgotten may come again. */
type RunOf = (nth: number) => string;

/** Watches a run from its beginning on. */
export function watchRun<Answer, Event>(
  host: Pick<Hosting, "cancel" | "runs">,
  runOf: RunOf,
  watched: Watched<Event>,
  solve: () => Promise<ReactResult<Answer>>,
): ReactStream<Answer, Event> {
  const id = runOf(1);
  const follow = (listener: (followed: FollowedEvent) => void): (() => void) => host.runs.follow(id, listener);
  return new ReactStream(
    { id, follow, cancel: (reason) => host.cancel(id, reason), result: solve() },
    watched(id, false),
    false,
  );
}

/** Returns which run of a message's id is the last one: the first if there is none. */
export async function lastRun(runs: Pick<Hosting["runs"], "events">, runOf: RunOf): Promise<number> {
  let nth = 1;
  while (await isOnRecord(runs, runOf(nth))) nth++;
  return Math.max(1, nth - 1);
}

async function isOnRecord(runs: Pick<Hosting["runs"], "events">, run: string): Promise<boolean> {
  for await (const { seq } of runs.events(run)) return seq > 0;
  return false;
}

/**
 * Watches the run of a message whose id the caller chose. If the message was sent before, what is on record is in the snapshot
 * that comes first. If the id is forgotten, the new run is watched. The message is sent at once, whatever the record says.
 */
export function joinRun<Answer, Event>(
  host: Pick<Hosting, "cancel" | "runs">,
  runOf: RunOf,
  watched: Watched<Event>,
  solve: () => Promise<ReactResult<Answer>>,
): ReactStream<Answer, Event> {
  const { runs } = host;
  const first = runOf(1);
  let id = first;
  const view = new ChosenView(watched(first, false));
  // What happens while the record is read.
  const early: FollowedEvent[] = [];
  const happens = Promise.withResolvers<void>();
  let listener = (followed: FollowedEvent): void => {
    early.push(followed);
    happens.resolve();
  };
  let told = listener;
  // All of the agent's: which run of the message's id it is, is not known yet.
  const unfollow = runs.follow(first.slice(0, first.lastIndexOf("/")), (followed) => {
    if (followed.run.startsWith(first) && "#/".includes(followed.run[first.length] ?? "/")) listener(followed);
  });
  const solving = solve();
  solving.catch(() => {});

  /** @returns Whether it has begun before. */
  const begin = async (): Promise<boolean> => {
    const nth = await lastRun(runs, runOf);
    let run = runOf(nth);
    let recorded = (await Array.fromAsync(runs.events(run))) as EngineEvent[];
    if (recorded.some((event) => endedBy(event) !== undefined)) {
      // Its id may be forgotten: then there is a new run, and else this one's result.
      await Promise.race([happens.promise, solving.catch(() => {})]);
      const next = runOf(nth + 1);
      if (early.some((each) => each.run === next)) [run, recorded] = [next, []];
    }
    id = run;
    if (run !== first) view.chosen = watched(run, false);
    const begun = early.flatMap((each) => (each.kind === "recorded" && each.run === run ? [each.event.seq] : []))[0];
    if (recorded.every(({ type, seq }) => type === "message-received" || seq >= (begun ?? Infinity))) return false;
    const known = watched(run, true);
    for (const event of recorded) known.take({ kind: "recorded", run, event });
    await known.ready;
    // What was published before something that is on record is in that.
    const seq = recorded.at(-1)?.seq ?? 0;
    early.splice(0, 1 + early.findLastIndex((each) => each.kind === "recorded" && each.event.seq <= seq));
    view.chosen = known;
    return true;
  };
  const goOn = (isLate: boolean): void => {
    listener = told;
    for (const followed of early.splice(0)) told(followed);
    if (isLate) stream.fallBehind();
  };
  const begun = begin().then(goOn, () => goOn(false));
  const follow = (listen: typeof listener): (() => void) => {
    told = listen;
    return unfollow;
  };
  const cancel = async (reason: unknown): Promise<void> => {
    await begun;
    await host.cancel(id, reason);
  };
  const stream: ReactStream<Answer, Event> = new ReactStream(
    {
      get id() {
        return id;
      },
      follow,
      cancel,
      result: begun.then(() => solving),
    },
    view,
    false,
  );
  return stream;
}

/** The one of two views that turns out to apply. */
class ChosenView<Event> implements StreamView<Event> {
  chosen: StreamView<Event>;

  constructor(view: StreamView<Event>) {
    this.chosen = view;
  }

  get snapshot(): Event {
    return this.chosen.snapshot;
  }

  take(followed: FollowedEvent): readonly Event[] {
    return this.chosen.take(followed);
  }
}
