import { agentMutants } from "./engine-agent-mutants.fixture.ts";
import { loopMutants, runMutants, stepMutants } from "./engine-run-mutants.fixture.ts";
import { messageMutants, recoveryMutants } from "./engine-message-mutants.fixture.ts";
import type { EngineMutant } from "./engine-mutant.fixture.ts";
import {
  cancelMutants,
  childMutants,
  doubtMutants,
  signalMutants,
  timerMutants,
} from "./engine-wait-mutants.fixture.ts";

/** Every fault that the suite must find. */
export const engineMutants: readonly EngineMutant[] = [
  ...runMutants,
  ...stepMutants,
  ...loopMutants,
  ...cancelMutants,
  ...doubtMutants,
  ...timerMutants,
  ...signalMutants,
  ...childMutants,
  ...messageMutants,
  ...agentMutants,
  ...recoveryMutants,
];
