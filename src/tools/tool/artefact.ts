import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";

/** The name of the tool that reads artefacts. */
export const READ_ARTEFACT = "read_artefact";

/** Something too large for a model's view, which is kept beside it. */
export interface Artefact {
  readonly data: string | Uint8Array;
  readonly mediaType: string;
  readonly name: string;
}

/** Identifies an artefact. */
export interface ArtefactHandle {
  /** The id to pass to `get`: a text that a model can repeat. */
  readonly id: string;
  readonly mediaType: string;
  readonly name: string;
  /** The number of characters of a text, or of bytes of anything else. */
  readonly size: number;
}

/** Stores artefacts. A store belongs to one tenant: whoever has an id may read what it identifies. */
export interface ArtefactStore {
  /**
   * Stores data. It is kept when the promise resolves, durably if the store is durable. Called in steps, and again if a step
   * runs again: the same data must get the same id. If it fails, the model gets the beginning of an output, and why the rest
   * is gone.
   */
  put(data: string | Uint8Array, about: { readonly mediaType: string; readonly name: string }): Promise<ArtefactHandle>;
  /** Returns what was stored; nothing if there is no such id. The id comes from a model and can be anything. */
  get(id: string): Promise<Artefact | undefined>;
}

/** Creates a store that lives as long as its process, for tests and short runs. */
export function memoryArtefacts(): ArtefactStore {
  const kept = new Map<string, Artefact>();
  return {
    async put(data, { mediaType, name }) {
      const isText = typeof data === "string";
      const label = utf8ToBytes(JSON.stringify([mediaType, name, isText]));
      const hash = sha256
        .create()
        .update(label)
        .update(isText ? utf8ToBytes(data) : data);
      const id = `art_${bytesToHex(hash.digest()).slice(0, 32)}`;
      if (!kept.has(id)) kept.set(id, { data: isText ? data : data.slice(), mediaType, name });
      return { id, mediaType, name, size: data.length };
    },
    get: async (id) => kept.get(id),
  };
}
