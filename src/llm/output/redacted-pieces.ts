import { redacts, type StreamRedaction, streamRedaction } from "../../base/index.ts";
import type { ModelEvent } from "../format/model-events.ts";
import type { ProviderEvent } from "../format/provider.ts";

type Kind = "text" | "reasoning" | "call";
type Piece = Extract<ProviderEvent, { readonly text: string }>;

/** The text of an answer, its reasoning, or the input of one call. */
interface Stream {
  readonly kind: Kind;
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
 * Tells the pieces of an answer without secrets. What may be the beginning of one is held back until its stream goes on,
 * whatever comes of others meanwhile; when another one begins or goes on, what is held is told if it is very short, so that
 * most streams stand whole before what follows them.
 */
export class RedactedPieces {
  readonly #emit: (event: ModelEvent) => void;
  readonly #streams: Stream[] = [];
  /** Of whom the last piece was. */
  #last: Stream | undefined;

  constructor(emit: (event: ModelEvent) => void) {
    this.#emit = emit;
  }

  show(kind: Kind, event: Piece, id = "", name = ""): void {
    let stream = this.#last;
    if (stream === undefined || stream.kind !== kind || stream.id !== id) {
      this.#pause();
      stream = this.#last = this.#find(kind, id) ?? this.#begin(kind, id, name);
    }
    const shown = stream.redaction.push(event.text);
    if (shown === event.text) this.#emit(event);
    else this.#tell(stream, shown);
  }

  /** A call is whole. */
  endCall(id: string): void {
    this.#pause();
    const call = this.#find("call", id);
    if (call !== undefined) this.#tell(call, call.redaction.end());
  }

  /** Tells what is held back: no more comes. */
  release(): void {
    for (const stream of this.#streams) this.#tell(stream, stream.redaction.end());
  }

  #find(kind: Kind, id: string): Stream | undefined {
    return this.#streams.find((stream) => stream.kind === kind && stream.id === id);
  }

  #begin(kind: Kind, id: string, name: string): Stream {
    const stream = { kind, id, name, redaction: streamRedaction() as StreamRedaction };
    this.#streams.push(stream);
    return stream;
  }

  #pause(): void {
    if (this.#last !== undefined) this.#tell(this.#last, this.#last.redaction.pause());
  }

  #tell({ kind, id, name }: Stream, text: string): void {
    if (text === "") return;
    this.#emit(kind === "call" ? { type: "tool-call-delta", id, name, text } : { type: `${kind}-delta`, text });
  }
}
