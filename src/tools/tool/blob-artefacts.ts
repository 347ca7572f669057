import { type BlobRef, isAitorError } from "../../base/index.ts";
import type { ArtefactStore } from "./artefact.ts";

/*
 * An artefact as a blob: a line of JSON that says what it is, and its data. The id of the artefact consists of the blob's
 * reference. So the id alone finds it, and code that copies a text with an id in it, such as a fork, finds the blob that has
 * to be kept.
 */

/** Where blobs are kept, such as `ctx.blobs` of an agent's handler. */
interface BlobStore {
  put(bytes: Uint8Array): Promise<BlobRef>;
  get(ref: BlobRef): Promise<Uint8Array>;
}

interface Label {
  readonly mediaType: string;
  readonly name: string;
  readonly isText: boolean;
}

/** One word, so that models copy all of it: the hash, and the number of bytes. */
const ID = /art_([\da-f]{64})(\d{1,15})/g;
const LINE_END = 0x0a;

/** The blobs of the artefacts whose ids stand in a text. */
export function artefactBlobs(text: string): BlobRef[] {
  if (!text.includes("art_")) return [];
  return Array.from(text.matchAll(ID), ([, blob = "", size]) => ({ blob, size: Number(size) }));
}

/**
 * Creates a store of artefacts in blobs. It is durable if the blobs are, and artefacts are kept as long as their blobs. An
 * agent with the tool `readArtefact` has such a store in its own blobs, unless it is given another one.
 */
export function blobArtefacts(blobs: BlobStore): ArtefactStore {
  return {
    async put(data, { mediaType, name }) {
      const isText = typeof data === "string";
      const label: Label = { mediaType, name, isText };
      const line = new TextEncoder().encode(`${JSON.stringify(label)}\n`);
      const content = isText ? new TextEncoder().encode(data) : data;
      const bytes = new Uint8Array(line.length + content.length);
      bytes.set(line);
      bytes.set(content, line.length);
      const { blob, size } = await blobs.put(bytes);
      return { id: `art_${blob}${size}`, mediaType, name, size: data.length };
    },
    async get(id) {
      const [ref] = artefactBlobs(id);
      if (ref === undefined || id !== `art_${ref.blob}${ref.size}`) return undefined;
      let bytes: Uint8Array;
      try {
        bytes = await blobs.get(ref);
      } catch (error) {
        if (isAitorError(error, "blob-missing")) return undefined;
        throw error;
      }
      const start = bytes.indexOf(LINE_END) + 1;
      const label = labelIn(bytes.subarray(0, start));
      if (label === undefined) return undefined;
      const { mediaType, name, isText } = label;
      const content = bytes.subarray(start);
      return {
        data: isText ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(content) : content,
        mediaType,
        name,
      };
    },
  };
}

/** Nothing for a blob that is no artefact: its hash came from elsewhere. */
function labelIn(line: Uint8Array): Label | undefined {
  try {
    const { mediaType, name, isText } = JSON.parse(new TextDecoder().decode(line)) as Partial<Label>;
    const isLabel = typeof mediaType === "string" && typeof name === "string" && typeof isText === "boolean";
    return isLabel ? { mediaType, name, isText } : undefined;
  } catch {
    return undefined;
  }
}
