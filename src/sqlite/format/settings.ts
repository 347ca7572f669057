import { resolve } from "node:path";
import {
  type Duration,
  flag,
  invalidOption,
  atLeast,
  milliseconds,
  nonEmpty,
  oneOf,
  onlyOptions,
} from "../../base/index.ts";
import { realPath } from "./writer-lock-path.ts";

/** Options of `sqliteJournal`. */
export interface SqliteJournalOptions {
  /**
   * What an acknowledged record survives. `"power"`: also a loss of power; each commit waits for the disk. `"process"`: the
   * death of the process.
   *
   * @default "power"
   */
  readonly durability?: "power" | "process";
  /**
   * Whether to write the journal. With `"read"`, another process may be writing it; nothing can be appended, and no lock is
   * taken.
   *
   * @default "write"
   */
  readonly access?: "write" | "read";
  /** Whether to create a missing file. Never with access `"read"`. @default true */
  readonly create?: boolean;
  /** Which of the ended streams to keep. @default all of them */
  readonly retain?: Retention;
  /**
   * Whether to open a journal that has lost its last events, or whose mark or table of streams is damaged. It then continues
   * from what is there, a warning is logged, and damaged streams stay damaged. Without this option, opening it fails with
   * `journal-corrupt`.
   *
   * @default false
   */
  readonly acceptLoss?: boolean;
}

/** Which ended streams to forget. A stream is forgotten if one of the two rules says so, and not before its `keepUntil`. */
export interface Retention {
  /** Forgets streams whose last event is older. @default Infinity */
  readonly age?: Duration;
  /** Keeps this number of streams, those that ended last, and forgets the others. @default Infinity */
  readonly count?: number;
}

/** Options, checked. */
export interface JournalSettings {
  /** Absolute, links resolved. */
  readonly path: string;
  readonly durability: "power" | "process";
  readonly access: "write" | "read";
  readonly create: boolean;
  /** In milliseconds. */
  readonly age: number;
  readonly count: number;
  readonly acceptLoss: boolean;
  /** How large the file may become: tests fill the disk with it. */
  readonly maxPages?: number;
}

const PATH = "path of sqliteJournal";
const KNOWN: ReadonlySet<string> = new Set([
  "durability",
  "access",
  "create",
  "retain",
  "acceptLoss",
] satisfies (keyof SqliteJournalOptions)[]);
const KNOWN_OF_RETAIN: ReadonlySet<string> = new Set(["age", "count"] satisfies (keyof Retention)[]);

/** @throws AitorError `invalid-option`, `invalid-duration`. */
export function journalSettings(path: string, options: SqliteJournalOptions): JournalSettings {
  onlyOptions(options, KNOWN, "an option of sqliteJournal");
  if (path === ":memory:")
    throw invalidOption(PATH, "the path of a file", path, "use memoryJournal() of aitor in its place");
  const { durability = "power", access = "write", create = true, retain = {}, acceptLoss = false } = options;
  if (typeof retain !== "object" || retain === null) {
    throw invalidOption("retain of sqliteJournal", '{ age: "30d", count: 10_000 }, or one of the two', retain);
  }
  onlyOptions(retain, KNOWN_OF_RETAIN, "an option of retain of sqliteJournal");
  const { age, count = Infinity } = retain;
  return {
    path: placeOf(nonEmpty(path, PATH)),
    durability: oneOf(["power", "process"], durability, "durability of sqliteJournal"),
    access: oneOf(["write", "read"], access, "access of sqliteJournal"),
    create: flag(create, "create of sqliteJournal") && access === "write",
    age: age === undefined ? Infinity : milliseconds(age, "retain.age of sqliteJournal"),
    count: atLeast(0, count, "retain.count of sqliteJournal"),
    acceptLoss: flag(acceptLoss, "acceptLoss of sqliteJournal"),
  };
}

/** Where it cannot be told, opening it will say why. */
function placeOf(path: string): string {
  try {
    return realPath(path);
  } catch {
    return resolve(path);
  }
}
