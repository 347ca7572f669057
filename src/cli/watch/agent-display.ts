import type { AgentEvent } from "../text/agent-event.ts";

/** Shows how a problem is being solved. */
export interface AgentDisplay {
  apply(event: AgentEvent): void;
  /** Shows text that is not about that, such as what the module prints. */
  above(text: string): void;
  /** Called once, after the last event, with what is to be said last; nothing is shown any more from then on. */
  end(last: readonly string[]): void;
}
