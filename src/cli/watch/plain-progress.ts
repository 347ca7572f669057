import type { Clock, Timer } from "../../base/index.ts";
import type { EngineEvent } from "../../engine/index.ts";
import type { ProgressDisplay } from "./progress-display.ts";
import { elapsedText, runningText, settledText } from "../text/progress-line.ts";
import { RunProgress } from "../text/run-progress.ts";
import type { Style } from "../terminal/style.ts";

/** Milliseconds in which steps that follow each other count as one group. */
const TICK = 100;
/** A run that is silent for this long says what it is doing. Milliseconds. */
const SILENCE = 10_000;
/** Lines of a sign of life. */
const SHOWN = 5;

/** A log of what is over, a line each, and a sign of life where nothing is for a while. */
export class PlainProgress implements ProgressDisplay {
  readonly #progress = new RunProgress();
  readonly #name: string;
  readonly #write: (text: string) => void;
  readonly #clock: Clock;
  readonly #style: Style;
  readonly #startedAt: number;
  #spokeAt: number;
  #timer: Timer;

  constructor(name: string, write: (text: string) => void, clock: Clock, style: Style) {
    this.#name = name;
    this.#write = write;
    this.#clock = clock;
    this.#style = style;
    this.#startedAt = this.#spokeAt = clock.monotonic();
    this.#timer = this.#arm();
  }

  apply(event: EngineEvent): void {
    this.#progress.apply(event, this.#clock.monotonic());
  }

  above(text: string): void {
    this.#write(text);
  }

  end(succeeded: boolean): void {
    this.#timer.cancel();
    const now = this.#clock.monotonic();
    const last = [...this.#progress.takeSettled(now, true), ...this.#progress.cancelled(now)];
    const lines = last.map((line) => settledText(line, Infinity, this.#style));
    const elapsedMs = now - this.#startedAt;
    if (succeeded) {
      lines.push(settledText({ mark: "done", name: this.#name, detail: "finished", elapsedMs }, Infinity, this.#style));
    }
    this.#say(lines);
  }

  #arm(): Timer {
    return this.#clock.timer(TICK, () => {
      this.#timer = this.#arm();
      const now = this.#clock.monotonic();
      this.#say(this.#progress.takeSettled(now).map((line) => settledText(line, Infinity, this.#style)));
      if (now - this.#spokeAt >= SILENCE) this.#say(this.#signOfLife(now));
    });
  }

  #signOfLife(now: number): readonly string[] {
    const running = this.#progress.running(now).filter(({ nested }) => !nested);
    const lines = running.slice(0, SHOWN).map((line) => runningText(line, "…", Infinity, this.#style));
    if (running.length > SHOWN) lines.push(`… and ${running.length - SHOWN} more`);
    return lines.length > 0 ? lines : [`… ${elapsedText(now - this.#startedAt)}`];
  }

  #say(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#spokeAt = this.#clock.monotonic();
    this.#write(`${lines.join("\n")}\n`);
  }
}
