import type { Budget, Run } from "../../base/index.ts";

/** What a handler hands over to an agent that it delegates to. It is only in the process, and handed over again after a restart. */
export interface Handed {
  /** What that agent may spend. Its spending also counts in the budgets above. @default no limit besides its own */
  readonly budget?: Budget;
  /** Any other values. @default {} */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** Options of a delegated message. */
export interface DelegateOptions {
  /** Distinguishes messages that are delegated to one agent at the same time in a scope. It becomes a part of the run's id. */
  readonly name: string;
  /** The scope that the delegated run is a part of, such as that of a tool. @default the handler itself */
  readonly scope?: Run;
  /** What is handed over. @default nothing */
  readonly handed?: Handed;
}

export const NOTHING_HANDED: Handed = Object.freeze({});
