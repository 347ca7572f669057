import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { checkJson, type Duration, isAitorError, milliseconds, nonEmpty, rebuildError } from "../../base/index.ts";
import type { CommandOutcome } from "./inbox.ts";
import {
  type CommandContent,
  type CommandRow,
  commandSum,
  inboxFile,
  isAsWritten,
  logIdentity,
  openInbox,
  removeInbox,
  transaction,
} from "./inbox-file.ts";
import {
  inboxFailedError,
  isBusy,
  otherCommandError,
  timeoutError,
  unattendedError,
  type Whereabouts,
} from "../format/lock-errors.ts";
import { fileIdentity } from "../format/file-identity.ts";
import { SQLITE, sqliteCode } from "../format/sqlite-codes.ts";
import { holderOf, writerOf } from "../format/writer-lock.ts";
import { realPath } from "../format/writer-lock-path.ts";

const POLL_MS = 25;

/** How long a command that came to nothing is tried to be taken back, where others have the inbox locked. */
const WITHDRAW_MS = 1_000;

/** How long an error of the disk is tried again. */
const ERROR_MS = 1_000;

/** A command to send. */
export interface SentCommand {
  /** What to do, such as `cancel`. */
  readonly type: string;
  /** A JSON value. */
  readonly data: unknown;
  /**
   * A unique id. A command sent again under the same id, within an hour of its end, is not carried out again and has the same
   * outcome. @default a random one
   */
  readonly id?: string;
}

/** Options of {@link sendCommand}. */
export interface SendOptions {
  /** How long to wait for the outcome. @default "5s" */
  readonly timeout?: Duration;
  /**
   * Aborting it withdraws the command. If the other process already has the command, the wait continues as without the signal.
   */
  readonly signal?: AbortSignal;
}

/**
 * Sends a command to the process that writes the journal at `path`, and waits for the outcome. If the inbox is removed
 * meanwhile, the command is sent again under the same id.
 *
 * @returns The JSON value that is the outcome of the command.
 * @throws (rejects with) one of these:
 * - the error of the command's handler;
 * - AitorError `journal-unattended`, at once if no process writes the journal, or when the process that does ends. The command
 *   is not left in the inbox. `data.taken`: that process had it, so it may have been carried out;
 * - AitorError `command-timeout`. `data.state`: `withdrawn`, it is not carried out; `under-way`, the process has it;
 *   `waiting`, it could not be withdrawn;
 * - AitorError `command-failed` if the inbox cannot be used, or the id belongs to another command;
 * - AitorError `not-json`, `invalid-duration` and `invalid-option` for bad arguments;
 * - the signal's reason, if the command was withdrawn because of it.
 */
export async function sendCommand(path: string, command: SentCommand, options: SendOptions = {}): Promise<unknown> {
  const type = nonEmpty(command.type, "the type of a command");
  const id = nonEmpty(command.id ?? randomUUID(), `the id of command "${type}"`);
  checkJson(command.data, `the data of command "${type}"`, false);
  const ms = milliseconds(options.timeout ?? "5s", `the timeout of command "${type}"`);
  const place = realPath(path);
  using sending = new Sending(place, { id, type, data: JSON.stringify(command.data) ?? null });
  const due = performance.now() + ms;
  for (let isDue = false; ; isDue = performance.now() >= due) {
    const isUnwanted = options.signal?.aborted === true;
    const step = sending.advance(isDue || isUnwanted);
    if (typeof step === "object") return valueOf(step);
    if (isUnwanted && step === "withdrawn") throw options.signal.reason;
    if (isDue && (step !== "waiting" || performance.now() >= due + WITHDRAW_MS)) {
      throw timeoutError({ path: place, id, type, ms, holder: holderOf(place), where: step });
    }
    await sleep(POLL_MS);
  }
}

function valueOf(outcome: CommandOutcome): unknown {
  if ("error" in outcome) throw rebuildError(outcome.error);
  return outcome.value;
}

interface Row extends CommandRow {
  /** By whom; 0 where nobody has. */
  readonly taken: number;
}

/** One command in the inbox. */
class Sending implements Disposable {
  readonly #path: string;
  readonly #file: string;
  readonly #content: CommandContent;
  #db: DatabaseSync | undefined;
  /** The files that are open. */
  #identity: string | undefined;
  #log: string | undefined;
  #sent = false;
  /** It was in an inbox that was removed: somebody may have taken it from there. */
  #wasLost = false;
  /** When the disk was first in error, in milliseconds of the process, since the inbox was last used. */
  #failedAt: number | undefined;

