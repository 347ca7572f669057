import type { Budget, Run } from "../../base/index.ts";

/** What a handler hands over to an agent that it delegates to. It is in the process alone, and handed over again after a restart. */
export interface Handed {
  /** What that agent may spend: what it spends counts in the budgets above. @default no limit beside its own */
  readonly budget?: Budget;
  /** Anything else. @default {} */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** How something is delegated. */
export interface DelegateOptions {
  /** Tells apart what is delegated to one agent at the same time in a scope. It becomes a part of the run's id. */
  readonly name: string;
  /** The scope that it is a part of, such as that of a tool. @default the handler itself */
  readonly scope?: Run;
  /** @default nothing */
  readonly handed?: Handed;
}

export const NOTHING_HANDED: Handed = Object.freeze({});
