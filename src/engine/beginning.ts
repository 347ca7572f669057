import type { EventEnvelope, HeadChange, Runnable } from "../base/index.ts";
import type { MessageReceipt, RunAbout, RunStart } from "./events.ts";
import type { Queued } from "./mailbox.ts";

/*
 * That a message's run begins is on record before its body runs. Where it is known that its turn is next, that goes along
 * with what is recorded anyway, and costs no commit of its own: with the message's receipt where its key is idle, with the
 * ending of the run before it where it waits.
 */

/** The turn of a key that is idle, taken for a message before that is on record. Nothing else of the key begins meanwhile. */
export interface TakenTurn {
  /** What is recorded with the receipt. */
  readonly start: RunStart;
  /** The two are about to be recorded for this run; called again where another id is tried. */
  record(run: string): void;
  /** They are on record. */
  begin(message: Queued): void;
  /** They are not, and will not be. */
  giveBack(): void;
}

/** What is recorded with the ending of a run: that the next one of its key begins. */
export interface Following {
  readonly event: EventEnvelope;
  readonly head: HeadChange;
  /** The `seq` of the last event of its stream. */
  readonly last: number;
  /** It is on record. */
  recorded(): void;
}

/** How the run of a message begins, where that can be said in the append of something else. */
export function startOf({ name, version, outline }: Runnable): RunStart | undefined {
  return outline === undefined ? { name, version } : undefined;
}

/** @param received The receipt of the message. */
export function following(
  received: EventEnvelope,
  start: RunStart,
  now: number,
  recorded: (begun: EventEnvelope) => void,
): Following {
  const { stream, seq } = received;
  const { to, asked } = received.data as MessageReceipt;
  const event = startedEvent(stream, now, start);
  const about: RunAbout = { name: to.name, key: to, ...(asked === true && { asked }) };
  const head: HeadChange = { stream, kind: "run", state: "running", about };
  return { event, head, last: seq, recorded: () => void recorded(event) };
}

export function startedEvent(run: string, at: number, start: RunStart): EventEnvelope {
  return { v: 1, stream: run, seq: 0, at, run, key: "", type: "run-started", data: start };
}
