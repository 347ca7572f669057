import { activeLog, loggedError } from "../../base/index.ts";
import type { EngineEvent } from "../../engine/index.ts";
import type { AgentEvent } from "../definition/agent-events.ts";
import type { AgentFailure } from "./host-options.ts";

/** Passes on what somebody should look at; with nobody there it is logged. */
export function failureReports(
  onFailure: ((failure: AgentFailure) => void | Promise<void>) | undefined,
): (event: AgentEvent) => void | Promise<void> {
  return (event) => {
    if (!isFailure(event)) return;
    if (onFailure !== undefined) return onFailure(event);
    // What becomes of a message is told by its run.
    if (event.type.startsWith("message-")) return;
    const { agent, type, error, at } = event;
    const properties = { agent: agent.name, id: agent.id, error: loggedError(error) };
    activeLog()?.write("error", "agent", at, `${agent.name} "${agent.id}": ${type}: ${error.message}`, properties);
  };
}

/** Whether what happens in a run may be something to be looked at. */
export function mayBeFailure({ type }: EngineEvent): boolean {
  return type === "run-failed" || type === "run-halted" || type === "message-set-aside";
}

function isFailure(event: AgentEvent): event is AgentFailure {
  switch (event.type) {
    case "message-failed":
      return !event.cancelled;
    case "message-halted":
    case "message-set-aside":
    case "memory-set-aside":
    case "memory-left-out":
    case "event-left-out":
      return true;
    default:
      return false;
  }
}
