import { hash } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { corruptError } from "../format/errors.ts";
import { packBytes, unpackBytes } from "../format/stored-data.ts";

/** Bytes by the SHA-256 of their content, and the streams that they belong to. */
export class BlobTable {
  readonly #path: string;
  readonly #isOwned: StatementSync;
  readonly #stays: StatementSync;
  readonly #own: StatementSync;
  readonly #forget: StatementSync;
  readonly #disown: StatementSync;
  readonly #handOver: StatementSync;
  readonly #insert: StatementSync;
  readonly #select: StatementSync;

  constructor(database: DatabaseSync, path: string) {
    this.#path = path;
    this.#isOwned = database.prepare("SELECT owned FROM blobs WHERE hash = ?");
    this.#stays = database.prepare("UPDATE blobs SET owned = 0 WHERE hash = ?");
    this.#own = database.prepare("INSERT OR IGNORE INTO blob_owners VALUES (?, ?)");
    this.#forget = database.prepare(
      `DELETE FROM blobs WHERE owned = 1 AND hash IN (SELECT hash FROM blob_owners WHERE stream = ?)
       AND NOT EXISTS (SELECT 1 FROM blob_owners o WHERE o.hash = blobs.hash AND o.stream <> ?)`,
    );
    this.#disown = database.prepare("DELETE FROM blob_owners WHERE stream = ?");
    this.#handOver = database.prepare("UPDATE blob_owners SET stream = ? WHERE stream = ?");
    this.#insert = database.prepare("INSERT INTO blobs VALUES (?, ?, ?)");
    this.#select = database.prepare("SELECT bytes FROM blobs WHERE hash = ?");
  }

  /** @param owner The id of the stream that they belong to; without one they stay. */
  put(bytes: Uint8Array, owner: number | undefined): string {
    const name = hash("sha256", bytes);
    const owned = this.#isOwned.get(name)?.["owned"];
    if (owned === undefined) this.#insert.run(name, packBytes(bytes), owner === undefined ? 0 : 1);
    else if (owned === 1 && owner === undefined) this.#stays.run(name);
    if (owner !== undefined) this.#own.run(owner, name);
    return name;
  }

  /** A stream is dropped. */
  letGo(stream: number): void {
    this.#forget.run(stream, stream);
    this.#disown.run(stream);
  }

  /** A stream goes on as another one. */
  handOver(from: number, to: number): void {
    this.#handOver.run(to, from);
  }

  /** @throws AitorError `journal-corrupt`. */
  get(name: string): Uint8Array | undefined {
    const row = this.#select.get(name);
    if (row === undefined) return undefined;
    const bytes = unpackBytes(row["bytes"] as Uint8Array);
    if (bytes !== undefined && hash("sha256", bytes) === name) return bytes;
    throw corruptError(this.#path, `blob ${name} was altered`, { blob: name });
  }
}
