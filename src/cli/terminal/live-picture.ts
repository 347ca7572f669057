import type { Clock, Timer } from "../../base/index.ts";
import { paintedColumns } from "./columns.ts";
import { signAt, TICK } from "./moving-sign.ts";
import type { Terminal } from "./terminal.ts";
import { HIDE_CURSOR, NO_WRAP, rowsUp, SHOW_CURSOR, TO_LINE_END, TO_SCREEN_END, WRAP } from "./terminal-codes.ts";

/** Something under way, as lines that are safe to print and not wider than they may be. */
export interface Pictured {
  /** What is over since it was asked last: these lines last, above the picture. */
  settled(now: number, columns: number): readonly string[];
  /** What is under way. @param sign Another one each time, for what moves. */
  picture(now: number, columns: number, rows: number, sign: string): readonly string[];
}

/**
 * A picture of what is running, at the bottom of a terminal, below the lines of what is over.
 *
 * Each picture is one write: back over the last one, the new lines, the rest cleared. The cursor is hidden and lines
 * are kept from wrapping within that write only, so that no ending of the process, a kill included, leaves a terminal
 * without either. A line never takes the last column; where a terminal that became narrower has wrapped the lines of
 * the last picture, it is told by their widths how many rows they take now.
 */
export class LivePicture {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #of: Pictured;
  readonly #offResize: () => void;
  #timer: Timer;
  /** The columns that each line of the picture takes. */
  #picture: readonly number[] = [];
  /** What was printed and has no line feed yet. */
  #unended = "";

  constructor(terminal: Terminal, clock: Clock, of: Pictured) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#of = of;
    this.#timer = this.#arm();
    this.#offResize = terminal.onResize(() => this.#paint([]));
  }

  /** Columns of a line. */
  get columns(): number {
    return Math.max(1, this.#terminal.columns - 1);
  }

  /** Rows of a picture. */
  get rows(): number {
    return Math.max(1, this.#terminal.rows - 2);
  }

  /** Shows text that is not about progress, such as what the module prints. */
  above(text: string): void {
    const lines = (this.#unended + text).split("\n");
    this.#unended = lines.pop() as string;
    if (lines.length > 0) this.#paint(lines);
  }

  /** These lines are the last; nothing is shown any more from then on. */
  end(last: readonly string[]): void {
    this.#timer.cancel();
    this.#offResize();
    this.#draw([...(this.#unended === "" ? [] : [this.#unended]), ...last], []);
  }

  #arm(): Timer {
    return this.#clock.timer(TICK, () => {
      this.#timer = this.#arm();
      this.#paint(this.#of.settled(this.#clock.monotonic(), this.columns));
    });
  }

  #paint(above: readonly string[]): void {
    const now = this.#clock.monotonic();
    this.#draw(above, this.#of.picture(now, this.columns, this.rows, signAt(now)));
  }

  #draw(above: readonly string[], picture: readonly string[]): void {
    if (above.length + picture.length + this.#picture.length === 0) return;
    const { columns } = this.#terminal;
    const rows = this.#picture.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    const lasting = above.length === 0 ? "" : `${TO_SCREEN_END}${above.join("\n")}\n`;
    const lines = picture.map((line) => `${line}${TO_LINE_END}\n`).join("");
    this.#terminal.write(
      `${HIDE_CURSOR}${rowsUp(rows)}${lasting}${NO_WRAP}${lines}${TO_SCREEN_END}${WRAP}${SHOW_CURSOR}`,
    );
    this.#picture = picture.map(paintedColumns);
  }
}
