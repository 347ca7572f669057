import { visible } from "../../base/index.ts";
import { PLAN_TOOLS } from "../../planning/index.ts";
import type { TraceStep } from "../../reasoning/index.ts";
import type { AgentEvent } from "./agent-event.ts";
import { callText, outcomeText } from "./chat-lines.ts";
import type { Mark } from "./marked-text.ts";
import { type AboutPlan, isAboutPlan, planLines } from "./plan-lines.ts";
import { elapsedText } from "./progress-line.ts";
import { firstLine } from "../terminal/safe-text.ts";

/** What is shown of an event: a piece of text as it came, or a line that is safe to print. */
export type ChatItem =
  | { readonly type: "text"; readonly text: string; readonly dim: boolean }
  | { readonly type: "line"; readonly text: string; readonly mark?: Mark };

/** A call that is being carried out, or a todo. */
export interface OpenCall {
  /** Nothing for a todo. */
  readonly tool?: string;
  text: string;
  /** By a monotonic clock. */
  readonly since: number;
  /** It waits for somebody. */
  waiting: boolean;
  detail: string;
}

/** The text of a turn's reply: it is streamed, or held back until it is complete, as it may be JSON that is meant for Aitor. */
interface Reply {
  readonly turn: number;
  text: string;
  held: boolean | undefined;
}

/** How an answer comes about, as lines and pieces of text for people. */
export class ChatProgress {
  readonly #now: () => number;
  readonly #plans: boolean;
  readonly #open = new Map<string, OpenCall>();
  #reply: Reply = replyOf(0);
  /** The last text of the model that was shown. */
  #said = "";

  /** @param plans It is a planning agent's. */
  constructor(now: () => number, plans: boolean) {
    this.#now = now;
    this.#plans = plans;
  }

  get open(): readonly OpenCall[] {
    return [...this.#open.values()];
  }

  /** Whether calls of that tool have lines of their own. */
  tells(tool: string): boolean {
    return !this.#plans || !PLAN_TOOLS.has(tool);
  }

  get said(): string {
    return this.#said;
  }

  apply(event: AgentEvent): ChatItem[] {
    if (isAboutPlan(event)) return this.#aboutPlan(event);
    switch (event.type) {
      case "snapshot":
        return this.#restart(event.turn, event.reasoning, event.text);
      case "reasoning-delta":
        return [{ type: "text", text: event.text, dim: true }];
      case "text-delta":
        return this.#streamed(event.turn, event.text);
      case "think-finished":
        return this.#thought(event.turn, event.text, event.fault);
      case "think-failed":
        return [failed(`the model gave no reply: ${firstLine(event.message)}`)];
      case "model-retried":
        return [warned(`${event.message}; ${event.model} is asked next`)];
      case "tool-called":
        if (this.tells(event.tool)) this.#open.set(event.call, this.#call(event.tool, event.input));
        return [];
      case "tool-progressed": {
        const call = this.#open.get(event.call);
        const { done, total, note = "" } = event;
        const facts = [done, total === undefined ? undefined : `of ${total}`, note === "" ? undefined : note];
        if (call !== undefined) call.detail = facts.filter((fact) => fact !== undefined).join(" ");
        return [];
      }
      case "tool-finished": {
        const text = this.#open.get(event.call)?.text ?? visible(event.tool);
        this.#open.delete(event.call);
        const { outcome, value, message, durationMs } = event;
        if (outcome === "ok" && !this.tells(event.tool)) return [];
        return [called(text, outcome, outcomeText(outcome, value, message), durationMs)];
      }
      case "approval-requested":
      case "approval-answered": {
        const call = this.#open.get(event.call);
        if (call === undefined) return [];
        call.waiting = event.type === "approval-requested";
        if ("edited" in event && call.tool !== undefined) call.text = callText(call.tool, event.edited);
        return [];
      }
      case "context-pruned":
        return [warned("the oldest messages are not shown to the model any more")];
      case "message-steered":
        return [{ type: "line", text: `${visible(event.content)}  (read at the next turn)`, mark: ["›", "cyan"] }];
      case "run-finished":
        this.#open.clear();
        return [];
      case "agent-event":
        this.#noteOf(event);
        return [];
      case "run-started":
      case "think-started":
      case "run-resumed":
      case "run-suspended":
      case "tool-call-delta":
        return [];
    }
  }

  /** What a run had done before anybody watched. */
  past(trace: readonly TraceStep[]): ChatItem[] {
    const items: ChatItem[] = [];
    const open: { readonly id: string; readonly turn: number; readonly tool: string; readonly input: unknown }[] = [];
    const calls = new Map<number, number>();
    for (const { type, turn, tool = "", input, text = "", outcome = "" } of trace) {
      if (type === "act") {
        const place = (calls.get(turn) ?? 0) + 1;
        calls.set(turn, place);
        if (this.tells(tool)) open.push({ id: `${turn}.${place}`, turn, tool, input });
      } else if (type !== "observe") items.push({ type: "text", text: `${text}\n`, dim: type === "think" });
      else if (outcome === "fault") items.push(warned(text));
      else if (outcome !== "ok" || this.tells(tool)) {
        const at = open.findIndex((call) => call.turn === turn && call.tool === tool);
        const [call] = at === -1 ? [] : open.splice(at, 1);
        const what = call === undefined ? visible(tool) : callText(tool, call.input);
        items.push(called(what, outcome, outcome === "ok" ? "" : visible(firstLine(text)), undefined));
      }
    }
    // What has no outcome is under way.
    for (const { id, tool, input } of open) this.#open.set(id, this.#call(tool, input));
    return items;
  }

  /** @param key Of an approval: it ends with the id of its call. */
  waits(key: string): void {
    for (const [id, call] of this.#open) if (key.endsWith(`[${id}]`)) call.waiting = true;
  }

  /** A todo that somebody is at is open, as a call is. */
  #aboutPlan(event: AboutPlan): ChatItem[] {
    const lines = planLines(event);
    if (event.type === "todo-progressed") {
      const open = this.#open.get(openTodo(event.todo));
      if (open !== undefined) open.detail = `turn ${event.turn}: ${event.note}`;
      return [];
    }
    if (event.type === "todo-started") {
      const [line] = lines;
      this.#open.set(openTodo(event.todo), { text: line?.text ?? "", since: this.#now(), waiting: false, detail: "" });
    }
    if (event.type === "todo-finished" || event.type === "todo-failed") this.#open.delete(openTodo(event.todo));
    return lines.map(({ text, mark }) => ({ type: "line", text, mark }));
  }

  /** Of what was given to a sub-agent beside the plan; and who waits for somebody. */
  #noteOf({ task, level, event }: Extract<AgentEvent, { readonly type: "agent-event" }>): void {
    const open = this.#open.get(openTodo(task)) ?? this.#open.get(task.replace(/^call-/, ""));
    if (open === undefined || level > 1) return;
    if (event.type === "approval-requested" || event.type === "approval-answered") {
      open.waiting = event.type === "approval-requested";
    } else if (event.type === "tool-called") open.detail = `turn ${event.turn}: calls ${event.tool}`;
  }

