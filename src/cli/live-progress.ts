import { stripVTControlCharacters } from "node:util";

import type { Clock, Timer } from "../base/index.ts";
import type { EngineEvent } from "../engine/index.ts";
import type { ProgressDisplay } from "./progress-display.ts";
import { runningText, settledText } from "./progress-line.ts";
import { RunProgress } from "./run-progress.ts";
import type { Style } from "./style.ts";
import type { Terminal } from "./terminal.ts";
import { columnsOf } from "./columns.ts";

const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
/** Milliseconds between two pictures. */
const TICK = 100;

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";
const TO_LINE_END = "\x1b[K";
const TO_SCREEN_END = "\x1b[J";

/**
 * A picture of what is running, at the bottom of a terminal, below the lines of what is over.
 *
 * Each picture is one write: back over the last one, the new lines, the rest cleared. The cursor is hidden and lines
 * are kept from wrapping within that write only, so that no ending of the process, a kill included, leaves a terminal
 * without either. A line never takes the last column; where a terminal that became narrower has wrapped the lines of
 * the last picture, it is told by their widths how many rows they take now.
 */
export class LiveProgress implements ProgressDisplay {
  readonly #progress = new RunProgress();
  readonly #name: string;
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #style: Style;
  readonly #startedAt: number;
  readonly #offResize: () => void;
  #timer: Timer;
  /** The columns that each line of the picture takes. */
  #picture: readonly number[] = [];
  /** What was printed and has no line feed yet. */
  #unended = "";

  constructor(name: string, terminal: Terminal, clock: Clock, style: Style) {
    this.#name = name;
    this.#terminal = terminal;
    this.#clock = clock;
    this.#style = style;
    this.#startedAt = clock.monotonic();
    this.#timer = this.#arm();
    this.#offResize = terminal.onResize(() => this.#paint([]));
  }

  apply(event: EngineEvent): void {
    this.#progress.apply(event, this.#clock.monotonic());
  }

  above(text: string): void {
    const lines = (this.#unended + text).split("\n");
    this.#unended = lines.pop() as string;
    if (lines.length > 0) this.#paint(lines);
  }

  end(succeeded: boolean): void {
    this.#timer.cancel();
    this.#offResize();
    const now = this.#clock.monotonic();
    const last = [...this.#settled(now, true)];
    if (this.#unended !== "") last.unshift(this.#unended);
    for (const line of this.#progress.cancelled(now)) last.push(settledText(line, this.#width, this.#style));
    const elapsedMs = now - this.#startedAt;
    if (succeeded) {
      last.push(
        settledText({ mark: "done", name: this.#name, detail: "finished", elapsedMs }, this.#width, this.#style),
      );
    }
    this.#draw(last, []);
  }

  get #width(): number {
    return Math.max(1, this.#terminal.columns - 1);
  }

  #arm(): Timer {
    return this.#clock.timer(TICK, () => {
      this.#timer = this.#arm();
      this.#paint(this.#settled(this.#clock.monotonic()));
    });
  }

  #settled(now: number, end = false): readonly string[] {
    return this.#progress.takeSettled(now, end).map((line) => settledText(line, this.#width, this.#style));
  }

  #paint(above: readonly string[]): void {
    const now = this.#clock.monotonic();
    const sign = FRAMES[Math.floor(now / TICK) % FRAMES.length] as string;
    const running = this.#progress.running(now);
    const room = Math.max(1, this.#terminal.rows - 2);
    const shown = running.length <= room ? running : running.slice(0, room - 1);
    const lines = shown.map((line) => runningText(line, sign, this.#width, this.#style));
    if (shown.length < running.length) lines.push(this.#style("dim", `… and ${running.length - shown.length} more`));
    this.#draw(above, lines);
  }

  #draw(above: readonly string[], picture: readonly string[]): void {
    if (above.length + picture.length + this.#picture.length === 0) return;
    const { columns } = this.#terminal;
    const rows = this.#picture.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    const back = rows === 0 ? "\r" : `\r\x1b[${rows}A`;
    const lasting = above.length === 0 ? "" : `${TO_SCREEN_END}${above.join("\n")}\n`;
    const lines = picture.map((line) => `${line}${TO_LINE_END}\n`).join("");
    this.#terminal.write(`${HIDE_CURSOR}${back}${lasting}${NO_WRAP}${lines}${TO_SCREEN_END}${WRAP}${SHOW_CURSOR}`);
    this.#picture = picture.map((line) => columnsOf(stripVTControlCharacters(line)));
  }
}
