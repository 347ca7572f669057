import type { FollowedEvent, Hosting } from "../../agent/index.ts";
import { rebuildError } from "../../base/index.ts";
import { type EngineEvent, messageKeyOf, runUnknownError } from "../../engine/index.ts";
import type { ReactMessage } from "../memory/react-message.ts";
import type { ReactOutcome, ReactResult } from "./react-result.ts";
import { ReactStream, type StreamView } from "./react-stream.ts";

/**
 * Watches a run from where it is now: what is on record is in the snapshot that comes first.
 *
 * @param resultOf How the run ends, given its message and that one's id. Of a run that has ended, also what came of it: a message
 *   whose id is forgotten would be handled again.
 * @throws AitorError (rejects with) `run-unknown`.
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

/** What came of a run that has ended. @throws What it ended with (rejects with). */
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

/** Watches a run from its beginning on. */
export function watchRun<Answer, Event>(
  host: Pick<Hosting, "cancel" | "runs">,
  run: string,
  { fresh }: Views<Event>,
  solve: () => Promise<ReactResult<Answer>>,
): ReactStream<Answer, Event> {
  const follow = (listener: (followed: FollowedEvent) => void): (() => void) => host.runs.follow(run, listener);
  return new ReactStream(
    { id: run, follow, cancel: (reason) => host.cancel(run, reason), result: solve() },
    fresh,
    false,
  );
}

/** How a run is seen from its beginning on, and how where it has begun before. */
export interface Views<Event> {
  readonly fresh: StreamView<Event>;
  readonly late: () => StreamView<Event>;
}

/**
 * Watches the run of a message whose id the caller chose: it may have been sent before. Then what is on record is in the snapshot
 * that comes first. The message is sent at once, whatever the record says.
 */
export function joinRun<Answer, Event>(
  host: Pick<Hosting, "cancel" | "runs">,
  run: string,
  { fresh, late }: Views<Event>,
  solve: () => Promise<ReactResult<Answer>>,
): ReactStream<Answer, Event> {
  const { runs } = host;
  const view = new ChosenView(fresh);
  // What happens while the record is read.
  const early: FollowedEvent[] = [];
  let listener = (followed: FollowedEvent): void => void early.push(followed);
  let told = listener;
  const unfollow = runs.follow(run, (followed) => listener(followed));
  const solving = solve();
  solving.catch(() => {});

  const begin = async (): Promise<void> => {
    const recorded: EngineEvent[] = [];
    for await (const event of runs.events(run)) recorded.push(event as EngineEvent);
    const first = early.flatMap((each) => (each.kind === "recorded" && each.run === run ? [each.event.seq] : []))[0];
    if (recorded.every(({ type, seq }) => type === "message-received" || seq >= (first ?? Infinity))) return;
    const known = late();
    for (const event of recorded) known.take({ kind: "recorded", run, event });
    await known.ready;
    // What was published before something that is on record is in that.
    const last = recorded.at(-1)?.seq ?? 0;
    early.splice(0, 1 + early.findLastIndex((each) => each.kind === "recorded" && each.event.seq <= last));
    view.chosen = known;
  };
  const goOn = (): void => {
    listener = told;
    for (const followed of early.splice(0)) told(followed);
    if (view.chosen !== fresh) stream.fallBehind();
  };
  const begun = begin().then(goOn, goOn);
  const follow = (listen: typeof listener): (() => void) => {
    told = listen;
    return unfollow;
  };
  const stream: ReactStream<Answer, Event> = new ReactStream(
    { id: run, follow, cancel: (reason) => host.cancel(run, reason), result: begun.then(() => solving) },
    view,
    false,
  );
  return stream;
}

/** Of two views the one that it turned out to be. */
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
