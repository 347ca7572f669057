import type { Clock } from "../../base/index.ts";
import type { AgentDisplay } from "./agent-display.ts";
import type { AgentEvent } from "../text/agent-event.ts";
import { AgentLines } from "./agent-lines.ts";
import { callLine } from "../text/call-line.ts";
import { fit } from "../terminal/columns.ts";
import { LivePicture, type Pictured } from "../terminal/live-picture.ts";
import { clockText } from "../text/progress-line.ts";
import type { Style } from "../terminal/style.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { TodoBoard } from "../text/todo-board.ts";

/** Calls of the agent's own that are shown at a time. */
const CALLS = 5;

/** In a terminal: the plan as a list of todos, calls under way, and how far all is; above it what has changed, and why. */
export class LiveAgent implements AgentDisplay, Pictured {
  readonly #board: TodoBoard;
  readonly #clock: Clock;
  readonly #style: Style;
  readonly #lines: AgentLines;
  readonly #startedAt: number;
  readonly #picture: LivePicture;
  #settled: string[] = [];

  constructor(
    board: TodoBoard,
    { plans, terminal, clock, style }: { plans: boolean; terminal: Terminal; clock: Clock; style: Style },
  ) {
    this.#board = board;
    this.#clock = clock;
    this.#style = style;
    this.#startedAt = clock.monotonic();
    this.#lines = new AgentLines({ now: () => clock.monotonic(), plans, all: false, style });
    this.#picture = new LivePicture(terminal, clock, this);
  }

  apply(event: AgentEvent): void {
    this.#board.apply(event, this.#clock.monotonic());
    this.#settled.push(...this.#lines.apply(event));
  }

  above(text: string): void {
    this.#picture.above(text);
  }

  end(last: readonly string[]): void {
    const now = this.#clock.monotonic();
    const { columns, rows } = this.#picture;
    const todos = this.#board.lines(columns, Math.max(1, rows - last.length), now, "▸", this.#style);
    this.#picture.end([...this.settled(), ...todos, ...last]);
  }

  settled(): readonly string[] {
    const settled = this.#settled;
    this.#settled = [];
    return settled;
  }

  picture(now: number, columns: number, rows: number, sign: string): readonly string[] {
    const { open } = this.#lines;
    const calls = open
      .slice(0, CALLS)
      .map((call) => callLine(call, { now, columns, sign, waits: "waits for an approval", style: this.#style }));
    const hidden = open.length - calls.length;
    const more = hidden === 0 ? [] : [this.#style("dim", `… and ${hidden} more calls`)];
    const { summary } = this.#board;
    const elapsed = clockText(now - this.#startedAt);
    // The time keeps its place.
    const room = columns - 2 - elapsed.length - 3;
    const last = summary === "" || room < 3 ? elapsed : `${fit(summary, room)} · ${elapsed}`;
    const left = Math.max(1, rows - calls.length - more.length - 1);
    const todos = this.#board.lines(columns, left, now, sign, this.#style);
    return [...todos, ...calls, ...more, `${this.#style("cyan", sign)} ${last}`].slice(-rows);
  }
}
