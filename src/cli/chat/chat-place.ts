import type { AgentClass, AgentDefinition, AitorHost } from "../../agent/index.ts";
import type { RunOrigin } from "../../engine/index.ts";
import type { AnyReactAgent } from "../watch/hosted-agent.ts";
import type { JournalPlace } from "../load/journal-place.ts";

/** A conversation, and where it is. */
export interface ChatPlace {
  readonly agent: AnyReactAgent;
  /** It is a planning agent. */
  readonly plans: boolean;
  readonly definition: AgentDefinition | AgentClass;
  /** The definition's. */
  readonly name: string;
  readonly origin: RunOrigin;
  readonly host: AitorHost;
  readonly place: JournalPlace;
  /** Its runs that go on by themselves. */
  readonly runs: readonly string[];
  /** The module, as it was given. */
  readonly target: string;
  readonly id: string;
}
