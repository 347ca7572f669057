import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";

/** The name of the tool that reads artefacts. */
export const READ_ARTEFACT = "read_artefact";

/** What is too large for a model's view, and is kept beside it. */
export interface Artefact {
  readonly data: string | Uint8Array;
  readonly mediaType: string;
  readonly name: string;
}

/** Names an artefact. */
export interface ArtefactHandle {
  /** What `get` takes: a text that a model can repeat. */
  readonly id: string;
  readonly mediaType: string;
  readonly name: string;
  /** Characters of a text, bytes of anything else. */
  readonly size: number;
}

/**
 * Keeps artefacts. A store is one tenant's: whoever has an id may read what it names.
 */
export interface ArtefactStore {
  /**
   * Keeps data, durably where the store is durable, when it resolves. Called in steps, and again where a step runs again:
   * the same data gets the same id. Where it fails, the model gets the beginning of an output, and why the rest is gone.
   */
  put(data: string | Uint8Array, about: { readonly mediaType: string; readonly name: string }): Promise<ArtefactHandle>;
  /** What was put; nothing where there is no such id. The id comes from a model: it can be anything. */
  get(id: string): Promise<Artefact | undefined>;
}

/** A store that lives as long as its process, for tests and short runs. */
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
