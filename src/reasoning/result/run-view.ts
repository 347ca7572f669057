import type { FollowedEvent } from "../../agent/index.ts";
import { type EngineEvent, rebuildFailure } from "../../engine/index.ts";
import { textOf, type ToolCallPart, toolCallsOf, type Usage } from "../../llm/index.ts";
import { recordedResult, type ToolResult } from "../../tools/index.ts";
import type { Draft, ReplyEvent } from "./live-reply.ts";
import type { ReactEvent } from "./react-event.ts";
import type { StreamView } from "./react-stream.ts";
import type { TraceStep } from "../memory/memory-parts.ts";
import type { RecordedReasoningEvent } from "../memory/recorded-event.ts";
import { observeStep, thoughtSteps } from "../memory/trace-steps.ts";
import {
  APPROVAL,
  type ApprovalAsked,
  callId,
  COMPACT,
  type CompactRecord,
  editOf,
  isThink,
  OBSERVE,
  placeInTurn,
  THINK,
  type ThinkRecord,
} from "../memory/turn-record.ts";

/** What the followers of a run see: the meaning of its events, and a snapshot of the whole run at any time. */
export class RunView implements StreamView<ReactEvent> {
  readonly #run: string;
  readonly #trace: TraceStep[] = [];
  #turn = 0;
  #text = "";
  #reasoning = "";
  #calls: readonly ToolCallPart[] = [];
  readonly #seen = new Set<string>();
  /** The requests about the turn's calls, by key. */
  readonly #asked = new Map<string, ReactEvent>();
  /** What a person gave instead of the model's arguments, by the place of the call. */
  readonly #edited = new Map<number, unknown>();

  constructor(run: string) {
    this.#run = run;
  }

  get snapshot(): ReactEvent {
    const { text, reasoning } = { text: this.#text, reasoning: this.#reasoning };
    return { type: "snapshot", turn: this.#turn, trace: [...this.#trace], text, reasoning };
  }

  /** Returns what something means to those who watch: an empty array if it means nothing. */
  take(followed: FollowedEvent): readonly ReactEvent[] {
    if (followed.run !== this.#run) return [];
    return followed.kind === "published"
      ? this.#published(followed.event as ReplyEvent | Draft)
      : this.recorded(followed.event);
  }

  /** Returns the meaning of an event that is on record already, for those who come late. */
  recorded(event: EngineEvent | RecordedReasoningEvent): readonly ReactEvent[] {
    switch (event.type) {
      case "run-started":
        return [{ type: "run-started", run: this.#run }];
      case "run-suspended":
        return [{ type: "run-suspended", waitsFor: event.data.waitsFor }];
      case "run-resumed":
        return [{ type: "run-resumed" }];
      case "step-started": {
        const place = placeInTurn(event.key);
        return isThink(place) ? [this.#begin(place.turn)] : [];
      }
      case "step-finished":
        return this.#finished(event);
      case "step-failed":
        return this.#failed(event);
      case "step-progress": {
        const { turn, call, name: tool } = placeInTurn(event.key) ?? NOWHERE;
        return call === 0 ? [] : [{ type: "tool-progressed", turn, call: callId(turn, call), tool, ...event.data }];
      }
      case "signal-awaited": {
        const { turn, call } = placeInTurn(event.key) ?? NOWHERE;
        if (event.data.name !== APPROVAL || call === 0) return [];
        const request = event.data.request as ApprovalAsked;
        const { key } = event;
        this.#asked.set(key, { type: "approval-requested", turn, call: callId(turn, call), key, request });
        return this.#requested(key);
      }
      case "signal-received":
        return this.#answered(event.key, editOf(event.data.value));
      case "signal-failed":
        return this.#answered(event.key, undefined);
      // An answer that was recorded while no code was there to check it did not fit: it is waited for again.
      case "signal-refused":
        return this.#requested(event.key);
      case "message-steered":
        return [{ type: "message-steered", content: event.data.content }];
      case "context-pruned":
        return [{ type: "context-pruned" }];
      default:
        return [];
    }
  }

  #begin(turn: number): ReactEvent {
    this.#turnTo(turn);
    return { type: "think-started", turn };
  }

  /** On a disk the start of a step is told when it is durable: the model may have begun to write by then. */
  #turnTo(turn: number): void {
    if (turn === this.#turn) return;
    this.#turn = turn;
    this.#text = "";
    this.#reasoning = "";
  }

  #finished(event: EngineEvent & { readonly type: "step-finished" }): readonly ReactEvent[] {
    const place = placeInTurn(event.key);
    if (place === undefined) return [];
    const { turn, name, call } = place;
    const { result } = event.data;
    if (call > 0) return this.#observed(turn, call, name, recordedResult(name, { result }));
    if (name === COMPACT) return [{ type: "context-pruned", summary: (result as CompactRecord).text }];
    return name === THINK ? this.#thought(turn, result as ThinkRecord) : [];
  }

  #failed(event: EngineEvent & { readonly type: "step-failed" }): readonly ReactEvent[] {
    const { turn, call, name } = placeInTurn(event.key) ?? NOWHERE;
    const { error, durationMs } = event.data;
    if (call > 0)
      return this.#observed(turn, call, name, recordedResult(name, { error: rebuildFailure(error), durationMs }));
    return name === THINK ? [{ type: "think-failed", turn, message: error.message }] : [];
  }

  #thought(turn: number, record: ThinkRecord): readonly ReactEvent[] {
    const { message, model, cost, fault, usage } = record;
    this.#trace.push(...thoughtSteps(this.#run, turn, record));
    this.#turn = turn;
    this.#text = "";
    this.#reasoning = "";
    this.#seen.clear();
    this.#asked.clear();
    this.#edited.clear();
    this.#calls = fault === undefined ? toolCallsOf(message) : [];
    let reasoning = "";
    for (const part of message.parts) if (part.type === "reasoning") reasoning += part.text;
    const thought: ReactEvent = {
      type: "think-finished",
      turn,
      model,
      text: textOf(message),
      reasoning,
      ...(cost !== undefined && { cost }),
      ...tokensOf(usage),
      ...(fault !== undefined && { fault }),
    };
    const called = this.#calls.map(({ name: tool, input }, index): ReactEvent => {
      return { type: "tool-called", turn, call: callId(turn, index + 1), tool, input };
    });
    return [thought, ...called];
  }

