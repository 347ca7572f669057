import { visible } from "../../base/index.ts";
import type { AgentEvent } from "../text/agent-event.ts";
import { callText } from "../text/chat-lines.ts";
import { ChatProgress, type OpenCall } from "../text/chat-progress.ts";
import { markedText } from "../text/marked-text.ts";
import { clipped, planLines } from "../text/plan-lines.ts";
import type { Style } from "../terminal/style.ts";

/** Columns of what the model says before it calls something. */
const THOUGHT = 160;

export interface AgentLinesOptions {
  readonly now: () => number;
  /** It is a planning agent. */
  readonly plans: boolean;
  /** Each todo and each call has a line when it begins; else it is shown elsewhere while it is under way. */
  readonly all: boolean;
  readonly style: Style;
}

/** What happens while a problem is solved, as lines that are safe to print. */
export class AgentLines {
  readonly #progress: ChatProgress;
  readonly #all: boolean;
  readonly #style: Style;
  /** What the model said in this turn; its answer, unless it calls tools. */
  #thought = "";

  constructor({ now, plans, all, style }: AgentLinesOptions) {
    this.#progress = new ChatProgress(now, plans);
    this.#all = all;
    this.#style = style;
  }

  /** Calls under way. */
  get open(): readonly OpenCall[] {
    return this.#progress.open;
  }

  apply(event: AgentEvent): readonly string[] {
    switch (event.type) {
      case "todo-started":
      case "todo-progressed":
      case "todo-finished":
        return this.#all ? planLines(event).map((line) => this.#line(line)) : [];
      case "todo-failed":
        return planLines(event).map((line) => this.#line(line));
      case "agent-event": {
        this.#progress.apply(event);
        const { agent, task, level, event: theirs } = event;
        if (!this.#all || theirs.type !== "tool-called" || (level === 1 && !task.startsWith("call-"))) return [];
        const facts = `turn ${theirs.turn}${level > 1 ? `, level ${level}` : ""}`;
        const text = `${visible(task)}: calls ${visible(theirs.tool)}  (${visible(agent)}, ${facts})`;
        return [this.#line({ text, mark: ["·", "dim"] })];
      }
      default:
    }
    if (event.type === "think-finished") this.#thought = event.text;
    const items = this.#progress.apply(event);
    const lines = event.type === "tool-called" ? this.#called(event.tool, event.input) : [];
    return [...lines, ...items.flatMap((item) => (item.type === "line" ? [this.#line(item)] : []))];
  }

  #called(tool: string, input: unknown): string[] {
    const thought = clipped(this.#thought, THOUGHT);
    this.#thought = "";
    const isTold = this.#all && this.#progress.tells(tool);
    return [
      ...(thought === "" ? [] : [this.#style("dim", thought)]),
      ...(isTold ? [this.#line({ text: callText(tool, input), mark: ["▸", "cyan"] })] : []),
    ];
  }

  #line(line: Parameters<typeof markedText>[0]): string {
    return markedText(line, this.#style);
  }
}
