import { visible } from "../../base/index.ts";
import { two } from "./moment-text.ts";
import type { RunningLine, SettledLine } from "./run-progress.ts";
import type { Style } from "../terminal/style.ts";
import { columnsOf, fit } from "../terminal/columns.ts";

const MARKS = {
  done: ["✔", "green"],
  failed: ["✖", "red"],
  cancelled: ["■", "yellow"],
  warning: ["▲", "yellow"],
} as const;

/** A name is cut to leave this many columns, or as many as the time takes. */
const FOR_TIME = 8;

/** `✔ scan  0.3 s`, in `columns` at most. */
export function settledText({ mark, name, detail, elapsedMs }: SettledLine, columns: number, style: Style): string {
  const [sign, colour] = MARKS[mark];
  const time = elapsedMs === undefined ? "" : elapsedText(elapsedMs);
  return `${style(colour, sign)} ${rest(name, time, detail, columns - 2, style)}`;
}

/** `⠹ read  3.1 s  34 done, 8 running`, in `columns` at most. */
export function runningText(line: RunningLine, sign: string, columns: number, style: Style): string {
  const { name, detail, elapsedMs, nested } = line;
  const indent = nested ? "  " : "";
  return `${indent}${style("cyan", sign)} ${rest(name, elapsedText(elapsedMs), detail, columns - 2 - indent.length, style)}`;
}

/** The time keeps its place; the name is cut before it, the detail behind it. */
function rest(name: string, time: string, detail: string, columns: number, style: Style): string {
  const shownName = fit(visible(name), Math.max(1, columns - Math.max(FOR_TIME, time.length + 2)));
  const shownTime = time === "" ? "" : `  ${time}`;
  const left = columns - columnsOf(shownName) - shownTime.length - 2;
  const shownDetail = detail === "" || left < 2 ? "" : `  ${fit(visible(detail), left)}`;
  return shownName + style("dim", shownTime + shownDetail);
}

/** `00:14`, `1:02:03`. */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const hours = Math.floor(seconds / 3_600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours === 0 ? rest : `${hours}:${rest}`;
}

/** `12 ms`, `0.3 s`, `42 s`, `3 min 05 s`, `2 h 07 min`. */
export function elapsedText(ms: number): string {
  if (ms < 99.5) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}
