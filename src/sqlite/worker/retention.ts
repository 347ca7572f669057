import type { DatabaseSync, StatementSync } from "node:sqlite";
import { storedText, textOf } from "../format/stored-text.ts";

/** Streams that are looked at, and dropped, in one pass. */
const LOOKED_AT = 1_000;
const DROPPED_AT_A_TIME = 200;

interface Row {
  readonly id: number;
  readonly name: string | Uint8Array;
  readonly last: number;
  readonly last_at: number;
  readonly keep_until: number | null;
  readonly about: string | null;
}

/** Those without an event end at 0. */
const BEFORE_ALL = { last: -1, id: -1 };

/** Finds the streams that have ended and are not kept any longer, from the one that ended first on, some in each pass. */
export class Retention {
  readonly #age: number;
  readonly #count: number;
  readonly #ended: StatementSync;
  readonly #countEnded: StatementSync;
  readonly #isUnfinished: StatementSync;
  /** Where the next pass goes on: behind this one, after so many that are kept. */
  #after: Pick<Row, "last" | "id"> = BEFORE_ALL;
  #kept = 0;

  constructor(database: DatabaseSync, { age, count }: { age: number; count: number }) {
    this.#age = age;
    this.#count = count;
    this.#ended = database.prepare(
      `SELECT id, name, last, CAST(last_at AS REAL) AS last_at, CAST(keep_until AS REAL) AS keep_until, about FROM streams
       WHERE ended = 1 AND (last, id) > (?, ?) ORDER BY last, id LIMIT ${LOOKED_AT}`,
    );
    this.#countEnded = database.prepare("SELECT count(*) AS count FROM streams WHERE ended = 1");
    // In older journals a name with a NUL stands as a text.
    this.#isUnfinished = database.prepare("SELECT 1 FROM streams WHERE name IN (?, ?) AND ended = 0");
  }

  /** Whether there is anything that is not kept for ever. */
  get limits(): boolean {
    return this.#age !== Infinity || this.#count !== Infinity;
  }

  /** @returns What is to be dropped, and whether there may be more at once. */
  pass(now: number): { readonly names: readonly string[]; readonly more: boolean } {
    if (!this.limits) return { names: [], more: false };
    const { count } = this.#countEnded.get() as { count: number };
    const surplus = count - this.#count;
    const names: string[] = [];
    const rows = this.#ended.all(this.#after.last, this.#after.id) as unknown as Row[];
    for (const row of rows) {
      const { name, last_at: lastAt, keep_until: keepUntil, about } = row;
      const place = this.#kept + names.length;
      const isDue = place < surplus || lastAt < now - this.#age;
      // Older ones may stand behind one that is dated ahead, as by a clock that was wrong.
      if (!isDue && lastAt <= now) return this.#done(names);
      if (!isDue || (keepUntil !== null && keepUntil > now) || this.#isHeld(about)) this.#kept++;
      else names.push(textOf(name));
      this.#after = row;
      if (names.length === DROPPED_AT_A_TIME) return { names, more: true };
    }
    return rows.length < LOOKED_AT ? this.#done(names) : { names, more: true };
  }

  /** What made it has not ended. */
  #isHeld(about: string | null): boolean {
    const maker = makerIn(about);
    return maker !== undefined && this.#isUnfinished.get(storedText(maker), maker) !== undefined;
  }

  #done(names: readonly string[]): { readonly names: readonly string[]; readonly more: boolean } {
    this.#after = BEFORE_ALL;
    this.#kept = 0;
    return { names, more: false };
  }
}

/** What is told of a stream names in `parent` what it is a part of, and in `sender` what sent it. Nothing where that is damaged. */
function makerIn(about: string | null): string | undefined {
  try {
    const { parent, sender } = JSON.parse(about ?? "{}") as { readonly parent?: unknown; readonly sender?: unknown };
    const maker = parent ?? sender;
    return typeof maker === "string" ? maker : undefined;
  } catch {
    return undefined;
  }
}