  constructor(path: string, content: CommandContent) {
    this.#path = path;
    this.#file = inboxFile(path);
    this.#content = content;
  }

  /**
   * Its outcome where it has one, else where it is now: puts it into the inbox where it is not there yet, or takes it back
   * where it `withdraws` and nobody has taken it.
   */
  advance(withdraws: boolean): CommandOutcome | Whereabouts {
    const attended = writerOf(this.#path) !== undefined;
    if (!attended && !existsSync(this.#file)) throw this.#unattended(this.#sent || this.#wasLost);
    try {
      const db = this.#inbox();
      const row = this.#row(db);
      this.#failedAt = undefined;
      if (row !== undefined && row.outcome !== null) return JSON.parse(row.outcome) as CommandOutcome;
      if (attended && row !== undefined && !withdraws) return "waiting";
      // A command of a removed inbox may be under way. Only the writer can tell, once it finds it in this one.
      const isToBeTold = this.#wasLost && !this.#sent;
      return this.#change(db, withdraws && !isToBeTold);
    } catch (error) {
      if (isAitorError(error, "journal-unattended")) throw error;
      // Whoever finds nobody there writes by itself, whatever is wrong with the inbox.
      if (!attended && !this.#sent) throw this.#unattended(this.#wasLost);
      if (isAitorError(error)) throw error;
      if (!isBusy(error) && !this.#mayPass(error)) throw inboxFailedError(this.#path, this.#file, error);
      return withdraws && !this.#sent ? "withdrawn" : "waiting";
    }
  }

  /** What is read is wrong while a new inbox stands beside the log of one that was removed, which its writer still has open. */
  #mayPass(error: unknown): boolean {
    if (sqliteCode(error) !== SQLITE.IO_ERROR) return false;
    this.#failedAt ??= performance.now();
    return performance.now() < this.#failedAt + ERROR_MS;
  }

  /** Where it was removed, the command is put into the one that takes its place. */
  #inbox(): DatabaseSync {
    const identity = fileIdentity(this.#file);
    if (this.#db !== undefined && this.#identity === identity) {
      if (this.#log === logIdentity(this.#file)) return this.#db;
      // Its log went with an inbox that was removed: nobody reads what this connection writes, and that would damage the new one.
      removeInbox(this.#file);
    }
    this.#db?.close();
    this.#db = undefined;
    this.#wasLost ||= this.#sent;
    this.#sent = false;
    const db = openInbox(this.#path);
    this.#identity = identity ?? fileIdentity(this.#file);
    this.#log = logIdentity(this.#file);
    this.#db = db;
    return db;
  }

  /**
   * In one transaction, during which nobody can take a command: so where no process has the writer's lock now, one that
   * gets it later does not find this command.
   */
  #change(db: DatabaseSync, withdraws: boolean): CommandOutcome | Whereabouts {
    const { id, type, data } = this.#content;
    const step = transaction(db, () => {
      const row = this.#row(db);
      if (row !== undefined && row.outcome !== null) return JSON.parse(row.outcome) as CommandOutcome;
      const attended = writerOf(this.#path) !== undefined;
      if (attended && !withdraws) {
        const insert = db.prepare("INSERT INTO command (id, type, data, sum) VALUES (?, ?, ?, ?)");
        if (row === undefined) insert.run(id, type, data, commandSum(this.#content));
        return "waiting";
      }
      const taken = row !== undefined && row.taken !== 0;
      if (attended && taken) return "under-way";
      if (row !== undefined) db.prepare("DELETE FROM command WHERE id = ?").run(id);
      return attended ? "withdrawn" : this.#unattended(taken || this.#wasLost);
    });
    if (isAitorError(step)) throw step;
    this.#sent = step === "waiting";
    return step;
  }

  #row(db: DatabaseSync): Row | undefined {
    const { id, type } = this.#content;
    const row = db
      .prepare("SELECT id, type, data, sum, taken, outcome, outcome_sum FROM command WHERE id = ?")
      .get(id) as Row | undefined;
    if (row === undefined) return undefined;
    if (!isAsWritten(row)) throw new Error(`the command ${id} is not as it was written`);
    if (row.sum === commandSum(this.#content)) return row;
    throw otherCommandError(id, type, row.type);
  }

  #unattended(taken: boolean): ReturnType<typeof unattendedError> {
    return unattendedError(this.#path, this.#content.id, taken);
  }

  [Symbol.dispose](): void {
    this.#db?.close();
  }
}
