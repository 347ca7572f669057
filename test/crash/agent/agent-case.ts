import type { AitorHost } from "aitor";

/** An agent that is put to the test, under ids of which each handles one message. */
export interface AgentCase {
  readonly definitions: NonNullable<NonNullable<ConstructorParameters<typeof AitorHost>[0]>["agents"]>;
  /** Sends the message of that agent, and waits for the end. @returns What is wrong with its result. */
  solve(host: AitorHost, id: string): Promise<unknown>;
  /** What that agent remembers. */
  remembered(host: AitorHost, id: string): Promise<unknown>;
  /** Says yes to all that that agent asks now. */
  approve(host: AitorHost, id: string): Promise<void>;
}
