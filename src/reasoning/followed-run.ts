import type { FollowedEvent, Hosting } from "../agent/index.ts";
import { type EngineEvent, messageKeyOf, runUnknownError } from "../engine/index.ts";
import type { ReactMessage } from "./react-message.ts";
import type { ReactOutcome, ReactResult } from "./react-result.ts";
import { ReactStream, type StreamView } from "./react-stream.ts";

/**
 * Watches a run from where it is now: what is on record is in the snapshot that comes first.
 *
 * @param resultOf How the run ends, given its message and that one's id; and how it has ended, as its id may be forgotten.
 * @throws AitorError (rejects with) `run-unknown`.
 */
export async function followRun<Event>(
  host: Pick<Hosting, "cancel" | "runs">,
  run: string,
  resultOf: (message: ReactMessage, id: string, ended: ReactOutcome | undefined) => Promise<ReactResult<unknown>>,
  view: StreamView<Event>,
): Promise<ReactStream<unknown, Event>> {
  const { runs } = host;
  const id = messageKeyOf(run)?.message;
  // What happens while the record is read.
  const early: FollowedEvent[] = [];
  let listener = (followed: FollowedEvent): void => void early.push(followed);
  const unfollow = runs.follow(run, (followed) => listener(followed));
  let message: unknown;
  let ended: ReactOutcome | undefined;
  let last = 0;
  for await (const event of runs.events(run)) {
    if (event.type === "message-received") ({ message } = event.data as { readonly message: unknown });
    if (event.type === "run-finished") ({ output: ended } = event.data as { readonly output: ReactOutcome });
    view.take({ kind: "recorded", run, event: event as EngineEvent });
    last = event.seq;
  }
  if (id === undefined || message === undefined) {
    unfollow();
    throw runUnknownError(run);
  }
  // What was published before something that is on record is in that.
  const behind = early.findLastIndex((followed) => followed.kind === "recorded" && followed.event.seq <= last);
  const follow = (told: typeof listener): (() => void) => {
    listener = told;
    for (const followed of early.slice(behind + 1)) told(followed);
    return unfollow;
  };
  const result = resultOf(message as ReactMessage, id, ended);
  const cancel = (reason: unknown): Promise<void> => host.cancel(run, reason);
  return new ReactStream<unknown, Event>({ id: run, follow, cancel, result }, view, true);
}

/** Watches a run from its beginning on. */
export function watchRun<Answer, Event>(
  host: Pick<Hosting, "cancel" | "runs">,
  run: string,
  view: StreamView<Event>,
  solve: () => Promise<ReactResult<Answer>>,
): ReactStream<Answer, Event> {
  const follow = (listener: (followed: FollowedEvent) => void): (() => void) => host.runs.follow(run, listener);
  const cancel = (reason: unknown): Promise<void> => host.cancel(run, reason);
  return new ReactStream({ id: run, follow, cancel, result: solve() }, view, false);
}
