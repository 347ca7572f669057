import { visible } from "../../base/index.ts";
import type { OpenCall } from "./chat-progress.ts";
import { columnsOf, fit } from "../terminal/columns.ts";
import { elapsedText } from "./progress-line.ts";
import type { Style } from "../terminal/style.ts";

export interface CallLineOptions {
  /** By the clock of the call's own beginning. */
  readonly now: number;
  readonly columns: number;
  /** Of one that goes on. */
  readonly sign: string;
  /** Said of one that waits for somebody. */
  readonly waits: string;
  readonly style: Style;
}

/** `⠹ add(a: 2, b: 3)  1.5 s  34 of 100`, in so many columns: what it is keeps half of them at least. */
export function callLine({ text, since, waiting, detail }: OpenCall, options: CallLineOptions): string {
  const { now, columns, sign, waits, style } = options;
  const mark = waiting ? style("yellow", "?") : style("cyan", sign);
  const what = waiting ? waits : elapsedText(now - since);
  const facts = fit(detail === "" ? what : `${what}  ${visible(detail)}`, Math.floor(columns / 2));
  return `${mark} ${fit(text, Math.max(1, columns - columnsOf(facts) - 4))}  ${style("dim", facts)}`;
}
