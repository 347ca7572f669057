import { randomInt } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { checkJson, type ErrorRecord, isAitorError, recordError } from "../../base/index.ts";
import type { Command } from "../../journal/index.ts";
import { fileIdentity } from "../format/file-identity.ts";
import {
  type CommandContent,
  commandSum,
  inboxFile,
  logIdentity,
  openInbox,
  outcomeSum,
  removeInbox,
  transaction,
} from "./inbox-file.ts";
import { brokenCommandError, inboxFailedError, isBusy } from "../format/lock-errors.ts";
import { realPath } from "../format/writer-lock-path.ts";

/** Commands that are handed over at a time. */
const MOST_TAKEN = 1_000;

/** Calls in a row that may find the inbox locked by others before it is an error. */
const MOST_BUSY = 50;

/** How long, and how many, outcomes stay for senders who ask late, or again. */
const KEPT_MS = 3_600_000;
const MOST_KEPT = 10_000;
/** Outcomes, or how much time, after which old ones are looked for. */
const PRUNE_EVERY = 100;
const PRUNE_MS = 600_000;

/** What a command came to: a JSON value, or the error of its handler. */
export type CommandOutcome = { readonly value: unknown } | { readonly error: ErrorRecord };

/**
 * The inbox of a journal, for the process that writes it: only one that holds its `WriterLock` may use this. The file
 * `<path>.inbox` is made by the first sender; until then there is nothing. Where it is replaced by another file, that one is
 * used; one that is emptied is removed, and those who wait for a command in it put that into the next one. A command that was
 * taken and not acknowledged is given again to the next reader, after a crash: each has its id.
 */
export class InboxReader {
  readonly #path: string;
  readonly #file: string;
  /** Outcomes that are not in the file yet, as text, by the id of their command. */
  readonly #outcomes = new Map<string, string>();
  /** Taken and not acknowledged: where the file is replaced, their senders put them into the next one. */
  readonly #underWay = new Set<string>();
  /** What the commands that this reader took are marked with. */
  readonly #token = randomInt(1, 2 ** 47);
  #open: OpenInbox | undefined;
  #unpruned = 0;
  #pruned = 0;
  #busy = 0;
  #closed = false;

  constructor(path: string) {
    this.#path = realPath(path);
    this.#file = inboxFile(this.#path);
  }

