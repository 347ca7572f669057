import type { BlobRef, Runnable } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";

/** More definitions than this in one engine: those that come later have their outline put anew for each run. */
const MOST = 1_000;

/** What may have an outline. */
export type Outlined = Pick<Runnable, "name" | "outline" | "version">;

/** Puts the outlines of definitions into a durable journal, once for each definition and version. */
export class Outlines {
  readonly #journal: Journal;
  readonly #put = new Map<string, Promise<BlobRef>>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  of(runnable: Outlined): Promise<BlobRef> | undefined {
    if (!this.#journal.durable || runnable.outline === undefined) return undefined;
    const definition = JSON.stringify([runnable.name, runnable.version]);
    const known = this.#put.get(definition);
    if (known !== undefined) return known;
    const put = this.#journal.blobs.put(new TextEncoder().encode(JSON.stringify(runnable.outline())));
    put.catch(() => this.#put.delete(definition));
    if (this.#put.size < MOST) this.#put.set(definition, put);
    return put;
  }
}
