import { type Clock, nextTurn, type Timer } from "../../base/index.ts";
import { Answer } from "../output/answer.ts";
import { addsToAnswer, eventFault, hasEvents, noEvent, noEventsError, wrongField } from "./event-fault.ts";
import { type Failure, failure, failureOf } from "../format/failure.ts";
import { lowerCase } from "../format/headers.ts";
import type { ModelEvent } from "../format/model-events.ts";
import type { FinishReason, LLMProvider, ProviderCall, ProviderEvent } from "../format/provider.ts";
import type { Timeouts } from "../format/settings.ts";
import { type RedactedPieces, redactedPieces, type ShownPiece } from "../output/redacted-pieces.ts";
import { toldFigures, type Usage } from "../format/usage.ts";

/** How one request to a provider ended. */
export type AttemptEnd =
  | { readonly outcome: "answered" }
  | { readonly outcome: "failed"; readonly failure: Failure }
  | { readonly outcome: "aborted"; readonly reason: unknown };

export interface AttemptOptions {
  readonly clock: Clock;
  readonly provider: LLMProvider;
  readonly timeouts: Timeouts;
  readonly signal: AbortSignal | undefined;
  /** Nothing where nobody listens. */
  readonly emit: ((event: ModelEvent) => void) | undefined;
  readonly warn: (message: string, setting: string | undefined) => void;
  /** Told the limits that a response names, as soon as it comes. */
  readonly heard: (headers: Readonly<Record<string, string>>) => void;
  /** All text so far, whenever there is more. */
  readonly onText: ((text: string) => void) | undefined;
}

/** For how long the end of a stream is waited for behind the end of the answer. */
const END_MS = 1_000;

/**
 * One request to a provider: reads its events into an answer and tells them. A provider that ignores its abort signal is
 * left behind: `run` ends at once, and what it still says is not heard.
 *
 * One loop, one promise for each event and none besides, since it runs for each token.
 */
export class Attempt {
  readonly answer: Answer = new Answer();
  /** Monotonic milliseconds when the first token came. */
  firstTokenAt: number | undefined;
  finish: { readonly reason: FinishReason; readonly usage: Usage | undefined } | undefined;
  /** The provider has begun to respond, and not with an error. */
  accepted = false;
  responseId: string | undefined;
  answeredBy: string | undefined;
  readonly #options: AttemptOptions;
  readonly #controller = new AbortController();
  #timer: Timer | undefined;
  /** Monotonic milliseconds. */
  #startedAt = 0;
  /** How many events had come when it was looked last, once there was a token. */
  #seen = -1;
  #idleFrom = 0;
  /** Nothing where there are no secrets, or nobody listens. */
  readonly #pieces: RedactedPieces | undefined;
  #events = 0;
  #end: ((end: AttemptEnd) => void) | undefined;

  constructor(options: AttemptOptions) {
    this.#options = options;
    if (options.emit !== undefined) this.#pieces = redactedPieces(options.emit);
  }

  run(call: Omit<ProviderCall, "abortSignal">): Promise<AttemptEnd> {
    const { signal } = this.#options;
    return new Promise((resolve) => {
      const abort = (): void => {
        const reason: unknown = signal?.reason;
        if (this.finish === undefined) this.#over({ outcome: "aborted", reason }, false);
        else this.#finish(false);
      };
      const end = (how: AttemptEnd): void => {
        signal?.removeEventListener("abort", abort);
        this.#timer?.cancel();
        unwatched.delete(this);
        resolve(how);
      };
      this.#end = end;
      if (signal?.aborted === true) return abort();
      signal?.addEventListener("abort", abort, { once: true });
      this.#startedAt = this.#options.clock.monotonic();
      watchSoon(this);
      void this.#read({ ...call, abortSignal: this.#controller.signal });
    });
  }

  async #read(call: ProviderCall): Promise<void> {
    let next: IteratorResult<ProviderEvent, unknown> | undefined;
    try {
      const streamed = this.#options.provider.stream(call);
      const events = hasEvents(streamed) ? streamed : await streamed;
      if (!hasEvents(events)) throw noEventsError(events);
      const iterator = events[Symbol.asyncIterator]();
      while (this.#end !== undefined) {
        next = await iterator.next();
        if (next.done === true || this.#end === undefined) break;
        this.#events++;
        if (this.finish === undefined) this.#take(next.value);
        else this.#takeBehind(next.value);
      }
      if (next?.done !== true) void Promise.resolve(iterator.return?.()).catch(() => {});
      else if (this.finish !== undefined) this.#finish(true);
      else this.#fail(failure("interrupted", "the stream ended before the answer did"));
    } catch (error) {
      // Looked at here, where reading it has thrown, and not before each event.
      const fault = next === undefined || next.done === true ? undefined : noEvent(next.value);
      this.#broke(fault ?? failureOf(error, this.#options.clock.now()));
    }
  }

