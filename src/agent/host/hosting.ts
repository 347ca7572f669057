import type { MessageKey } from "../../base/index.ts";
import type { Answer, AskOptions, SendOptions } from "../../engine/index.ts";
import type { AgentBehaviour } from "../definition/agent-behaviour.ts";
import type { AgentBlobs } from "../definition/agent-blobs.ts";
import type { AgentEvent } from "../definition/agent-events.ts";
import type { HostRuns } from "../definition/host-runs.ts";
import type { HostedMemories } from "../memory/hosted-memories.ts";
import type { PendingSignal } from "../definition/pending-signals.ts";

/** What an opened agent needs from its host. */
export interface Hosting {
  /**
   * Makes a definition known to the host. Its unfinished messages continue.
   *
   * @internal
   * @throws AitorError (rejects with) `agent-taken`, `host-closed`.
   */
  register(behaviour: AgentBehaviour): Promise<void>;
  /** Whether a definition is already registered. @internal */
  knows(behaviour: AgentBehaviour): boolean;
  /** @internal */
  ask(behaviour: AgentBehaviour, id: string, message: unknown, options: AskOptions): Promise<unknown>;
  /** @internal */
  tell(behaviour: AgentBehaviour, id: string, message: unknown, options: SendOptions): Promise<string>;
  readonly memories: HostedMemories;
  /** @internal */
  blobs(behaviour: AgentBehaviour, id: string): AgentBlobs;
  /** Lists what the runs of an agent wait for from outside. @throws AitorError `host-closed`. */
  pending(behaviour: AgentBehaviour, id: string): Promise<readonly PendingSignal[]>;
  /**
   * Answers what a run waits for.
   *
   * @param key The key that `pending` returns.
   * @throws AitorError (rejects with) those of `engine.answer`.
   */
  answer(run: string, key: string, answer: Answer): Promise<void>;
  /** Ends a run and its children. Harmless after the run's end. @throws AitorError (rejects with) `run-unknown`. */
  cancel(run: string, reason: unknown): Promise<void>;
  readonly runs: HostRuns;
  observe(listener: (event: AgentEvent) => void | Promise<void>, key?: MessageKey): () => void;
}

type DefaultHost = Hosting & { shutdown(): Promise<void> };

let makeDefault: (() => DefaultHost) | undefined;
let shared: DefaultHost | undefined;

/** Says how the host of those who name none is made. */
export function provideDefaultHost(make: () => DefaultHost): void {
  makeDefault = make;
}

/** The process's own host, in memory; a new one after it was shut down. */
export function defaultHost(): Hosting {
  return (shared ??= (makeDefault as () => DefaultHost)());
}

/** Shuts the default host down, if there is one. */
export async function shutdownDefaultHost(): Promise<void> {
  const host = shared;
  shared = undefined;
  await host?.shutdown();
}
