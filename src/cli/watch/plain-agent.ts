import type { Clock, Timer } from "../../base/index.ts";
import type { AgentDisplay } from "./agent-display.ts";
import type { AgentEvent } from "../text/agent-event.ts";
import { AgentLines } from "./agent-lines.ts";
import { elapsedText } from "../text/progress-line.ts";
import type { Style } from "../terminal/style.ts";
import type { TodoBoard } from "../text/todo-board.ts";

/** Where nothing happens for this long, it is said how far all is. Milliseconds. */
const SILENCE = 10_000;

/** A log: a line for each thing that happens, and a sign of life where nothing does for a while. */
export class PlainAgent implements AgentDisplay {
  readonly #board: TodoBoard;
  readonly #write: (text: string) => void;
  readonly #clock: Clock;
  readonly #lines: AgentLines;
  readonly #startedAt: number;
  #timer: Timer;

  constructor(
    board: TodoBoard,
    { plans, write, clock, style }: { plans: boolean; write: (text: string) => void; clock: Clock; style: Style },
  ) {
    this.#board = board;
    this.#write = write;
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
    this.#lines = new AgentLines({ now: () => clock.monotonic(), plans, all: true, style });
    this.#timer = this.#arm();
  }

  apply(event: AgentEvent): void {
    this.#board.apply(event, this.#clock.monotonic());
    this.#say(this.#lines.apply(event));
  }

  above(text: string): void {
    this.#write(text);
  }

  end(last: readonly string[]): void {
    this.#say(last);
    this.#timer.cancel();
  }

  #arm(): Timer {
    return this.#clock.timer(SILENCE, () => {
      const elapsed = elapsedText(this.#clock.monotonic() - this.#startedAt);
      const { summary } = this.#board;
      this.#say([summary === "" ? `… ${elapsed}` : `… ${summary} · ${elapsed}`]);
    });
  }

  #say(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#write(`${lines.join("\n")}\n`);
    this.#timer.cancel();
    this.#timer = this.#arm();
  }
}
