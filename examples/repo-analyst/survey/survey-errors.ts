import { AitorError } from "aitor";

import { visible } from "../../repo-report/escape.ts";
import type { Ended } from "./survey-process.ts";

export function unknownSurvey(id: string, journal: string): AitorError {
  return new AitorError({
    code: "survey-unknown",
    message: `there is no survey "${id}" on record`,
    expected: `the id of one in ${visible(journal)}`,
    got: id,
    fix: "see which there are: npx aitor runs",
  });
}

export function unfinishedSurvey(id: string): AitorError {
  return new AitorError({
    code: "survey-unfinished",
    message: `survey "${id}" is not finished`,
    expected: "one that has ended",
    got: "one that was interrupted, or is under way",
    fix: `finish it: npx aitor resume ${id}`,
  });
}

export function noReport(id: string, { code, signal }: Ended, isOnRecord: boolean): AitorError {
  const failed = `one that failed, with exit code ${code ?? "none"}`;
  const show = isOnRecord ? `see what it did: npx aitor show ${id}` : "see why, above";
  return new AitorError({
    code: "no-report",
    message: "there is no report",
    expected: "a survey that ends with an answer",
    got: signal === null ? failed : `one whose process was killed (${signal})`,
    fix: signal === null ? show : "start again: it goes on where it was",
  });
}
