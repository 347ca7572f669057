import { milliseconds } from "../base/index.ts";
import type { ConformanceCase } from "./conformance.ts";
import { batchCases } from "./journal-batch-cases.ts";
import { blobCases } from "./journal-blob-cases.ts";
import { closeCases } from "./journal-close-cases.ts";
import { dataCases } from "./journal-data-cases.ts";
import { deathCases } from "./journal-death-cases.ts";
import { dropCases } from "./journal-drop-cases.ts";
import { eventCases } from "./journal-event-cases.ts";
import { failedWriteCases, failedWriteDeathCases } from "./journal-failed-write-cases.ts";
import { headCases } from "./journal-head-cases.ts";
import { lazyCases } from "./journal-lazy-cases.ts";
import { restartCases } from "./journal-restart-cases.ts";
import { snapshotCases } from "./journal-snapshot-cases.ts";
import { tailCases } from "./journal-tail-cases.ts";
import { type JournalCases, JournalTrial, type JournalUnderTest } from "./journal-trial.ts";

type Group = readonly [group: string, cases: JournalCases];

const everyJournal: readonly Group[] = [
  ["events", eventCases],
  ["data", dataCases],
  ["a batch", batchCases],
  ["a lazy append", lazyCases],
  ["heads", headCases],
  ["a dropped stream", dropCases],
  ["a stream that begins anew", restartCases],
  ["a snapshot", snapshotCases],
  ["bytes", blobCases],
  ["a tail", tailCases],
  ["a closed journal", closeCases],
];

/**
 * Returns what every journal promises, as cases for any test framework: `for (const { name, run } of journalConformance({ open:
 * myJournal })) test(name, run);`
 *
 * With `reopen`, it adds what a journal promises that outlives its process. With `failWrites`, it adds what a journal promises
 * whose writes can fail.
 *
 * @throws AitorError `invalid-duration`.
 */
export function journalConformance(subject: JournalUnderTest): readonly ConformanceCase[] {
  const patience = milliseconds(subject.patience ?? "4s", "the patience of a conformance suite");
  return groupsOf(subject).flatMap(([group, cases]) =>
    Object.entries(cases).map(([name, check]): ConformanceCase => ({
      name: `${group}: ${name}`,
      run: () => {
        const trial = new JournalTrial(subject, patience);
        return trial.run(() => check(trial));
      },
    })),
  );
}

function groupsOf(subject: JournalUnderTest): readonly Group[] {
  const groups = [...everyJournal];
  const [outlives, fails] = [subject.reopen !== undefined, subject.failWrites !== undefined];
  if (outlives) groups.push(["after a death", deathCases]);
  if (fails) groups.push(["a failed write", failedWriteCases]);
  if (outlives && fails) groups.push(["after a failed write and a death", failedWriteDeathCases]);
  return groups;
}