  /**
   * Whether `take` would give any; until then their senders may take them back. Costs some microseconds. Also writes outcomes
   * down that could not be written before.
   *
   * @throws AitorError as `take` does.
   */
  look(): boolean {
    return this.#using((inbox) => {
      const any = inbox.any();
      if (!any) this.#busy = 0;
      return any;
    }, false);
  }

  /**
   * The commands that wait, in the order in which they arrived, without those that this reader gave before; at most 1,000,
   * the next ones at the next call. Also writes outcomes down.
   *
   * @throws AitorError `command-failed` where the file is damaged, foreign, not permitted, or locked for long. Nothing is
   *   lost then: the next call tries again.
   */
  take(): Command[] {
    return this.#using((inbox) => {
      const commands = this.#takeFrom(inbox);
      this.#busy = 0;
      return commands;
    }, []);
  }

  /**
   * Tells the sender of a command what it came to; the first outcome stays. A value that is no JSON is an error for the
   * sender. Never throws: what cannot be written now is written by the next `take` that can.
   */
  acknowledge(id: string, outcome: CommandOutcome): void {
    if (this.#closed) return;
    this.#underWay.delete(id);
    this.#outcomes.set(id, textOf(outcome));
    try {
      if (this.#open !== undefined) this.#write(this.#open);
    } catch {
      // The next `take` tries again and says what is wrong.
    }
  }

  /** Harmless when it is closed already. */
  close(): void {
    try {
      if (this.#open !== undefined) this.#write(this.#open);
    } catch {
      // The commands are given again to the next reader.
    }
    this.#closed = true;
    this.#outcomes.clear();
    this.#release();
  }

  /** @param nothing Where there is no inbox, or others have it locked. */
  #using<Out>(use: (inbox: OpenInbox) => Out, nothing: Out): Out {
    if (this.#closed) return nothing;
    try {
      const inbox = this.#current();
      if (inbox === undefined) return nothing;
      this.#write(inbox);
      return use(inbox);
    } catch (error) {
      if (!isBusy(error)) this.#release();
      else if (++this.#busy < MOST_BUSY) return nothing;
      this.#busy = 0;
      throw isAitorError(error) ? error : inboxFailedError(this.#path, this.#file, error);
    }
  }

  #current(): OpenInbox | undefined {
    const identity = fileIdentity(this.#file);
    if (this.#open !== undefined && this.#open.identity === identity) {
      if (this.#open.log === logIdentity(this.#file)) return this.#open;
      // It was emptied, and somebody has begun anew: what this connection writes would damage that.
      removeInbox(this.#file);
      this.#release();
      return undefined;
    }
    this.#release();
    if (identity === undefined) return undefined;
    const db = openInbox(this.#path);
    try {
      this.#open = new OpenInbox(db, identity, logIdentity(this.#file), this.#token);
    } catch (error) {
      db.close();
      throw error;
    }
    return this.#open;
  }

  #takeFrom(inbox: OpenInbox): Command[] {
    const rows = inbox.take();
    const commands: Command[] = [];
    for (const row of rows) {
      const { id, type, data, sum } = row;
      if (this.#underWay.has(id)) continue;
      try {
        if (commandSum(row) !== sum) throw new Error("it is not as it was written");
        commands.push({ id, type, data: data === null ? undefined : (JSON.parse(data) as unknown) });
        this.#underWay.add(id);
      } catch (error) {
        this.acknowledge(id, { error: recordError(brokenCommandError(id, error)) });
      }
    }
    return commands;
  }

  #write(inbox: OpenInbox): void {
    const now = Date.now();
    if (this.#outcomes.size > 0) {
      inbox.end(this.#outcomes, now);
      this.#unpruned += this.#outcomes.size;
      this.#outcomes.clear();
    }
    if (this.#unpruned < PRUNE_EVERY && now - this.#pruned < PRUNE_MS) return;
    inbox.prune(now);
    this.#unpruned = 0;
    this.#pruned = now;
  }

  #release(): void {
    this.#open?.close();
    this.#open = undefined;
  }
}

interface Row extends CommandContent {
  readonly place: number;
  readonly sum: number;
}

class OpenInbox {
  /** Which file it is, and which are its log. */
  readonly identity: string;
  readonly log: string;
  readonly #db: DatabaseSync;
  readonly #token: number;
  readonly #any: StatementSync;
  readonly #mark: StatementSync;
  readonly #find: StatementSync;
  readonly #end: StatementSync;

  constructor(db: DatabaseSync, identity: string, log: string, token: number) {
    this.#db = db;
    this.identity = identity;
    this.log = log;
    this.#token = token;
    this.#any = db.prepare("SELECT 1 FROM command WHERE outcome IS NULL AND taken <> ? LIMIT 1");
    this.#mark = db.prepare(
      `UPDATE command SET taken = ? WHERE place IN
        (SELECT place FROM command WHERE outcome IS NULL AND taken <> ? ORDER BY place LIMIT ?)
        RETURNING place, id, type, data, sum`,
    );
    this.#find = db.prepare("SELECT id, type, sum FROM command WHERE id = ? AND outcome IS NULL");
    this.#end = db.prepare("UPDATE command SET outcome = ?, outcome_sum = ?, ended = ?, data = NULL WHERE id = ?");
  }

  /** Whether any waits. */
  any(): boolean {
    return this.#any.get(this.#token) !== undefined;
  }

  /** Marks them as taken, so that no sender takes them back. */
  take(): Row[] {
    if (!this.any()) return [];
    const rows = this.#mark.all(this.#token, this.#token, MOST_TAKEN) as unknown as Row[];
    return rows.sort((a, b) => a.place - b.place);
  }

  /** Writes outcomes down. A command that has one keeps it. */
  end(outcomes: ReadonlyMap<string, string>, now: number): void {
    transaction(this.#db, () => {
      for (const [id, text] of outcomes) {
        const row = this.#find.get(id) as Pick<Row, "id" | "type" | "sum"> | undefined;
        if (row !== undefined) this.#end.run(text, outcomeSum(row, text), now, id);
      }
    });
  }

  /** Removes old outcomes, and what the log still holds of them and of what was asked. */
  prune(now: number): void {
    transaction(this.#db, () => {
      this.#db.prepare("DELETE FROM command WHERE ended < ?").run(now - KEPT_MS);
      this.#db
        .prepare(
          "DELETE FROM command WHERE place IN (SELECT place FROM command WHERE ended IS NOT NULL ORDER BY ended DESC, place DESC LIMIT -1 OFFSET ?)",
        )
        .run(MOST_KEPT);
    });
    this.#db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  close(): void {
    this.#db.close();
  }
}

function textOf(outcome: CommandOutcome): string {
  try {
    if ("error" in outcome) return JSON.stringify({ error: outcome.error });
    checkJson(outcome.value, "the outcome of the command", false);
    return JSON.stringify({ value: outcome.value });
  } catch (error) {
    return JSON.stringify({ error: recordError(error) });
  }
}
