import { failedWriteMutants } from "./journal-failed-write-mutants.fixture.ts";
import type { JournalMutant } from "./journal-mutant.fixture.ts";
import { eventMutants, dataMutants, batchMutants, headMutants } from "./journal-record-mutants.fixture.ts";
import { restartMutants } from "./journal-restart-mutants.fixture.ts";
import {
  lazyMutants,
  dropMutants,
  snapshotMutants,
  blobMutants,
  deathMutants,
} from "./journal-store-mutants.fixture.ts";
import { tailMutants, closeMutants } from "./journal-tail-mutants.fixture.ts";

/** Every fault that the suite must find. */
export const journalMutants: readonly JournalMutant[] = [
  ...eventMutants,
  ...dataMutants,
  ...batchMutants,
  ...lazyMutants,
  ...headMutants,
  ...dropMutants,
  ...restartMutants,
  ...snapshotMutants,
  ...blobMutants,
  ...tailMutants,
  ...closeMutants,
  ...deathMutants,
  ...failedWriteMutants,
];
