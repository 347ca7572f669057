import type { AgentPlace } from "../agent/index.ts";
import type { AgentRef } from "../base/index.ts";
import { ReactAgent } from "./react-agent.ts";
import type { ReactAgentOptions, ReactReply, ReasoningDefinition } from "./react-agent-options.ts";
import type { ReactMessage } from "./memory/react-message.ts";

/** A reasoning agent without an id and without state. A host opens agents of it. */
export interface ReactAgentDefinition<Context, Fields> extends AgentRef<ReactMessage, ReactReply> {
  new (place: AgentPlace): ReactAgent<Context, Fields>;
}

/**
 * Defines a reasoning agent. Open one with `host.open(Analyst, "team-7")`.
 *
 * @throws AitorError `invalid-option`, `invalid-duration`, and as tools do.
 */
export function defineReactAgent<Context = Record<string, unknown>, Fields = Record<string, never>>(
  options: ReactAgentOptions<Context, Fields>,
): ReactAgentDefinition<Context, Fields> {
  const { name, ...reasoning } = options;
  class Defined extends ReactAgent<Context, Fields> {
    override readonly name: string = name;

    protected override reasoning(): ReasoningDefinition<Context, Fields> {
      return reasoning;
    }
  }
  Object.defineProperty(Defined, "name", { value: name });
  // What is wrong with it is said here, and not where it is opened.
  void new Defined({ id: "definition" })["~agent"];
  return Defined;
}
