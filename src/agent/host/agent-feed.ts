import { callSafely, invalidOption, logFailure, type MessageKey } from "../../base/index.ts";
import { type EngineEvent, messageKeyOf } from "../../engine/index.ts";
import type { AgentEvent } from "../definition/agent-events.ts";

type Listener = (event: AgentEvent) => void | Promise<void>;

/** An object for each call, since one function may be given twice. */
interface Observer {
  readonly listener: Listener;
  /** Only the events of this agent. */
  readonly key: MessageKey | undefined;
}

/** The events of engines that mean something to agents. */
const TOLD: ReadonlySet<string> = new Set<EngineEvent["type"]>([
  "message-received",
  "message-sent-again",
  "message-set-aside",
  "run-cancelled",
  "run-failed",
  "run-finished",
  "run-halted",
  "run-resumed",
  "run-started",
  "run-suspended",
]);

/** Tells what happens to agents. With nobody there it costs one comparison. */
export class AgentFeed {
  readonly #observers = new Set<Observer>();
  readonly #now: () => number;
  /** Is told of everything, too. */
  readonly #failures: Listener;

  constructor(now: () => number, failures: Listener) {
    this.#now = now;
    this.#failures = failures;
  }

  /** @throws AitorError `invalid-option`. */
  observe(listener: Listener, key?: MessageKey): () => void {
    if (typeof listener !== "function") throw invalidOption("an observer of agents", "a function of events", listener);
    const observer = { listener, key };
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  tell(event: AgentEvent): void {
    callSafely(this.#failures, event, (thrown) => this.#failed(thrown));
    for (const { listener, key } of this.#observers) {
      if (key !== undefined && (key.name !== event.agent.name || key.id !== event.agent.id)) continue;
      callSafely(listener, event, (thrown) => this.#failed(thrown));
    }
  }

  /** Tells what an event of an engine means to the agent whose message the run handles. */
  translate(event: EngineEvent): AgentEvent | undefined {
    if (event.key !== "" || !TOLD.has(event.type)) return undefined;
    const { run, at } = event;
    const found = messageKeyOf(run);
    if (found === undefined) return undefined;
    const { key: agent, message } = found;
    const of = { agent, message, at, run };
    switch (event.type) {
      case "message-received":
        return { type: "message-received", agent, message, at, run, value: event.data.message };
      case "run-started":
      case "run-resumed":
        return { type: "message-begun", agent, message, at, run };
      case "run-finished": {
        const { output, durationMs } = event.data;
        return { type: "message-handled", agent, message, at, run, reply: output, durationMs };
      }
      case "run-suspended":
        return { type: "message-suspended", ...of, waitsFor: event.data.waitsFor };
      case "run-failed":
      case "run-cancelled":
        return { type: "message-failed", ...of, error: event.data.error, cancelled: event.type === "run-cancelled" };
      case "run-halted": {
        const { error } = event.data;
        return error.code === "engine-closed" ? undefined : { type: "message-halted", ...of, error };
      }
      case "message-set-aside":
        return { type: "message-set-aside", ...of, error: event.data.error };
      case "message-sent-again":
        return { type: "message-sent-again", ...of, as: event.data.message };
      default:
        return undefined;
    }
  }

  /** Nobody but those who look for failures is there. */
  get idle(): boolean {
    return this.#observers.size === 0;
  }

  #failed(thrown: unknown): void {
    logFailure("agent", this.#now(), "an observer of agents failed", thrown);
  }
}
