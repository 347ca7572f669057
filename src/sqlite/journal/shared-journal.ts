import { isAbsolute, resolve } from "node:path";
import { activeLog, invalidOption, loggedError } from "../../base/index.ts";
import { type Command, type Inbox, journalClosedError } from "../../journal/index.ts";
import { AppendQueue } from "./append-queue.ts";
import { CommandInbox } from "./command-inbox.ts";
import { backupError, readOnlyError } from "../format/errors.ts";
import { Gate } from "../format/gate.ts";
import { JournalLink } from "./journal-link.ts";
import { LongCalls } from "./long-calls.ts";
import { type BackupResult, makeFile, type NewFileError } from "./new-file.ts";
import type { CallName, Calls, Compaction, JournalFigures, Notice } from "../worker/protocol.ts";
import { RecentEvents } from "./recent-events.ts";
import type { JournalSettings } from "../format/settings.ts";

/** What this process has open, by access and path. */
const open = new Map<string, SharedJournal>();
/** What it is about to close: whoever opens the file again waits for it. */
const closing = new Map<string, Promise<void>>();

/** How far somebody has come who waits for changes: of this process, and of the file. */
export interface Revision {
  readonly here: number;
  readonly file: number;
}

/** One file, opened once in this process however many handles it has. */
export class SharedJournal {
  readonly settings: JournalSettings;
  readonly queue: AppendQueue;
  readonly recent: RecentEvents = new RecentEvents();
  /** Rises whenever something may have been recorded. */
  revision = 0;
  /** One for all handles, so that those who serve it can know it again. */
  readonly inbox: Inbox;
  readonly #commands: CommandInbox;
  readonly #key: string;
  readonly #link: JournalLink;
  readonly #long = new LongCalls();
  readonly #waiting = new Set<() => void>();
  #handles = 0;
  /** The states of the file that a call waits to be changed by another process: one for all who have come as far. */
  readonly #watched = new Set<number>();

  /** Opens the file, or takes the one that is open. @throws AitorError `invalid-option` where that has other options. */
  static of(settings: JournalSettings): SharedJournal {
    const journal = SharedJournal.#opened(settings);
    journal.#checkSame(settings);
    journal.#handles++;
    return journal;
  }

