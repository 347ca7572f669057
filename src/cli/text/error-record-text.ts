import { type ErrorRecord, visible, visibleLines } from "../../base/index.ts";
import { framesOf } from "../source-location.ts";
import type { Style } from "../terminal/style.ts";

/** Calls of one stack; with `verbose` all, also those that are not the user's own. */
const FRAMES = 12;

/** An error on record, with its stack and its causes. Nothing is said twice; a step's error gives way to its cause. */
export function errorRecordLines(error: ErrorRecord, verbose: boolean, style: Style): string[] {
  const lines: string[] = [];
  const said = new Set<string>();
  let above = "";
  let part: ErrorRecord | undefined = error;
  for (let depth = 0; part !== undefined; part = part.cause, depth++) {
    const wraps = depth > 0 && part.stepKey !== undefined && part.cause !== undefined;
    const details = [...(wraps ? [] : adviceOf(part)), ...stackOf(part, verbose)].filter((line) => !said.has(line));
    for (const line of details) said.add(line);
    const repeats = depth > 0 && part.message !== "" && above.includes(part.message) && part.code === undefined;
    if (!repeats && !wraps) lines.push(...headOf(part, depth, style));
    lines.push(...details.map((line) => `  ${line}`));
    if (!wraps) above = part.message;
  }
  return lines;
}

function headOf({ name, message, code, stepKey }: ErrorRecord, depth: number, style: Style): string[] {
  const [first = "", ...rest] = visibleLines(message === "" ? name : message);
  const facts = [visible(name), ...(code === undefined ? [] : [visible(code)])];
  if (stepKey !== undefined && !message.includes(stepKey)) facts.push(`step ${visible(stepKey)}`);
  const sign = depth === 0 ? style("red", "✖") : "caused by:";
  return [
    `${sign} ${style("bold", first)}  ${style("dim", `(${facts.join(", ")})`)}`,
    ...rest.map((line) => `  ${line}`),
  ];
}

function adviceOf({ message, expected, got, fix }: ErrorRecord): string[] {
  return Object.entries({ expected, got, fix }).flatMap(([label, text]) =>
    text === undefined || text === message ? [] : visibleLines(`${label}: ${text}`),
  );
}

function stackOf({ stack }: ErrorRecord, verbose: boolean): string[] {
  const frames = framesOf(stack, verbose).map(visible);
  if (verbose || frames.length <= FRAMES) return frames;
  return [...frames.slice(0, FRAMES), `… ${frames.length - FRAMES} more (--verbose)`];
}
