import { hash } from "node:crypto";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { corruptError } from "./errors.ts";
import { packBytes, unpackBytes } from "./stored-data.ts";

/** Bytes by the SHA-256 of their content. */
export class BlobTable {
  readonly #path: string;
  readonly #has: StatementSync;
  readonly #insert: StatementSync;
  readonly #select: StatementSync;

  constructor(database: DatabaseSync, path: string) {
    this.#path = path;
    this.#has = database.prepare("SELECT 1 FROM blobs WHERE hash = ?");
    this.#insert = database.prepare("INSERT INTO blobs VALUES (?, ?)");
    this.#select = database.prepare("SELECT bytes FROM blobs WHERE hash = ?");
  }

  put(bytes: Uint8Array): string {
    const name = hash("sha256", bytes);
    if (this.#has.get(name) === undefined) this.#insert.run(name, packBytes(bytes));
    return name;
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
