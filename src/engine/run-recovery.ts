import type { Clock } from "../base/index.ts";
import type { Head, Journal } from "../journal/index.ts";
import type { ActiveRuns } from "./run/active-runs.ts";
import { crashesOf } from "./mail/crashes.ts";
import { MOST_BEGINNINGS } from "./mail/suspects.ts";
import type { Definitions } from "./run/definitions.ts";
import type { Recovery } from "./engine.ts";
import type { RunAbout } from "./record/events.ts";
import type { Halt } from "./record/halt.ts";
import type { Mailboxes } from "./mail/mailboxes.ts";
import { engineOf } from "./run/journal-engines.ts";
import { stepTimeoutError } from "./record/errors.ts";
import { messageKeyOf } from "./record/mailbox-name.ts";
import { timeLeft } from "./record/time-left.ts";
import { inOrder } from "./record/message-order.ts";
import type { Resumption } from "./run/resumption.ts";
import type { RunCommands } from "./run-commands.ts";
import { headOf } from "./record/run-head.ts";
import { RecoveredRun } from "./record/recovered-run.ts";
import type { Slots } from "./run/slots.ts";
import { UnknownCallees } from "./run/unknown-callees.ts";

interface RecoverySettings {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly definitions: Definitions;
  /** Places for what was recovered. */
  readonly recovering: Slots;
  readonly attempts: number;
  readonly runs: ActiveRuns;
  readonly mailboxes: Mailboxes;
  readonly resumption: Resumption;
  readonly commands: RunCommands;
}

/**
 * What the journal holds unfinished goes on: once, before anything new comes; and of each definition that comes later, when it
 * comes.
 */
export class RunRecovery {
  readonly #settings: RecoverySettings;
  #all: Promise<Recovery> | undefined;
  #done = false;
  /** By the name of a definition that came later. */
  readonly #later = new Map<string, Promise<unknown>>();
  readonly #unknown = new UnknownCallees();

  constructor(settings: RecoverySettings) {
    this.#settings = settings;
  }

  /** All goes on that was there. */
  get done(): boolean {
    return this.#done;
  }

  /** The same each time, unless it failed. */
  all(): Promise<Recovery> {
    if (this.#all !== undefined) return this.#all;
    const recovery = this.#recover();
    recovery.then(
      () => (this.#done = true),
      () => (this.#all = undefined),
    );
    return (this.#all = recovery);
  }

  /** A definition came that was not there. */
  add(name: string): void {
    const before = this.#all;
    if (before !== undefined)
      this.#later.set(
        name,
        before.then(() => this.#recover(name)).then(() => this.#goOnWith(name)),
      );
  }

  /** A run stopped without an ending on record. */
  halted(halt: Halt): void {
    const name = this.#unknown.add(halt);
    // It came meanwhile.
    if (name !== undefined && this.#settings.definitions.has(name)) void this.#goOnWith(name);
  }

  /** What goes on of a definition that came later; nothing where all does already. */
  of(name: string): Promise<unknown> | undefined {
    return this.#later.get(name);
  }

  /** What was there of it goes on. */
  settled(name: string): void {
    this.#later.delete(name);
  }

  /**
   * Finds what did not end, by the heads alone, and goes on with what the engine has definitions of. A child is left to its
   * parent, which goes on with it, and cancelled where that has ended. A message whose reply would be too late is withdrawn,
   * before it begins anything.
   *
   * @param only The runs of this definition. @default those of all
   */
  async #recover(only?: string): Promise<Recovery> {
    const { journal, clock, runs, definitions, mailboxes, attempts, commands } = this.#settings;
    const found = { runs: [] as string[], messages: [] as string[], unknown: [] as Recovery["unknown"][number][] };
    const stuck: string[] = [];
    const messages: Head[] = [];
    const unfinished: Head[] = [];
    for await (const head of journal.heads({ kind: "run", ended: false })) unfinished.push(head);
    for (const head of unfinished) {
      const { stream: id, about } = head;
      const { name, key, parent, replyBy } = about as RunAbout;
      if (only !== undefined && name !== only) continue;
      if (runs.get(id) !== undefined && key === undefined) continue;
      if (runs.get(id) === undefined && engineOf(id, journal.inbox) !== undefined) continue;
      if (parent !== undefined) {
        const ended = (await headOf(journal, parent))?.ended ?? true;
        if (ended && runs.get(parent) === undefined)
          await commands.cancel(id, `run "${parent}", whose child it is, has ended`);
      } else if (!definitions.has(name)) found.unknown.push({ id, name });
      else if (replyBy !== undefined && runs.get(id) === undefined && timeLeft(replyBy, clock.now()) === 0) {
        await commands.cancel(id, stepTimeoutError(messageKeyOf(id)?.message as string, replyBy.ms));
      } else if (key !== undefined) {
        messages.push(head);
        found.messages.push(id);
      } else {
        const recovered = await RecoveredRun.read(journal.read(id));
        if (recovered === undefined || recovered.ending !== undefined) continue;
        const { crashes, beginnings } = await crashesOf(journal, recovered);
        if (crashes >= attempts || beginnings >= MOST_BEGINNINGS * attempts) stuck.push(id);
        else {
          found.runs.push(id);
          void this.#goOn(id, name);
        }
      }
    }
    for (const head of inOrder(messages)) mailboxes.recover(head);
    return { ...found, stuck };
  }

  /** What was halted since there was no such definition goes on, if the engine has its own. */
  async #goOnWith(name: string): Promise<void> {
    const { journal, definitions } = this.#settings;
    for (const run of this.#unknown.take(name)) {
      const { name: own } = ((await headOf(journal, run))?.about ?? {}) as Partial<RunAbout>;
      if (own !== undefined && definitions.has(own)) void this.#goOn(run, own);
    }
  }

  async #goOn(id: string, name: string): Promise<void> {
    const { runs, recovering, resumption, definitions } = this.#settings;
    const free = await recovering.take();
    try {
      if (runs.get(id) !== undefined) return;
      const how = { watched: false, onRest: free, onYield: free };
      const { result } = await resumption.resume(definitions.get(name), id, how);
      await result;
    } catch {
      // Told by the run itself: its failure is on record, and observers heard of a halt.
    } finally {
      free();
    }
  }
}
