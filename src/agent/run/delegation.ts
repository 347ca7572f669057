import { type AgentRef, nonEmpty, type Run, type Runnable, validate } from "../../base/index.ts";
import { type AgentBehaviour, runVersion } from "../definition/agent-behaviour.ts";
import type { AskedClass } from "../definition/asked-class.ts";
import { AgentRun, type RunPlace } from "./agent-run.ts";
import { behaviourOf } from "../definition/defined-behaviour.ts";
import { type DelegateOptions, type Handed, NOTHING_HANDED } from "../definition/handed.ts";
import { handled } from "./handled-message.ts";
import { memoryOfRun } from "../memory/run-memory.ts";

/**
 * Has an agent handle a message in a child run of the scope's. That run is no message of a mailbox: it has no turn to wait
 * for, and its memory is made of its own record alone.
 */
export async function delegate(
  place: RunPlace,
  scope: Run,
  agent: AgentRef | AskedClass,
  message: unknown,
  { name, handed = NOTHING_HANDED }: DelegateOptions,
): Promise<unknown> {
  const key = nonEmpty(name, "the name under which something is delegated");
  const behaviour = behaviourOf(agent);
  await behaviour.prepare();
  if (behaviour.message !== undefined)
    await validate(behaviour.message, message, `what is delegated to ${behaviour.name}`);
  return scope.child(new DelegatedAgent(behaviour, place, handed), message, { key });
}

/** An agent's definition, as it handles a message that was delegated to it. */
class DelegatedAgent implements Runnable {
  readonly name: string;
  readonly version: string;
  readonly #behaviour: AgentBehaviour;
  readonly #place: RunPlace;

  constructor(behaviour: AgentBehaviour, place: RunPlace, handed: Handed) {
    this.name = behaviour.name;
    this.version = runVersion(behaviour);
    this.#behaviour = behaviour;
    this.#place = { ...place, handed };
  }

  async execute(run: Run, input: unknown): Promise<unknown> {
    const { name, memory: rules, message } = this.#behaviour;
    const { journal, clock, followers } = this.#place;
    const agent = { name, id: run.id };
    const { content, kept } = await memoryOfRun(rules, run, journal, clock);
    const checked = message === undefined ? input : await validate(message, input, `what is delegated to ${name}`);
    const ctx = new AgentRun(run, agent, kept, content, this.#place);
    return handled(this.#behaviour, checked, ctx, content, followers);
  }
}