  #call(tool: string, input: unknown): OpenCall {
    return { tool, text: callText(tool, input), since: this.#now(), waiting: false, detail: "" };
  }

  /** The reply begins anew, or somebody came late. */
  #restart(turn: number, reasoning: string, text: string): ChatItem[] {
    const begunBefore = shownOf(this.#reply) !== "";
    this.#reply = replyOf(turn);
    const again: ChatItem[] = begunBefore ? [warned("the reply begins anew")] : [];
    const thought: ChatItem[] = reasoning === "" ? [] : [{ type: "text", text: reasoning, dim: true }];
    return [...again, ...thought, ...(text === "" ? [] : this.#streamed(turn, text))];
  }

  #streamed(turn: number, piece: string): ChatItem[] {
    if (turn !== this.#reply.turn) this.#reply = replyOf(turn);
    const reply = this.#reply;
    const shown = shownOf(reply);
    reply.text += piece;
    if (reply.held === undefined) {
      const begun = reply.text.trimStart();
      if (begun === "") return [];
      reply.held = /^(?:[{[]|`)/.test(begun);
    }
    if (reply.held) return [];
    return [{ type: "text", text: reply.text.slice(shown.length), dim: false }];
  }

  #thought(turn: number, text: string, fault: string | undefined): ChatItem[] {
    const shown = turn === this.#reply.turn ? shownOf(this.#reply) : "";
    this.#reply = replyOf(0);
    this.#said = text;
    const items: ChatItem[] = [];
    if (text.startsWith(shown)) {
      if (text !== shown) items.push({ type: "text", text: text.slice(shown.length), dim: false });
    } else items.push({ type: "text", text: `\n${text}`, dim: false });
    if (text !== "") items.push({ type: "text", text: "\n", dim: false });
    if (fault !== undefined) items.push(warned(`the reply cannot be used: ${fault}`));
    return items;
  }
}

/** No call has an id like it. */
function openTodo(todo: string): string {
  return `todo ${todo}`;
}

function replyOf(turn: number): Reply {
  return { turn, text: "", held: undefined };
}

/** What of it was shown: all that there is, or nothing. */
function shownOf({ text, held }: Reply): string {
  return held === false ? text : "";
}

function called(text: string, outcome: string, detail: string, durationMs: number | undefined): ChatItem {
  const time = durationMs === undefined ? "" : `  ${elapsedText(durationMs)}`;
  const line = `${text}${time}${detail === "" ? "" : `  ${detail}`}`;
  return { type: "line", text: line, mark: outcome === "ok" ? ["✔", "green"] : ["✖", "red"] };
}

function failed(text: string): ChatItem {
  return { type: "line", text: visible(text), mark: ["✖", "red"] };
}

function warned(text: string): ChatItem {
  return { type: "line", text: visible(firstLine(text)), mark: ["▲", "yellow"] };
}
