import { visible } from "../../base/index.ts";
import type { RunReport, WaitReport } from "../../engine/index.ts";
import { approvalAnswers, type AskedApproval, approvalText, askedBy, isApproval } from "./approval-text.ts";
import { momentText, untilText } from "./moment-text.ts";
import { beginning } from "../terminal/safe-text.ts";
import { commandLine } from "../terminal/shell-text.ts";
import { shortId } from "./short-id.ts";

/** What a wait of a run's is, and where it was asked. */
export interface AskedWait extends Omit<WaitReport, "name" | "since"> {
  readonly run: string;
  /** Of a step in doubt: by what the other side may know the call. */
  readonly idempotencyKey?: string;
  /** Why an answer was refused. */
  readonly refused?: string;
  /** What a command line for the run's journal must say, with a space before it. */
  readonly option: string;
}

/** The longest request that is shown. */
const MOST = 2_000;

/** What a run waits for, and the command lines that answer it; the first line is not indented. */
export function waitLines(wait: AskedWait, now: number): string[] {
  const { key, kind, request, deadline, until, why, idempotencyKey } = wait;
  const name = visible(key);
  switch (kind) {
    case "timer":
      return [until === undefined ? `${name} waits` : `${name} waits until ${timeText(until, now)}`];
    case "signal": {
      if (isApproval(request)) return approvalLines(wait, request, now);
      const expires = deadline === undefined ? "" : `, until ${timeText(deadline, now)}`;
      const asked = request === undefined ? [] : [`  asked: ${clipped(request)}`];
      return [
        `${name} waits for an answer${expires}`,
        ...refusedLines(wait),
        ...asked,
        `  ${answerLine(wait, answersTo(kind))}`,
      ];
    }
    case "step":
      return [
        `${name} is in doubt: it may or may not have happened`,
        ...(why === undefined ? [] : [`  why: ${visible(why)}`]),
        ...(idempotencyKey === undefined ? [] : [`  its idempotency key: ${visible(idempotencyKey)}`]),
        "  find out whether it did, then say what came of it, or that it is to be called again:",
        `  ${answerLine(wait, answersTo(kind))}`,
      ];
  }
}

/** What is told while the run is under way. */
export function toldLines(wait: AskedWait, now: number): string {
  return waitLines(wait, now)
    .map((line, at) => `${at === 0 ? "? " : ""}${line}\n`)
    .join("");
}

function approvalLines(wait: AskedWait, request: AskedApproval, now: number): string[] {
  const { run, deadline } = wait;
  return [
    approvalText(request) + askedBy(run),
    ...refusedLines(wait),
    ...(deadline === undefined ? [] : [`  until ${timeText(deadline, now)}`]),
    ...approvalAnswers(request).map((answer) => `  ${answerLine(wait, answer)}`),
  ];
}

function refusedLines({ refused }: AskedWait): string[] {
  return refused === undefined ? [] : [`  the answer before was refused: ${visible(refused)}`];
}

/** What answers it. @param answer The options that give the answer, as they may be typed. */
export function answerLine({ run, key, option }: Pick<AskedWait, "key" | "option" | "run">, answer: string): string {
  return commandLine("aitor answer", [shortId(run), key], `${option} ${answer}`);
}

/** What an answer may be. */
export function answersTo(kind: WaitReport["kind"]): string {
  return kind === "step" ? "--value <json> | --again | --fail <text>" : "--value <json> | --fail <text>";
}

export function showLine({ run, option }: Pick<AskedWait, "option" | "run">): string {
  return commandLine("aitor show", [shortId(run)], option);
}

function timeText(at: number, now: number): string {
  return `${momentText(at)} (${untilText(at, now)})`;
}

function clipped(value: unknown): string {
  const text = visible(JSON.stringify(value) ?? "");
  return text.length > MOST ? `${beginning(text, MOST)}…` : text;
}

/**
 * Steps that must not run twice and were under way when their process ended: the run will ask about them, and they can be
 * answered before.
 */
export function doubtful({ steps }: Pick<RunReport, "steps">): WaitReport[] {
  return steps.flatMap(({ key, name, kind, state, effect, startedAt, answered }) =>
    kind === "step" && state === "running" && effect === "once" && answered === undefined
      ? [{ key, name, kind, since: startedAt, why: "its process ended while it was under way" }]
      : [],
  );
}
