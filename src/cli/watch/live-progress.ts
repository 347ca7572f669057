import type { Clock } from "../../base/index.ts";
import type { EngineEvent } from "../../engine/index.ts";
import { LivePicture, type Pictured } from "../terminal/live-picture.ts";
import type { ProgressDisplay } from "./progress-display.ts";
import { runningText, settledText } from "../text/progress-line.ts";
import { RunProgress } from "../text/run-progress.ts";
import type { Style } from "../terminal/style.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** A picture of the steps that are running, below a line for each that is over. */
export class LiveProgress implements ProgressDisplay, Pictured {
  readonly #progress = new RunProgress();
  readonly #name: string;
  readonly #clock: Clock;
  readonly #style: Style;
  readonly #startedAt: number;
  readonly #picture: LivePicture;

  constructor(name: string, terminal: Terminal, clock: Clock, style: Style) {
    this.#name = name;
    this.#clock = clock;
    this.#style = style;
    this.#startedAt = clock.monotonic();
    this.#picture = new LivePicture(terminal, clock, this);
  }

  apply(event: EngineEvent): void {
    this.#progress.apply(event, this.#clock.monotonic());
  }

  above(text: string): void {
    this.#picture.above(text);
  }

  end(succeeded: boolean): void {
    const { columns } = this.#picture;
    const now = this.#clock.monotonic();
    const last = [...this.#settled(now, columns, true)];
    for (const line of this.#progress.cancelled(now)) last.push(settledText(line, columns, this.#style));
    const elapsedMs = now - this.#startedAt;
    if (succeeded) {
      last.push(settledText({ mark: "done", name: this.#name, detail: "finished", elapsedMs }, columns, this.#style));
    }
    this.#picture.end(last);
  }

  settled(now: number, columns: number): readonly string[] {
    return this.#settled(now, columns, false);
  }

  picture(now: number, columns: number, rows: number, sign: string): readonly string[] {
    const running = this.#progress.running(now);
    const shown = running.length <= rows ? running : running.slice(0, rows - 1);
    const lines = shown.map((line) => runningText(line, sign, columns, this.#style));
    if (shown.length < running.length) lines.push(this.#style("dim", `… and ${running.length - shown.length} more`));
    return lines;
  }

  #settled(now: number, columns: number, end: boolean): readonly string[] {
    return this.#progress.takeSettled(now, end).map((line) => settledText(line, columns, this.#style));
  }
}
