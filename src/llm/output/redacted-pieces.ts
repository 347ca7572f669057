import { redacts, type StreamRedaction, streamRedaction } from "../../base/index.ts";
import type { ModelEvent } from "../format/model-events.ts";
import type { ProviderEvent } from "../format/provider.ts";

/** A piece of the answer's text, of its reasoning, or of a call's input. */
export type ShownPiece = Extract<ProviderEvent, { readonly text: string }>;

/** The text of an answer, its reasoning, or the input of one call. */
interface Stream {
  readonly type: ShownPiece["type"];
  /** Of a call. */
  readonly id: string;
  readonly name: string;
  readonly redaction: StreamRedaction;
}

/** Nothing where there are no secrets. */
export function redactedPieces(emit: (event: ModelEvent) => void): RedactedPieces | undefined {
  return redacts() ? new RedactedPieces(emit) : undefined;
}

/**
 * Tells the pieces of an answer without secrets. What may be the beginning of a secret is held back until its own stream
 * goes on. When another stream goes on meanwhile, what is held back is told if it is very short, so that most streams stand
 * whole before what follows them.
 */
export class RedactedPieces {
  readonly #emit: (event: ModelEvent) => void;
  readonly #streams: Stream[] = [];
  /** Of whom the last piece was. */
  #last: Stream | undefined;

  constructor(emit: (event: ModelEvent) => void) {
    this.#emit = emit;
  }

  show(event: ShownPiece): void {
    const { type } = event;
    const { id, name } = type === "tool-call-delta" ? event : NO_CALL;
    let stream = this.#last;
    if (stream === undefined || stream.type !== type || stream.id !== id) {
      this.#pause();
      stream = this.#last = this.#find(type, id) ?? this.#begin(type, id, name);
    }
    const shown = stream.redaction.push(event.text);
    if (shown === event.text) this.#emit(event);
    else this.#tell(stream, shown);
  }

  /** A call is whole. */
  endCall(id: string): void {
    this.#pause();
    const call = this.#find("tool-call-delta", id);
    if (call !== undefined) this.#tell(call, call.redaction.end());
  }

  /** Tells what is held back: no more comes. */
  release(): void {
    for (const stream of this.#streams) this.#tell(stream, stream.redaction.end());
  }

  #find(type: Stream["type"], id: string): Stream | undefined {
    return this.#streams.find((stream) => stream.type === type && stream.id === id);
  }

  #begin(type: Stream["type"], id: string, name: string): Stream {
    const stream = { type, id, name, redaction: streamRedaction() as StreamRedaction };
    this.#streams.push(stream);
    return stream;
  }

  #pause(): void {
    if (this.#last !== undefined) this.#tell(this.#last, this.#last.redaction.pause());
  }

  #tell({ type, id, name }: Stream, text: string): void {
    if (text !== "") this.#emit(type === "tool-call-delta" ? { type, id, name, text } : { type, text });
  }
}

const NO_CALL = { id: "", name: "" };
