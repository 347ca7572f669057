import { checkJson, type Clock } from "../base/index.ts";
import type { Journal } from "../journal/index.ts";
import type { ActiveRun } from "./run/active-run.ts";
import type { ActiveRuns } from "./run/active-runs.ts";
import { answerOf } from "./steps/answers.ts";
import { letterAgain } from "./mail/dead-letters.ts";
import type { Asks } from "./mail/asks.ts";
import type { Answer, Receipt } from "./engine.ts";
import { type CommandedEngine, engineOf } from "./run/journal-engines.ts";
import type { Mail } from "./mail/mail.ts";
import type { Mailboxes } from "./mail/mailboxes.ts";
import type { Note } from "./record/note.ts";
import { ownType } from "./record/own-events.ts";
import { answerRecorded, cancelRecorded, noteRecorded } from "./steps/recorded-run.ts";
import type { RunLocks } from "./run/run-locks.ts";
import type { RunObservers } from "./run/run-observers.ts";
import { noAnswerError } from "./record/wait-errors.ts";

interface Place {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly runs: ActiveRuns;
  readonly observers: RunObservers;
  readonly locks: RunLocks;
  readonly mailboxes: Mailboxes;
  readonly mail: Mail;
  readonly asks: Asks;
}

/**
 * What is done to a run from outside: by the run itself where it is under way here, by the engine of this process in which it
 * is under way, else to its record.
 */
export class RunCommands {
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  /** What it has called ends with it. */
  async cancel(id: string, reason: unknown): Promise<void> {
    const { journal, clock, observers, mailboxes, asks } = this.#place;
    let called: readonly string[] = [];
    await this.#wherever(
      id,
      async ({ handle }) => {
        await handle.cancel(reason);
        // It was stopped before: the cancel is not on record.
        if (handle.halted) await this.cancel(id, reason);
      },
      (engine) => engine.cancel(id, reason),
      async () => {
        const cancelled = await cancelRecorded(journal, clock, id, reason);
        mailboxes.withdraw(id);
        if (cancelled === undefined) return;
        asks.withdrawn(id, reason);
        observers.tell(cancelled.event, cancelled.name);
        ({ called } = cancelled);
      },
    );
    for (const run of called) await this.cancel(run, reason);
  }

  /** Answers what it waits for. @param by The command that brings the answer. */
  answer(id: string, key: string, given: Answer, by?: string): Promise<void> {
    const { journal, clock } = this.#place;
    const answer = answerOf(given);
    if (answer === undefined) return Promise.reject(noAnswerError(key, given));
    return this.#wherever(
      id,
      (run) => run.answer(key, answer, by),
      (engine) => engine.answer(id, key, answer, by),
      () => answerRecorded(journal, clock, id, key, answer, by),
    );
  }

  /** Records an event in it, where it has begun and not ended. */
  async note(id: string, { type, data, by }: Note): Promise<void> {
    const { journal, clock } = this.#place;
    const own = ownType(type, `run "${id}"`);
    const noted = by === undefined ? data : { ...data, by };
    checkJson(noted, `the data of the event "${own}" of run "${id}"`, false);
    await this.#wherever(
      id,
      (run) => run.note(own, noted, by),
      (engine) => engine.note(id, { type, data, by }),
      () => noteRecorded(journal, clock, id, own, noted, by),
    );
  }

  /** Sends a dead letter again. */
  sendAgain(id: string): Promise<Receipt> {
    const { journal, clock, locks, mail } = this.#place;
    return locks.hold(id, async () => {
      const letter = await letterAgain(journal, clock, id);
      return mail.send(letter.to, letter.message, { id: letter.id }, {}, letter.enclosure);
    });
  }

  async #wherever(
    id: string,
    here: (run: ActiveRun) => Promise<void>,
    other: (engine: CommandedEngine) => Promise<void>,
    recorded: () => Promise<void>,
  ): Promise<void> {
    while (!(await this.#elsewhere(id, other, recorded))) {
      const active = this.#place.runs.get(id);
      if (active !== undefined) return here(active);
    }
  }

  /** @returns Whether it was done: not where the run is under way here. */
  #elsewhere(
    id: string,
    other: (engine: CommandedEngine) => Promise<void>,
    recorded: () => Promise<void>,
  ): Promise<boolean> {
    const { journal, runs, locks } = this.#place;
    return locks.hold(id, async () => {
      if (runs.get(id) !== undefined) return false;
      const engine = engineOf(id, journal.inbox);
      await (engine === undefined ? recorded() : other(engine));
      return true;
    });
  }
}
