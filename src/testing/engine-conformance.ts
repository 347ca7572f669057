import { milliseconds } from "../base/index.ts";
import type { ConformanceCase } from "./conformance.ts";
import { branchCases, scopeCases } from "./engine-branch-cases.ts";
import { cancelCases } from "./engine-cancel-cases.ts";
import { childCases } from "./engine-child-cases.ts";
import { codeCases } from "./engine-code-cases.ts";
import { doubtCases } from "./engine-doubt-cases.ts";
import { eventCases } from "./engine-event-cases.ts";
import { forkCases } from "./engine-fork-cases.ts";
import { keeperCases } from "./engine-keeper-cases.ts";
import { deadLetterCases } from "./engine-letter-cases.ts";
import { loopCases } from "./engine-loop-cases.ts";
import { messageCases, setAsideCases } from "./engine-message-cases.ts";
import type { EngineFeature, EngineUnderTest } from "./engine-place.ts";
import { recoveryCases, stopCases, stuckCases } from "./engine-recovery-cases.ts";
import { runCases } from "./engine-run-cases.ts";
import { signalCases } from "./engine-signal-cases.ts";
import { askCases, mailboxCases, turnCases } from "./engine-ask-cases.ts";
import { attemptCases } from "./engine-attempt-cases.ts";
import { stepCases } from "./engine-step-cases.ts";
import { timerCases } from "./engine-timer-cases.ts";
import { type EngineCases, EngineTrial } from "./engine-trial.ts";

const groups: readonly (readonly [name: string, cases: EngineCases, needs?: EngineFeature])[] = [
  ["a run", runCases],
  ["a step", stepCases],
  ["an attempt", attemptCases],
  ["a scope", scopeCases],
  ["branches", branchCases],
  ["a loop", loopCases],
  ["a cancel", cancelCases],
  ["in doubt", doubtCases],
  ["a timer", timerCases],
  ["a signal", signalCases],
  ["a child", childCases],
  ["a message", messageCases],
  ["a message", setAsideCases, "set-aside"],
  ["an ask", askCases],
  ["a mailbox", mailboxCases],
  ["a turn", turnCases],
  ["a dead letter", deadLetterCases],
  ["a keeper", keeperCases],
  ["recovery", recoveryCases],
  ["recovery", stuckCases, "set-aside"],
  ["a stop", stopCases],
  ["a fork", forkCases],
  ["other code", codeCases, "code-changes"],
  ["events", eventCases, "events"],
];

/**
 * Returns what every engine promises, as cases for any test framework: `for (const { name, run } of engineConformance({ open:
 * myEngine })) test(name, run);`
 *
 * @throws AitorError `invalid-duration`.
 */
export function engineConformance(subject: EngineUnderTest): readonly ConformanceCase[] {
  const patience = milliseconds(subject.patience ?? "4s", "the patience of a conformance suite");
  const tick = milliseconds(subject.tick ?? "1m", "the tick of a conformance suite");
  return groups.flatMap(([group, cases, needs]) =>
    Object.entries(cases).map(([name, check]): ConformanceCase => {
      if (needs !== undefined && subject.lacks?.includes(needs) === true) {
        return { name: `left out, for want of ${needs}: ${group}: ${name}`, run: async () => {} };
      }
      return {
        name: `${group}: ${name}`,
        run: () => {
          const trial = new EngineTrial(subject, patience, tick);
          return trial.run(() => check(trial));
        },
      };
    }),
  );
}
