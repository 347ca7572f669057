import type { AgentClass, AitorHost, ReactAgent } from "aitor";

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

type Approving = InstanceType<AgentClass> &
  Pick<ReactAgent<unknown, unknown>, "exportMemory" | "approvals" | "approve">;

/** @param solve Sends the message. @returns What is wrong with the result. */
export function caseOf<Agent extends Approving>(
  definition: AgentClass<Agent>,
  solve: (agent: Agent, id: string) => Promise<unknown>,
): AgentCase {
  return {
    definitions: [definition],
    solve: async (host, id) => solve(await host.open(definition, id), id),
    remembered: async (host, id) => (await host.open(definition, id)).exportMemory(),
    approve: async (host, id) => {
      const agent = await host.open(definition, id);
      for (const asked of await agent.approvals()) await agent.approve(asked);
    },
  };
}
