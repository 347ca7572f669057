import type { FollowedEvent, Hosting } from "../agent/index.ts";
import { AitorError, rebuildError } from "../base/index.ts";
import { type EngineEvent, messageKeyOf } from "../engine/index.ts";
import { type ReactMessage, taskOf } from "./react-message.ts";
import type { ReactOutcome, ReactResult } from "./react-result.ts";
import { ReactStream } from "./react-stream.ts";
import { RunView } from "./run-view.ts";

/** What an agent does for those who follow one of its runs. */
export interface FollowingAgent {
  readonly host: Hosting;
  /** The outcome of a message that was sent before: its run's. */
  outcome(message: ReactMessage, id: string): Promise<ReactOutcome>;
  /** With the steps of its run. */
  result(outcome: ReactOutcome): Promise<ReactResult<unknown>>;
}

/** A run that is on record as those see it who come late. @throws AitorError (rejects with) `run-unknown`. */
export async function followRun({ host, outcome, result }: FollowingAgent, run: string): Promise<ReactStream<unknown>> {
  const view = new RunView(run);
  let early: FollowedEvent[] | undefined = [];
  let listener = (followed: FollowedEvent): void => void early?.push(followed);
  const unfollow = host.runs.follow(run, (followed) => listener(followed));
  try {
    const past = await recordedPast(host, run, view);
    const { message, ended } = past;
    if (message === undefined) throw noProblemError(run);
    const isNew = ({ kind, event }: FollowedEvent): boolean =>
      kind === "recorded" && (event as EngineEvent).seq > past.last;
    // What was written of a reply that is on record by now is no more than that.
    const behind = early.findLastIndex((followed) => followed.kind === "recorded" && !isNew(followed));
    const rest = early.slice(behind + 1);
    const asked = ended ?? outcome(message, messageKeyOf(run)?.message ?? "");
    return new ReactStream<unknown>(
      {
        id: run,
        follow: (take) => {
          early = undefined;
          for (const followed of rest) take(followed);
          listener = take;
          return unfollow;
        },
        cancel: (reason) => host.cancel(run, reason),
        result: asked.then((known) => result(known)),
      },
      view,
    );
  } catch (error) {
    unfollow();
    throw error;
  }
}

interface Past {
  /** The `seq` of the last event on record. */
  readonly last: number;
  /** What the run solves. */
  readonly message: ReactMessage | undefined;
  /** What it came to, where it has ended. */
  readonly ended: Promise<ReactOutcome> | undefined;
}

async function recordedPast(host: Hosting, run: string, view: RunView): Promise<Past> {
  let last = 0;
  let message: ReactMessage | undefined;
  let ended: Promise<ReactOutcome> | undefined;
  for await (const event of host.runs.events(run) as AsyncIterable<EngineEvent>) {
    view.recorded(event);
    last = event.seq;
    if (event.type === "message-received" && taskOf(event.data.message) !== undefined) {
      message = event.data.message as ReactMessage;
    }
    if (event.type === "run-finished") ended = Promise.resolve(event.data.output as ReactOutcome);
    if (event.type === "run-failed" || event.type === "message-set-aside") {
      ended = Promise.reject(rebuildError(event.data.error));
      ended.catch(() => {});
    }
  }
  return { last, message, ended };
}

function noProblemError(run: string): AitorError<"run-unknown"> {
  return new AitorError({
    code: "run-unknown",
    message: `no run "${run}" of this agent solves a problem`,
    expected: "the run of a message that this agent was asked",
    got: `"${run}"`,
    fix: "check the id; the runs of an agent are those whose ids begin with its name and id: aitor runs",
    retryable: false,
    data: { id: run },
  });
}
