import { type BlobRef, isAitorError } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import { artefactBlobs } from "../../tools/index.ts";

/**
 * Puts the blobs that something on record refers to, those of artefacts too, for another stream, too: what was copied from
 * an agent outlives that agent. What is missing already stays so.
 */
export async function keepBlobs(journal: Pick<Journal, "blobs">, stream: string, values: unknown): Promise<void> {
  const found = new Map<string, BlobRef>();
  find(values, found);
  for (const ref of found.values()) {
    try {
      await journal.blobs.put(await journal.blobs.get(ref), { stream });
    } catch (error) {
      if (!isAitorError(error, "blob-missing")) throw error;
    }
  }
}

function find(value: unknown, found: Map<string, BlobRef>): void {
  if (typeof value === "string") for (const ref of artefactBlobs(value)) found.set(ref.blob, ref);
  if (typeof value !== "object" || value === null) return;
  if (isRef(value)) found.set(value.blob, value);
  else for (const part of Object.values(value)) find(part, found);
}

function isRef(value: object): value is BlobRef {
  const { blob, size } = value as Partial<BlobRef>;
  return typeof blob === "string" && /^[\da-f]{64}$/.test(blob) && typeof size === "number";
}
