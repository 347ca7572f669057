import type { Clock, HeadChange } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import type { Definitions } from "../run/definitions.ts";
import { aboutMessage } from "../record/about-message.ts";
import type { RunStart } from "../record/events.ts";
import type { Following } from "../run/following.ts";
import type { Queued } from "./mailbox.ts";
import { runEvent } from "../record/run-event.ts";
import type { RunLocks } from "../run/run-locks.ts";
import type { Slots } from "../run/slots.ts";

/*
 * The beginning of a message's run is recorded before its body runs. If its turn is known to be next, the beginning is
 * recorded along with something else and costs no commit of its own: with the message's receipt if its key is idle, with the
 * ending of the run before it if it waits.
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

/**
 * @param waiting The runs of messages whose turn will come.
 * @param work Goes on with the key: with the message, where there is one.
 */
export function takenTurn(start: RunStart, waiting: Set<string>, work: (message?: Queued) => void): TakenTurn {
  let recording: string | undefined;
  const unless = (): void => void (recording !== undefined && waiting.delete(recording));
  return {
    start,
    record: (run) => {
      unless();
      // One that waits already, such as one that is not due, keeps waiting where this turns out to be the same message.
      recording = waiting.has(run) ? undefined : run;
      waiting.add(run);
    },
    begin: work,
    giveBack: () => {
      unless();
      work();
    },
  };
}

interface BeginningsSettings {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly definitions: Definitions;
  readonly locks: RunLocks;
  readonly handling: Slots;
}

export class Beginnings {
  readonly #settings: BeginningsSettings;

  constructor(settings: BeginningsSettings) {
    this.#settings = settings;
  }

  /** What is recorded of a message's beginning, where that can be done now: it has a place, and no outline comes first. */
  start(definition: string): RunStart | undefined {
    const { definitions, handling } = this.#settings;
    const known = definitions.get(definition);
    if (!handling.available || known.outline !== undefined) return undefined;
    return { name: known.name, version: known.version };
  }

  /** @param isClosed Whether nothing is begun any more, asked when it is recorded. */
  following(message: Queued, isClosed: () => boolean): Following | undefined {
    const { locks, clock } = this.#settings;
    const { run, key, received, begun } = message;
    if (received === undefined || begun !== undefined || locks.has(run)) return undefined;
    const start = this.start(key.name);
    if (start === undefined) return undefined;
    const event = runEvent(run, clock.now(), "", "run-started", start);
    const about = aboutMessage(received.data);
    const head: HeadChange = { stream: run, kind: "run", state: "running", about };
    const recorded = (): void => {
      message.begun = event;
      if (isClosed()) void this.pause(message);
    };
    return { event, head, last: received.seq, recorded };
  }

  /** What was begun on record and is not let run is not to be taken for one that killed its process. */
  async pause({ run, begun }: Queued): Promise<void> {
    if (begun === undefined) return;
    const { journal, clock } = this.#settings;
    try {
      await journal.append([runEvent(run, clock.now(), "", "run-paused", {})]);
    } catch {
      // It looks like a crash then, which does no harm but count.
    }
  }
}
