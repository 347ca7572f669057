import type { Journal } from "../../journal/index.ts";
import type { Answer, RunHandle } from "../engine.ts";
import type { EngineEvent } from "../record/events.ts";
import { isDoneBy } from "../steps/recorded-run.ts";
import type { RunEvents } from "./run-events.ts";
import type { RunExecution } from "./run-execution.ts";

/** A handle that tells whether the run stopped without an ending on record. */
export interface HaltedOrNot<Output> extends RunHandle<Output> {
  readonly halted: boolean;
}

/** A run under way, and its handle. Classes, since each message makes one of each. */
export class ActiveRun<Output = unknown> {
  readonly name: string;
  readonly execution: Pick<RunExecution<Output>, "id" | "halt" | "note" | "result" | "root" | "waits" | "waitsFor">;
  readonly handle: HaltedOrNot<Output>;
  readonly #journal: Journal;

  constructor(name: string, execution: RunExecution<Output>, events: RunEvents, journal: Journal) {
    this.name = name;
    this.execution = execution;
    this.handle = new ActiveHandle(execution, events);
    this.#journal = journal;
  }

  /** The keys of what it waits for from outside, where it rests. */
  get waitsFor(): readonly string[] {
    return this.execution.waitsFor;
  }

  /** @param by The command that brings the answer. */
  async answer(key: string, answer: Answer, by: string | undefined): Promise<void> {
    if (by !== undefined && (await this.#isDone(by))) return;
    await this.execution.waits.answer(key, answer, by);
  }

  /** @param by The command that brings the event. @throws AitorError (rejects with) `not-under-way` where it is ending. */
  async note(type: string, data: unknown, by: string | undefined): Promise<void> {
    if (by !== undefined && (await this.#isDone(by))) return;
    await this.execution.note(type, data);
  }

  /** A command that comes again has been carried out, whatever the run waits for now. */
  #isDone(by: string): Promise<boolean> {
    return isDoneBy(this.#journal, this.execution.id, by);
  }
}

class ActiveHandle<Output> implements HaltedOrNot<Output> {
  readonly id: string;
  readonly result: Promise<Output>;
  readonly #execution: RunExecution<Output>;
  readonly #events: RunEvents;

  constructor(execution: RunExecution<Output>, events: RunEvents) {
    this.id = execution.id;
    this.result = execution.result;
    this.#execution = execution;
    this.#events = events;
  }

  get halted(): boolean {
    return this.#execution.halted;
  }

  async cancel(reason?: unknown): Promise<void> {
    this.#execution.cancel(reason);
    await Promise.allSettled([this.result]);
  }

  [Symbol.asyncIterator](): AsyncGenerator<EngineEvent, void, undefined> {
    return this.#events.subscribe();
  }
}
