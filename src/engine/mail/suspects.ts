import type { Clock, MessageKey } from "../../base/index.ts";
import { expecting, type Journal } from "../../journal/index.ts";
import { aboutMessage } from "../record/about-message.ts";
import { crashesOf } from "./crashes.ts";
import { recordAdvised } from "../record/errors.ts";
import type { RunAbout } from "../record/events.ts";
import { setAsideError } from "../record/message-errors.ts";
import { RecoveredRun } from "../record/recovered-run.ts";
import { runEvent } from "../record/run-event.ts";
import type { RunObservers } from "../run/run-observers.ts";
import { Slots } from "../run/slots.ts";
import { entryOf, usageOwner } from "../record/usage-ledger.ts";

interface SuspectsSettings {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Crashes after which a message is set aside. */
  readonly attempts: number;
  readonly observers: RunObservers;
  readonly onSetAside: (run: string, error: Error) => void;
}

/** Times the attempts: so often one is begun at most that only waited for others whenever its process died. */
export const MOST_BEGINNINGS = 10;

/** Messages that were under way when their process died. */
export class Suspects {
  readonly #settings: SuspectsSettings;
  /** A place for one. */
  readonly #place = new Slots(1);

  constructor(settings: SuspectsSettings) {
    this.#settings = settings;
  }

  /**
   * A message that the next crash would set aside is begun only when no other such message is under way. So the one that
   * kills the process is told from those that were under way beside it.
   *
   * @param free Gives back the place that the run has already.
   * @returns What gives back all of its places.
   */
  async alone(run: string, free: (() => void) | undefined): Promise<(() => void) | undefined> {
    const { journal, attempts } = this.#settings;
    const recovered = await RecoveredRun.read(journal.read(run));
    const { crashes } = recovered === undefined ? { crashes: 0 } : await crashesOf(journal, recovered);
    if (crashes === 0 || crashes !== attempts - 1) return free;
    const leave = await this.#place.take();
    return () => {
      free?.();
      leave();
    };
  }

  /** @returns Whether it was set aside, since it has been under way in too many crashes, or begun far too often. */
  async setAside(run: string, key: MessageKey, recovered: RecoveredRun): Promise<boolean> {
    const { journal, clock, attempts, observers, onSetAside } = this.#settings;
    const { last, message } = recovered;
    const counted = await crashesOf(journal, recovered);
    const { crashes, beginnings } = counted;
    if (crashes < attempts && beginnings < MOST_BEGINNINGS * attempts) return false;
    const error = setAsideError(key, run, counted);
    const data = { error: recordAdvised(error, "", ""), attempts: beginnings };
    const usage = recovered.usage.sums;
    const about: RunAbout = { ...aboutMessage({ ...message, to: key }), ...(usage && { usage }) };
    const event = runEvent(run, clock.now(), "", "message-set-aside", data);
    const entry = usage && entryOf(usageOwner(about), event.at, usage);
    await journal.append([...(entry?.events ?? []), event], {
      expect: expecting(run, last),
      heads: [...(entry?.heads ?? []), { stream: run, kind: "run", state: "set-aside", ended: true, about }],
    });
    observers.tell(event, key.name);
    onSetAside(run, error);
    return true;
  }
}
