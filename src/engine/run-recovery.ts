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

/** Goes on with what the journal holds unfinished: once, before anything new comes; and for each definition that comes later. */
export class RunRecovery {
  readonly #settings: RecoverySettings;
  #all: Promise<Recovery> | undefined;
  #done = false;
  /** By the name of a definition that came later: what goes on of it; nothing where that has yet to begin, or failed. */
  readonly #later = new Map<string, Promise<unknown> | undefined>();
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
    if (this.#all !== undefined) this.#later.set(name, undefined);
  }

  /** A run stopped without an ending on record. */
  halted(halt: Halt): void {
    const name = this.#unknown.add(halt);
    // It came meanwhile.
    if (name !== undefined && this.#settings.definitions.has(name)) this.#goOnWith(name);
  }

  /** What goes on of a definition that came later; nothing where all does already. The same each time, unless it failed. */
  of(name: string): Promise<unknown> | undefined {
    const known = this.#later.get(name);
    if (known !== undefined || !this.#later.has(name)) return known;
    const goesOn = this.all()
      .then(() => this.#recover(name))
      .then(() => this.#goOnWith(name));
    goesOn.catch(() => this.#later.set(name, undefined));
    this.#later.set(name, goesOn);
    return goesOn;
  }

  /** What was there of it goes on. */
  settled(name: string): void {
    this.#later.delete(name);
  }

  /**
   * Finds what did not end, by the heads alone, and goes on with what the engine has definitions of. A message whose reply
   * would be too late is withdrawn, before it begins anything.
   *
   * @param only The runs of this definition. @default those of all
   */
  async #recover(only?: string): Promise<Recovery> {
    const { journal, clock, runs, definitions, mailboxes, commands } = this.#settings;
    const goOn: string[] = [];
    const messages: Head[] = [];
    const unknown: Recovery["unknown"][number][] = [];
    const stuck: string[] = [];
    const unfinished: Head[] = [];
    for await (const head of journal.heads({ kind: "run", ended: false })) unfinished.push(head);
    for (const head of unfinished) {
      const { stream: id, about } = head;
      const { name, key, parent, replyBy } = about as RunAbout;
      if (only !== undefined && name !== only) continue;
      const isActive = runs.get(id) !== undefined;
      if (isActive ? key === undefined : engineOf(id, journal.inbox) !== undefined) continue;
      if (parent !== undefined) await this.#leaveToParent(id, parent);
      else if (!definitions.has(name)) unknown.push({ id, name });
      else if (!isActive && replyBy !== undefined && timeLeft(replyBy, clock.now()) === 0) {
        await commands.cancel(id, stepTimeoutError(messageKeyOf(id)?.message as string, replyBy.ms));
      } else if (key !== undefined) messages.push(head);
      else {
        const isStuck = await this.#isStuck(id);
        if (isStuck === true) stuck.push(id);
        if (isStuck !== false) continue;
        goOn.push(id);
        void this.#goOn(id, name);
      }
    }
    for (const head of inOrder(messages)) mailboxes.recover(head);
    return { runs: goOn, messages: messages.map(({ stream }) => stream), unknown, stuck };
  }

  /** A child goes on with its parent, and is cancelled where that has ended. */
  async #leaveToParent(id: string, parent: string): Promise<void> {
    const { journal, runs, commands } = this.#settings;
    const isOver = (await headOf(journal, parent))?.ended ?? true;
    if (!isOver || runs.get(parent) !== undefined) return;
    await commands.cancel(id, `run "${parent}", whose child it is, has ended`);
  }

  /** Whether a run was begun too often without getting any further; nothing where it has ended meanwhile. */
  async #isStuck(id: string): Promise<boolean | undefined> {
    const { journal, attempts } = this.#settings;
    const recovered = await RecoveredRun.read(journal.read(id));
    if (recovered === undefined || recovered.ending !== undefined) return undefined;
    const { crashes, beginnings } = await crashesOf(journal, recovered);
    return crashes >= attempts || beginnings >= MOST_BEGINNINGS * attempts;
  }

  /** What was halted since there was no such definition goes on. */
  #goOnWith(name: string): void {
    for (const run of this.#unknown.take(name)) void this.#goOn(run);
  }

  /** @param known The name of its definition. @default as it is on record */
  async #goOn(id: string, known?: string): Promise<void> {
    const { journal, runs, recovering, resumption, definitions } = this.#settings;
    const free = await recovering.take();
    try {
      const name = known ?? ((await headOf(journal, id))?.about as RunAbout | undefined)?.name;
      if (name === undefined || !definitions.has(name) || runs.get(id) !== undefined) return;
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
