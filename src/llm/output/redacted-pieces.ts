import { type StreamRedaction, streamRedaction } from "../../base/index.ts";
import type { ModelEvent } from "../format/model-events.ts";
import type { ProviderEvent } from "../format/provider.ts";

type Kind = "text" | "reasoning" | "call";
type Piece = Extract<ProviderEvent, { readonly text: string }>;

/** Nothing where there are no secrets. */
export function redactedPieces(emit: (event: ModelEvent) => void): RedactedPieces | undefined {
  const text = streamRedaction();
  const another = (): StreamRedaction => streamRedaction() as StreamRedaction;
  return text && new RedactedPieces(emit, { text, reasoning: another(), call: another() });
}

/** Tells the pieces of an answer without secrets. What may be the beginning of one is held back until the next. */
export class RedactedPieces {
  readonly #emit: (event: ModelEvent) => void;
  readonly #redactions: Readonly<Record<Kind, StreamRedaction>>;
  /** Of whom the last piece was, while some of it may be held back. */
  #held: { readonly kind: Kind; readonly id: string; readonly name: string } | undefined;

  constructor(emit: (event: ModelEvent) => void, redactions: Readonly<Record<Kind, StreamRedaction>>) {
    this.#emit = emit;
    this.#redactions = redactions;
  }

  show(kind: Kind, event: Piece, id = "", name = ""): void {
    const held = this.#held;
    if (held === undefined || held.kind !== kind || held.id !== id) {
      this.release();
      this.#held = { kind, id, name };
    }
    const shown = this.#redactions[kind].push(event.text);
    if (shown === event.text) this.#emit(event);
    else this.#tell(shown);
  }

  /** Tells what is held back: no more comes. */
  release(): void {
    if (this.#held === undefined) return;
    this.#tell(this.#redactions[this.#held.kind].end());
    this.#held = undefined;
  }

  #tell(text: string): void {
    if (text === "" || this.#held === undefined) return;
    const { kind, id, name } = this.#held;
    this.#emit(kind === "call" ? { type: "tool-call-delta", id, name, text } : { type: `${kind}-delta`, text });
  }
}
