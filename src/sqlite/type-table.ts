import type { DatabaseSync, StatementSync } from "node:sqlite";
import { storedText, textOf } from "./stored-text.ts";

/** Types of events, each kept once. */
export class TypeTable {
  readonly #ids = new Map<string, number>();
  readonly #names = new Map<number, string>();
  readonly #all: StatementSync;
  readonly #insert: StatementSync;

  constructor(database: DatabaseSync) {
    this.#all = database.prepare("SELECT id, name FROM types");
    this.#insert = database.prepare("INSERT INTO types VALUES (?, ?)");
    this.load();
  }

  /** Its number; a new one where it has none. */
  idOf(type: string): number {
    const known = this.#ids.get(type);
    if (known !== undefined) return known;
    const id = this.#names.size + 1;
    this.#insert.run(id, storedText(type));
    this.#add(id, type);
    return id;
  }

  nameOf(id: number): string | undefined {
    if (!this.#names.has(id)) this.load();
    return this.#names.get(id);
  }

  load(): void {
    this.#ids.clear();
    this.#names.clear();
    for (const { id, name } of this.#all.all()) this.#add(id as number, textOf(name as string));
  }

  #add(id: number, type: string): void {
    this.#ids.set(type, id);
    this.#names.set(id, type);
  }
}
