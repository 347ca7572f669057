import type { Clock, promptFaults, Runnable, StepContext } from "aitor";

import type { Ledger } from "./ledger.ts";

type Prompt = Parameters<typeof promptFaults>[0];

/** What agents, tools and models reach outside of the journal. */
export interface Outside {
  readonly seed: number;
  /** Of the process. */
  readonly number: number;
  /** Nothing goes wrong but what goes wrong each time. */
  readonly calm: boolean;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly flow: Runnable<string, string>;
  /** Hangs for ever where the process is dead. */
  alive(): Promise<void>;
  /** Waits until the simulation lets it go on. */
  pause(label: string): Promise<void>;
  /** An effect on the world: it is called, it happens, and it is told that it has. */
  effect(step: StepContext, once?: boolean, fails?: boolean): Promise<string>;
  /** The body was given the result of a step: it is durable. */
  told(step: StepContext): void;
  reply(id: string): string;
  sleeps(place: string): void;
  slept(place: string, ms: number): void;
  /** What a provider would refuse of what a model is shown. */
  shown(prompt: Prompt, family: Parameters<typeof promptFaults>[1]): readonly string[];
  /** How many tokens a model writes. */
  written(wanted: number, most: number): number;
}
