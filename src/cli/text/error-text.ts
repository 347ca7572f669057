import { inspect } from "node:util";

import { fullMessageOf, isAitorError, visible, visibleLines } from "../../base/index.ts";
import { isStepError } from "../../engine/index.ts";
import { type FlowError, isFlowError, type TaskState } from "../../flow/index.ts";
import { listed } from "../terminal/listed.ts";
import { sourceExcerpt, throwingPlace } from "../source-location.ts";
import type { Style } from "../terminal/style.ts";

interface ErrorTextOptions {
  /** With the stacks. */
  readonly verbose: boolean;
  readonly style: Style;
}

/** No longer chain of causes explains anything, and one may contain itself. */
const MAX_CAUSES = 16;

/**
 * An error for people: what failed, and below it its causes, each with what it says of itself. Nothing is said twice:
 * a message that the one above it repeats is left out, and so is the general advice of errors that only wrap another.
 */
export function errorText(error: unknown, { verbose, style }: ErrorTextOptions): string {
  const lines: string[] = [];
  const said = new Set<string>();
  for (const [index, part] of chainOf(error).entries()) {
    const message = messageLines(part);
    const known = lines.some((line) => message.length === 1 && line.endsWith(message[0] as string));
    const label = index === 0 ? "" : "  caused by: ";
    if (!known) lines.push(...message.map((line, at) => (at === 0 ? label : "  ") + line));
    for (const line of detailsOf(part)) {
      if (!said.has(line)) lines.push(`  ${line}`);
      said.add(line);
    }
  }
  const [first = "", ...rest] = lines;
  const stack = verbose ? visibleLines(inspect(error)).map((line) => `  ${line}`) : [];
  return `${style("red", "✖")} ${style("bold", first)}\n${[...rest, ...stack].map((line) => `${line}\n`).join("")}`;
}

/** The error and its causes; a step's error below its flow's is left out, as the flow's names the task. */
function chainOf(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  const left: unknown[] = [error];
  while (left.length > 0 && chain.length < MAX_CAUSES) {
    const next = left.shift();
    if (chain.includes(next)) continue;
    if (!isWrapper(next, chain.at(-1))) chain.push(next);
    left.unshift(...causesOf(next));
  }
  return chain;
}

function isWrapper(error: unknown, above: unknown): boolean {
  return isStepError(error) && error.cause !== undefined && isFlowError(above);
}

function causesOf(error: unknown): readonly unknown[] {
  if (!(error instanceof Error)) return [];
  if (error.cause !== undefined) return [error.cause];
  return error instanceof AggregateError ? (error.errors as readonly unknown[]) : [];
}

function messageLines(thrown: unknown): string[] {
  if (!(thrown instanceof Error)) return visibleLines(typeof thrown === "string" ? thrown : inspect(thrown));
  const message = isAitorError(thrown) ? withoutAdvice(thrown) : fullMessageOf(thrown);
  const { code } = thrown as { code?: unknown };
  return visibleLines(message === "" ? [thrown.name, ...(typeof code === "string" ? [code] : [])].join(" ") : message);
}

/** An Aitor error's message ends with its advice. */
function withoutAdvice({ message, expected, got, fix }: { message: string } & Advice): string {
  let advice = "";
  for (const [label, text] of Object.entries({ expected, got, fix })) {
    if (text !== undefined) advice += `\n  ${label}: ${text}`;
  }
  return message.endsWith(advice) ? message.slice(0, message.length - advice.length) : message;
}

interface Advice {
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly fix: string | undefined;
}

const NO_ADVICE: Advice = { expected: undefined, got: undefined, fix: undefined };

function detailsOf(thrown: unknown): readonly string[] {
  if (!(thrown instanceof Error)) return [];
  if (isFlowError(thrown)) return tasksOf(thrown);
  if (isStepError(thrown) && thrown.cause !== undefined) return [];
  const excerpt = sourceExcerpt(thrown.stack);
  if (excerpt !== undefined) return excerpt.map((line) => visible(line.replaceAll("\t", " ")));
  const { expected, got, fix } = isAitorError(thrown) ? thrown : NO_ADVICE;
  const advice = Object.entries({ expected, got, fix }).flatMap(([label, text]) =>
    text === undefined ? [] : visibleLines(`${label}: ${text}`),
  );
  const place = throwingPlace(thrown.stack);
  return place === undefined ? advice : [...advice, `at ${visible(place)}`];
}

const STATES: readonly (readonly [state: TaskState, words: string])[] = [
  ["failed", "failed, too"],
  ["skipped", "skipped"],
  ["done", "finished"],
  ["cancelled", "cancelled"],
  ["waiting", "not started"],
];

function tasksOf({ tasks, task }: FlowError): readonly string[] {
  return STATES.flatMap(([state, words]) => {
    const names = Object.keys(tasks).filter((name) => name !== task && tasks[name]?.state === state);
    if (names.length === 0) return [];
    return [`${words}: ${listed(names.map(visible))}`];
  });
}