  static #opened(settings: JournalSettings): SharedJournal {
    const key = `${settings.access} ${settings.path}`;
    let journal = open.get(key);
    if (journal === undefined) open.set(key, (journal = new SharedJournal(settings, key)));
    return journal;
  }

  /** The same file, to be read. Where this process reads it already, the options may be others. */
  reader(): SharedJournal {
    const journal = SharedJournal.#opened({ ...this.settings, access: "read", create: false });
    journal.#handles++;
    return journal;
  }

  private constructor(settings: JournalSettings, key: string) {
    this.settings = settings;
    this.#key = key;
    const gate = new Gate();
    this.#link = new JournalLink(settings, gate, (notice) => this.#hear(notice));
    const { recent } = this;
    this.queue = new AppendQueue(this.#link, {
      get wants() {
        return recent.wanted;
      },
      recorded: (batch, receipt) => {
        if (batch === undefined) recent.forget();
        else recent.add(batch, receipt);
        this.#changed();
      },
      failed: () => this.#changed(),
    });
    this.#commands = new CommandInbox(
      new Map<string, (command: Command) => Promise<unknown>>([
        ["journal-compact", () => this.compact()],
        ["journal-backup", async ({ data }) => this.backup(fileOf(data))],
      ]),
      (on) => void this.call("serve", { on }).catch(() => {}),
      (id, outcome) => void this.call("acknowledge", { id, outcome }).catch(() => {}),
    );
    this.inbox = { serve: (handle) => this.#serve(handle) };
    void gate.openAfter(closing.get(key));
    // Who cannot open it learns so from each call.
    this.call("ready", undefined).catch((error: unknown) => {
      this.#forget();
      this.#link.giveUp(error);
    });
  }

  /** What was appended before the call is seen by it. */
  call<Name extends CallName>(name: Name, request: Calls[Name]["request"]): Promise<Calls[Name]["answer"]> {
    this.queue.flush();
    return this.#answer(name, request);
  }

  /** What was appended to the stream before the call is seen by it. */
  callAbout<Name extends CallName>(
    stream: string,
    name: Name,
    request: Calls[Name]["request"],
  ): Promise<Calls[Name]["answer"]> {
    if (this.queue.holds(stream)) this.queue.flush();
    return this.#answer(name, request);
  }

  /** An answer is given when the appends that it may show have settled: nobody reads what its writer does not know of. */
  async #answer<Name extends CallName>(name: Name, request: Calls[Name]["request"]): Promise<Calls[Name]["answer"]> {
    const answer = await this.#link.call(name, request);
    await this.queue.told();
    return answer;
  }

  #serve(handle: Parameters<Inbox["serve"]>[0]): () => void {
    const { path, access } = this.settings;
    if (this.#handles === 0) throw journalClosedError(`the journal ${path}`);
    if (access === "read") throw readOnlyError(path);
    return this.#commands.serve(handle);
  }

  compact(): Promise<Compaction> {
    return this.#long.inTurn(() => this.call("compact", undefined));
  }

  /** Copies in turn with compactions: one reads the journal as it was, and the other waits for those who do. */
  backup(file: string): Promise<BackupResult> {
    const { path } = this.settings;
    const copy = (to: string): Promise<unknown> => this.#long.inTurn(() => this.call("copy", { file: to }));
    const failed: NewFileError = (got, fix, cause) => backupError(path, resolve(file), got, fix, cause);
    return this.#long.add(makeFile(this.settings, file, copy, failed));
  }

  figures(): Promise<JournalFigures> {
    return this.#long.add(this.call("figures", undefined));
  }

  /** Resolves when something may have been recorded since the revision, the signal aborts, or a handle is closed. */
  async change(since: Revision, signal: AbortSignal): Promise<void> {
    if (this.revision !== since.here || signal.aborted) return;
    const { promise, resolve: wake } = Promise.withResolvers<void>();
    const abort = (): void => wake();
    this.#waiting.add(wake);
    signal.addEventListener("abort", abort);
    if (this.settings.access === "read") this.#watch(since.file);
    await promise;
    this.#waiting.delete(wake);
    signal.removeEventListener("abort", abort);
    if (this.#waiting.size === 0 && this.#watched.size > 0) this.#link.call("stopWatching", undefined).catch(() => {});
  }

  /** One handle less; the last one closes the file. */
  async release(): Promise<void> {
    this.#handles--;
    if (this.#handles > 0) await this.queue.settled();
    else {
      this.#forget();
      const over = this.#close();
      closing.set(this.#key, over);
      await over;
      if (closing.get(this.#key) === over) closing.delete(this.#key);
    }
    this.#changed();
  }

  async #close(): Promise<void> {
    await this.queue.settled();
    await this.#long.over();
    // Who appends was told what failed; what was recorded is recorded.
    await this.#link.call("close", undefined).catch(() => {});
  }

  /** Keeps the process alive, since another one may go on. */
  #watch(revision: number): void {
    if (this.#watched.has(revision)) return;
    this.#watched.add(revision);
    const over = (): void => {
      this.#watched.delete(revision);
      this.#changed();
    };
    this.#link.call("watch", { revision }).then(over, over);
  }

  #forget(): void {
    if (open.get(this.#key) === this) open.delete(this.#key);
  }

  #changed(): void {
    this.revision++;
    for (const wake of this.#waiting) wake();
  }

  #hear(notice: Notice): void {
    switch (notice.kind) {
      case "warning": {
        const { message, error } = notice;
        activeLog()?.write("warning", "journal", Date.now(), message, error ? { error: loggedError(error) } : {});
        return;
      }
      case "commands":
        // Where the worker is gone, who calls it next is told that.
        this.#takeCommands().catch(() => {});
    }
  }

  async #takeCommands(): Promise<void> {
    for (const command of await this.#link.call("commands", undefined)) this.#commands.take(command);
  }

  #checkSame(settings: JournalSettings): void {
    for (const option of ["durability", "age", "count", "acceptLoss"] as const) {
      const [is, wanted] = [this.settings[option], settings[option]];
      if (is === wanted) continue;
      throw invalidOption(
        `${option} of sqliteJournal for ${this.settings.path}`,
        `${String(is)}, as where this process opened it before`,
        wanted,
        "give the same options, or close the other one first",
      );
    }
  }
}

/** What the command `journal-backup` is given. */
function fileOf(data: unknown): string {
  const { file } = (data ?? {}) as { file?: unknown };
  if (typeof file === "string" && isAbsolute(file)) return file;
  throw invalidOption("data of the command journal-backup", "{ file }, an absolute path", data);
}
