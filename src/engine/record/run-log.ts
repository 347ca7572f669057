import { type Log, loggedError, type LoggedError, type LogLevel } from "../../base/index.ts";
import type { StepFailure } from "./errors.ts";
import type { EngineEvent } from "./events.ts";
import { stepNameOf } from "./step-label.ts";

/*
 * Logs the events of runs and steps; nothing else logs them. No log record holds an input, a result, or the `got` and `data` of an
 * error, which may show them. What an error's own message says is beyond our control.
 */

/**
 * The level of each event; what is not here is not logged. A halt because of a closing engine is `warning`, and so is a step's failure
 * that is caught; a step that must run once, and was dropped without having been called, `error`.
 */
const LEVELS: Readonly<Partial<Record<EngineEvent["type"], LogLevel>>> = {
  "run-started": "info",
  "run-resumed": "info",
  "run-finished": "info",
  "run-failed": "error",
  "run-cancelled": "warning",
  "run-halted": "error",
  "run-suspended": "info",
  "message-set-aside": "error",
  "message-sent-again": "info",
  "step-in-doubt": "warning",
  "step-abandoned": "warning",
  "step-answered": "info",
  "timer-set": "debug",
  "timer-fired": "debug",
  "signal-awaited": "info",
  "signal-received": "info",
  "signal-refused": "warning",
  "signal-failed": "warning",
  "step-started": "debug",
  "step-finished": "debug",
  "step-failed": "error",
  "step-retried": "warning",
  "release-failed": "warning",
  "work-dropped": "warning",
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
  if (event.type === "step-failed" && event.data.caught === true) return "warning";
  if (event.type === "work-dropped" && event.data.uncalled === true) return "error";
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
    case "run-suspended":
      return { text: `${run} waits`, fields: { waitsFor: event.data.waitsFor } };
    case "message-set-aside": {
      const { error, attempts } = event.data;
      return { text: `message to "${runnable}" was set aside`, fields: { attempts, error: loggedError(error) } };
    }
    case "message-sent-again":
      return { text: `message to "${runnable}" was sent again`, fields: { messageId: event.data.message } };
    case "step-in-doubt":
      return { text: `${step} may or may not have happened, and must not run twice: ${event.data.why}` };
    case "step-abandoned":
      return { text: `${step} was cut off, and may or may not have happened` };
    case "step-answered":
      return { text: `${step} is no longer in doubt`, fields: { how: event.data.how } };
    case "timer-set":
      return { text: `timer "${event.key}" set`, fields: { ms: event.data.ms } };
    case "timer-fired":
      return { text: `timer "${event.key}" fired` };
    case "signal-awaited":
      return { text: `${run} waits for signal "${event.key}"` };
    case "signal-received":
      return { text: `signal "${event.key}" was answered` };
    case "signal-refused":
      return {
        text: `the answer to signal "${event.key}" was refused`,
        fields: { error: loggedError(event.data.error) },
      };
    case "signal-failed":
      return {
        text: `signal "${event.key}" failed: ${event.data.error.message}`,
        fields: { code: event.data.error.code },
      };
    case "step-started":
      return { text: `${step} started` };
    case "step-finished":
      return { text: `${step} finished`, fields: { durationMs: event.data.durationMs } };
    case "step-failed": {
      const { error, durationMs } = event.data;
      return { text: `${step} failed: ${error.message}`, fields: { durationMs, error: thrownIn(error) } };
    }
    case "step-retried": {
      const { attempt, delayMs, error } = event.data;
      const text = `${step} failed and is tried again: ${error.message}`;
      return { text, fields: { attempt, delayMs, error: thrownIn(error) } };
    }
    case "release-failed": {
      const { error } = event.data;
      return {
        text: `${step} could not give back what it took: ${error.message}`,
        fields: { error: loggedError(error) },
      };
    }
    case "work-dropped": {
      const { error, uncalled } = event.data;
      const text = uncalled === true ? `${error.message}; it never was called` : error.message;
      return { text, fields: { error: loggedError(error) } };
    }
    default:
      return { text: event.type };
  }
}

function thrownIn({ cause, code }: StepFailure): LoggedError {
  return { ...loggedError(cause), code };
}
