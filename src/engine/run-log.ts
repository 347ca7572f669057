import { type Log, loggedError, type LogLevel } from "../base/index.ts";
import type { EngineEvent } from "./events.ts";
import { stepNameOf } from "./step-label.ts";

/*
 * What is logged is the run's events, told here and nowhere else. No record holds an input, a result, or the `got` and
 * `data` of an error, which may show them. What an error's own message says is beyond our control.
 */

/** The level of each event; what is not here is not logged. A halt because of a closing engine is `warning`. */
const LEVELS: Readonly<Partial<Record<EngineEvent["type"], LogLevel>>> = {
  "run-started": "info",
  "run-resumed": "info",
  "run-finished": "info",
  "run-failed": "error",
  "run-cancelled": "warning",
  "run-halted": "error",
  "step-started": "debug",
  "step-finished": "debug",
  "step-failed": "error",
  "step-retried": "warning",
  "release-failed": "warning",
};

interface Told {
  readonly text: string;
  readonly fields?: Record<string, unknown>;
}

/** @param runnable The name of what is run. */
export function logEvent(log: Log, event: EngineEvent, runnable: string): void {
  const level = levelOf(event);
  if (level === undefined || !log.wants(level)) return;
  const { run, key, at } = event;
  const { text, fields } = told(event, runnable);
  if (key === "") return log.write(level, "run", at, text, { run, runnable, ...fields });
  log.write(level, "step", at, text, { run, runnable, step: key, task: stepNameOf(key), ...fields });
}

function levelOf(event: EngineEvent): LogLevel | undefined {
  if (event.type === "run-halted" && event.data.error.code === "engine-closed") return "warning";
  return LEVELS[event.type];
}

function told(event: EngineEvent, runnable: string): Told {
  const run = `run of "${runnable}"`;
  const step = `step "${event.key}"`;
  switch (event.type) {
    case "run-started":
    case "run-resumed":
      return {
        text: `${run} ${event.type === "run-started" ? "started" : "resumed"}`,
        fields: { version: event.data.version },
      };
    case "run-finished":
      return { text: `${run} finished`, fields: { durationMs: event.data.durationMs } };
    case "run-failed": {
      const { error, durationMs } = event.data;
      return { text: `${run} failed: ${error.message}`, fields: { durationMs, error: loggedError(error) } };
    }
    case "run-cancelled": {
      const { error, durationMs } = event.data;
      const reason = error.cause?.message;
      return { text: `${run} was cancelled${reason === undefined ? "" : `: ${reason}`}`, fields: { durationMs } };
    }
    case "run-halted": {
      const { error } = event.data;
      return { text: `${run} stopped without an ending: ${error.message}`, fields: { error: loggedError(error) } };
    }
    case "step-started":
      return { text: `${step} started` };
    case "step-finished":
      return { text: `${step} finished`, fields: { durationMs: event.data.durationMs } };
    case "step-failed": {
      const { error, durationMs } = event.data;
      const thrown = { ...loggedError(error.cause), code: error.code };
      return { text: `${step} failed: ${error.message}`, fields: { durationMs, error: thrown } };
    }
    case "step-retried": {
      const { attempt, delayMs, error } = event.data;
      const text = `${step} failed and is tried again: ${error.message}`;
      return { text, fields: { attempt, delayMs, code: error.code } };
    }
    case "release-failed": {
      const { error } = event.data;
      return {
        text: `${step} could not give back what it took: ${error.message}`,
        fields: { error: loggedError(error) },
      };
    }
    default:
      return { text: event.type };
  }
}