  #requested(key: string): readonly ReactEvent[] {
    const asked = this.#asked.get(key);
    return asked === undefined ? [] : [asked];
  }

  #answered(key: string, edited: unknown): readonly ReactEvent[] {
    const { turn, call, name } = placeInTurn(key) ?? NOWHERE;
    if (name !== APPROVAL) return [];
    this.#edited.set(call, edited);
    return [{ type: "approval-answered", turn, call: callId(turn, call), ...(edited !== undefined && { edited }) }];
  }

  #observed(turn: number, place: number, name: string, result: ToolResult): readonly ReactEvent[] {
    const call = callId(turn, place);
    // An `orchestrate` tool's own step and the one that tells its result are one.
    if (this.#seen.has(call)) return [];
    this.#seen.add(call);
    const tool = this.#calls[place - 1]?.name ?? (name === OBSERVE ? "" : name);
    this.#trace.push(observeStep(this.#run, turn, tool, result, this.#edited.get(place)));
    const { durationMs } = result;
    const what = { type: "tool-finished", turn, call, tool, durationMs } as const;
    if (!result.ok) return [{ ...what, outcome: result.error.code, message: result.error.message }];
    return [{ ...what, outcome: "ok", value: result.value }];
  }

  #published(event: ReplyEvent | Draft): readonly ReactEvent[] {
    switch (event.type) {
      case "text-delta":
        this.#turnTo(event.turn);
        this.#text += event.text;
        return [event];
      case "reasoning-delta":
        this.#turnTo(event.turn);
        this.#reasoning += event.text;
        return [event];
      case "draft":
        this.#turn = event.turn;
        this.#text = event.text;
        this.#reasoning = event.reasoning;
        return [this.snapshot];
      default:
        return [event];
    }
  }
}

function tokensOf({ inputTokens, outputTokens }: Usage): { readonly tokens?: number } {
  if (inputTokens === undefined && outputTokens === undefined) return {};
  return { tokens: (inputTokens ?? 0) + (outputTokens ?? 0) };
}

const NOWHERE = { turn: 0, call: 0, name: "" };
