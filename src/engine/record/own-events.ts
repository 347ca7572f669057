import { AitorError, describe } from "../../base/index.ts";
import type { EngineEvent } from "./events.ts";

/** The types of the engine's own events: what they say drives recovery, so nobody else may record them. */
const RESERVED: Readonly<Record<EngineEvent["type"], true>> = {
  "message-received": true,
  "message-set-aside": true,
  "message-sent-again": true,
  "run-started": true,
  "run-resumed": true,
  "run-suspended": true,
  "run-paused": true,
  "run-finished": true,
  "run-failed": true,
  "run-cancelled": true,
  "run-halted": true,
  "step-started": true,
  "step-progress": true,
  "step-retried": true,
  "step-finished": true,
  "step-failed": true,
  "step-in-doubt": true,
  "step-answered": true,
  "step-abandoned": true,
  "release-failed": true,
  "work-dropped": true,
  "timer-set": true,
  "timer-fired": true,
  "signal-awaited": true,
  "signal-received": true,
  "signal-refused": true,
  "signal-failed": true,
  "scope-outlined": true,
  "branch-decided": true,
  "turn-finished": true,
  "loop-finished": true,
};

/** The type of an event of somebody else's. @param of Whose record it is to be in. @throws AitorError `invalid-value`. */
export function ownType(type: string, of: string): string {
  const isText = typeof type === "string" && /^[a-z][a-z\d]*(?:-[a-z\d]+)+$/.test(type);
  if (isText && !Object.hasOwn(RESERVED, type)) return type;
  throw new AitorError({
    code: "invalid-value",
    message: `${of} cannot record an event of this type`,
    expected: "noun and verb in lower case, such as model-called, that is no type of the engine's",
    got: isText ? `"${type}", which is the engine's own` : describe(type),
    fix: "give the event another type",
    retryable: false,
  });
}
