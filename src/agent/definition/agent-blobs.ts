import type { BlobRef, MessageKey } from "../../base/index.ts";
import type { Journal } from "../../journal/index.ts";
import { agentStream } from "./agent-stream.ts";

/**
 * Stores bytes that are too large for messages and memory, such as images and files. They are kept as long as the agent and are
 * deleted with it. A reference is a JSON value, and is the same for the same bytes.
 */
export interface AgentBlobs {
  /** Stores a copy of the bytes, made at the call. They are durable when the promise resolves. */
  put(bytes: Uint8Array): Promise<BlobRef>;
  /** Returns the bytes of a reference. @throws AitorError (rejects with) `blob-missing`. */
  get(ref: BlobRef): Promise<Uint8Array>;
}

export function agentBlobs(journal: Pick<Journal, "blobs">, agent: MessageKey): AgentBlobs {
  return {
    put: (bytes) => journal.blobs.put(bytes, { stream: agentStream(agent) }),
    get: (ref) => journal.blobs.get(ref),
  };
}