  /** What breaks behind the end of an answer does not take the answer back. */
  #broke(why: Failure): void {
    if (this.finish !== undefined) this.#finish(true);
    else this.#fail(why);
  }

  /** What tells of the answer behind its end counts; what would make it longer does not, however soon it comes. */
  #takeBehind(event: ProviderEvent): void {
    if (!addsToAnswer(event)) return this.#take(event);
    this.#options.warn(`the provider gave "${event.type}" behind "finish": it was left out of the answer`, undefined);
  }

  #take(event: ProviderEvent): void {
    const { onText } = this.#options;
    switch (event.type) {
      case "text-delta":
      case "reasoning-delta": {
        if (typeof event.text !== "string") return this.#broke(wrongField(event, "text"));
        const isText = event.type === "text-delta";
        this.firstTokenAt ??= this.#options.clock.monotonic();
        this.answer.add(isText ? "text" : "reasoning", event.text, event.part);
        this.#show(event);
        if (isText && onText !== undefined) onText(this.answer.text);
        return;
      }
      case "tool-call-delta": {
        const field = event.text === "" ? "name" : "text";
        if (typeof event[field] !== "string") return this.#broke(wrongField(event, field));
        this.firstTokenAt ??= this.#options.clock.monotonic();
        this.answer.addUnfinished(event[field]);
        this.#show(event);
        return;
      }
      default:
        this.#takeOther(event);
    }
  }

  #show(event: ShownPiece): void {
    if (this.#pieces === undefined) this.#options.emit?.(event);
    else this.#pieces.show(event);
  }

  #takeOther(event: Exclude<ProviderEvent, ShownPiece>): void {
    const fault = eventFault(event);
    if (fault !== undefined) return this.#broke(fault);
    switch (event.type) {
      case "part-metadata":
        this.answer.addMetadata(event.kind, event.part, event.metadata);
        break;
      case "tool-call": {
        this.firstTokenAt ??= this.#options.clock.monotonic();
        this.#pieces?.endCall(event.id);
        const call = this.answer.addCall(event);
        if (call.remote !== true) this.#options.emit?.({ type: "tool-called", call });
        break;
      }
      case "tool-result":
      case "file":
      case "opaque":
        this.answer.addPart(event);
        break;
      case "warning":
        this.#options.warn(event.message, event.setting);
        break;
      case "response":
        this.accepted = true;
        if (event.headers !== undefined) this.#options.heard(lowerCase(event.headers));
        this.responseId = event.id ?? this.responseId;
        this.answeredBy = event.model ?? this.answeredBy;
        break;
      case "finish": {
        const isFirst = this.finish === undefined;
        this.finish = { reason: event.reason, usage: toldFigures(event.usage) };
        // Its connection can be used again once it is read to its end.
        if (isFirst && !unwatched.has(this)) this.#awaitEnd();
        break;
      }
      case "ping":
        break;
    }
  }

  /** Not before the turn is over: an answer that is in the process already needs no timer. */
  watch(): void {
    if (this.#end === undefined) return;
    if (this.finish === undefined) this.#watch();
    else this.#awaitEnd();
  }

  #awaitEnd(): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.timer(END_MS, () => this.#finish(false));
  }

  /** One timer for all limits and all tokens: it looks whether anything came since it looked last. */
  #watch(): void {
    const { clock, timeouts } = this.#options;
    const now = clock.monotonic();
    const left = timeouts.total - (now - this.#startedAt);
    if (left <= 0) return this.#late(`no end within ${timeouts.total} ms`);
    let next: number;
    if (this.firstTokenAt === undefined) {
      next = timeouts.firstToken - (now - this.#startedAt);
      if (next <= 0) return this.#late(`no token within ${timeouts.firstToken} ms`);
      next = Math.min(next, timeouts.idle);
    } else {
      if (this.#events !== this.#seen) {
        this.#seen = this.#events;
        this.#idleFrom = now;
      }
      next = timeouts.idle - (now - this.#idleFrom);
      if (next <= 0) return this.#late(`no token for ${timeouts.idle} ms`);
    }
    next = Math.min(next, left);
    this.#timer = next === Infinity ? undefined : clock.timer(next, () => this.#watch());
  }

  /** The end of the answer has come. A call that was cut off because the answer is too long would be so again: it is no failure. */
  #finish(read: boolean): void {
    const reason = this.finish?.reason;
    const isLost = this.answer.lostCall && reason !== "length" && reason !== "filtered";
    if (!isLost) return this.#over({ outcome: "answered" }, read);
    const why = failure("interrupted", "a tool call began, and its end did not come");
    this.#over({ outcome: "failed", failure: why }, read);
  }

  #late(message: string): void {
    this.#fail(failure("timeout", `the model was too slow: ${message}`));
  }

  #fail(why: Failure): void {
    this.#over({ outcome: "failed", failure: why });
  }

  /** @param read The stream has ended by itself: one that has not holds a connection, which is given up. */
  #over(end: AttemptEnd, read = end.outcome === "answered"): void {
    const finish = this.#end;
    if (finish === undefined) return;
    this.#pieces?.release();
    this.#end = undefined;
    if (!read) {
      if (end.outcome === "failed") this.#controller.abort(end.failure.cause);
      else this.#controller.abort(end.outcome === "aborted" ? end.reason : undefined);
    }
    finish(end);
  }
}

/** Attempts that began in this turn of the event loop. */
const unwatched = new Set<Attempt>();
/** Once a turn, however many began in it and ended. */
let watching = false;

function watchSoon(attempt: Attempt): void {
  unwatched.add(attempt);
  if (watching) return;
  watching = true;
  nextTurn(watchAll);
}

function watchAll(): void {
  watching = false;
  const begun = [...unwatched];
  unwatched.clear();
  for (const attempt of begun) attempt.watch();
}
