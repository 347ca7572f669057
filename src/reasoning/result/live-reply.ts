import type { RunFeed } from "../../agent/index.ts";
import type { ModelEvent } from "../../llm/index.ts";
import { ActionText } from "./action-text.ts";

/** The events of a reply that is being written. They are not recorded. */
export type ReplyEvent =
  | { readonly type: "text-delta"; readonly turn: number; readonly text: string }
  | { readonly type: "reasoning-delta"; readonly turn: number; readonly text: string }
  | { readonly type: "tool-call-delta"; readonly turn: number; readonly tool: string; readonly text: string }
  | { readonly type: "model-retried"; readonly turn: number; readonly model: string; readonly message: string };

/** Replaces everything that was published of the turn's reply so far. */
export interface Draft {
  readonly type: "draft";
  readonly turn: number;
  readonly text: string;
  readonly reasoning: string;
}

/** The reply that a model is writing, for those who follow the run. Secrets are redacted at its source. */
export class LiveReply {
  readonly #feed: RunFeed;
  #turn = 0;
  #text = "";
  #reasoning = "";
  /** Of a reply that is an action: what of it is text. */
  #action: ActionText | undefined;

  constructor(feed: RunFeed) {
    this.#feed = feed;
    feed.onFollow(() => this.#draft());
  }

  /** @param isAction The model writes actions as JSON. */
  begin(turn: number, isAction: boolean): void {
    this.#turn = turn;
    this.#action = isAction ? new ActionText() : undefined;
    this.#text = "";
    this.#reasoning = "";
  }

  over(): void {
    this.#feed.onFollow(undefined);
  }

  take(event: ModelEvent): void {
    const turn = this.#turn;
    switch (event.type) {
      case "text-delta": {
        const text = this.#action === undefined ? event.text : this.#action.push(event.text);
        if (text === "") return;
        this.#text += text;
        this.#feed.publish({ type: "text-delta", turn, text } satisfies ReplyEvent);
        return;
      }
      case "reasoning-delta":
        this.#reasoning += event.text;
        this.#feed.publish({ type: "reasoning-delta", turn, text: event.text } satisfies ReplyEvent);
        return;
      case "tool-call-delta": {
        if (!this.#feed.followed) return;
        const { name: tool, text } = event;
        this.#feed.publish({ type: "tool-call-delta", turn, tool, text } satisfies ReplyEvent);
        return;
      }
      case "reset":
        this.begin(turn, this.#action !== undefined);
        this.#feed.publish(this.#draft());
        return;
      case "retried":
      case "failed-over": {
        const model = event.type === "retried" ? event.model : event.to;
        this.#feed.publish({ type: "model-retried", turn, model, message: event.message } satisfies ReplyEvent);
        break;
      }
      default:
      // The record tells the rest.
    }
  }

  #draft(): Draft {
    return { type: "draft", turn: this.#turn, text: this.#text, reasoning: this.#reasoning };
  }
}
