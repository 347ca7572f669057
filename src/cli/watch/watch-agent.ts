import type { AitorHost } from "../../agent/index.ts";
import { rebuildError, visible } from "../../base/index.ts";
import { type EngineEvent, endsRun } from "../../engine/index.ts";
import type { ReactResult, ReactStream } from "../../reasoning/index.ts";
import type { AgentDisplay } from "./agent-display.ts";
import type { AgentEvent } from "../text/agent-event.ts";
import type { AgentWaits } from "./agent-waits.ts";
import { backgroundClock } from "../terminal/background-clock.ts";
import { endingLines } from "./chat-ending.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { InterruptedError, isWithdrawal } from "../terminal/errors.ts";
import type { Interruption } from "../terminal/interruption.ts";
import type { JournalPlace } from "../load/journal-place.ts";
import { LiveAgent } from "./live-agent.ts";
import { PlainAgent } from "./plain-agent.ts";
import type { TodoBoard } from "../text/todo-board.ts";
import { patienceLine, resumeLine, startLine } from "../text/watch-text.ts";

export interface WatchedAgent {
  readonly host: AitorHost;
  /** Of the agent, with its id. */
  readonly name: string;
  readonly run: string;
  /** It is a planning agent. */
  readonly plans: boolean;
  readonly board: TodoBoard;
  readonly waits: AgentWaits;
  /** None where the run is in memory. */
  readonly place: JournalPlace | undefined;
  readonly output: CommandOutput;
  readonly interruption: Interruption;
  /** Steps on record from before. @default it begins */
  readonly steps?: number;
  /** What `--module` of `aitor resume` named. */
  readonly module?: string | undefined;
  /** Begins it, or goes on with it. */
  readonly open: () => Promise<ReactStream<unknown, AgentEvent>>;
}

/** How a problem was solved, after all of it was shown. An interruption cancels the run, or leaves it to be resumed. */
export async function watchAgent(watched: WatchedAgent): Promise<ReactResult<unknown>> {
  const { host, name, run, waits, place, output, interruption, steps, module, open } = watched;
  const { signal } = interruption;
  const display = displayOf(watched);
  const showDirectly = output.showThrough((text) => display.above(text));
  const startedAt = backgroundClock.monotonic();
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => {});
  let begun = steps !== undefined;
  let ended = false;
  const stop = host.observeRuns((event: EngineEvent) => {
    waits.take(event);
    if (event.run !== run) return;
    if (event.type === "run-started" || event.type === "run-resumed") {
      begun = true;
      if (!ended) output.tell(startLine(run, name, steps, output.style));
    }
    if (endsRun(event.type)) ended = true;
    if (event.type === "run-halted") over.reject(rebuildError(event.data.error));
  });
  const interrupted = (): void => {
    const { reason } = signal as { reason: unknown };
    if (reason instanceof InterruptedError) output.tell(patienceLine(reason));
    if (place === undefined || isWithdrawal(reason)) void host.cancel(run, reason).catch(over.reject);
    else void host.shutdown({ deadline: 0 }).finally(() => over.reject(reason));
  };
  let result: ReactResult<unknown> | undefined;
  try {
    const stream = await open();
    stream.result.catch(() => {});
    signal.addEventListener("abort", interrupted, { once: true });
    if (signal.aborted) interrupted();
    await Promise.race([showAll(stream, display), over.promise]);
    result = await Promise.race([stream.result, over.promise]);
    if (signal.aborted && result.status !== "answered") throw signal.reason;
    return result;
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    stop();
    waits[Symbol.dispose]();
    signal.removeEventListener("abort", interrupted);
    showDirectly();
    const elapsedMs = backgroundClock.monotonic() - startedAt;
    display.end(result === undefined ? [] : lastLines(result, elapsedMs, watched));
    if (place !== undefined && begun && !ended) output.tell(resumeLine(run, module, place, output.style));
    // What comes before it, or beside it, is not waited for.
    if (signal.aborted) await host.shutdown({ deadline: 0 });
  }
}

function displayOf({ board, plans, output }: WatchedAgent): AgentDisplay {
  const { terminal, style } = output;
  const clock = backgroundClock;
  if (terminal !== undefined) return new LiveAgent(board, { plans, terminal, clock, style });
  return new PlainAgent(board, { plans, write: (text) => output.write(text), clock, style });
}

async function showAll(stream: ReactStream<unknown, AgentEvent>, display: AgentDisplay): Promise<void> {
  for await (const event of stream) display.apply(event);
}

function lastLines(
  result: ReactResult<unknown>,
  elapsedMs: number,
  { name, place, output: { style } }: WatchedAgent,
): string[] {
  const [first = "", ...rest] = endingLines(result, elapsedMs, style, place?.option);
  if (result.status !== "answered") return [first, ...rest];
  return [`${style("green", "✔")} ${visible(name)}  ${first}`, ...rest];
}
