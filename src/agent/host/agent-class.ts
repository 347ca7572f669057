import type { AgentBehaviour } from "../definition/agent-behaviour.ts";
import type { AgentPlace } from "./aitor.ts";

/** An agent of any kind. */
export interface AnyAitor {
  readonly id: string;
  readonly "~agent": AgentBehaviour;
}

/** A class that extends `Aitor`, used as a definition. */
export type AgentClass<Instance extends AnyAitor = AnyAitor> = new (place: AgentPlace) => Instance;
