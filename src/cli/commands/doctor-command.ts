import { existsSync } from "node:fs";
import { resolve } from "node:path";

import { AitorError, isAitorError, typedArgument } from "../../base/index.ts";
import { type Examination, examineJournal, type Repair, repairJournal } from "../../sqlite/index.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { advisedError } from "../terminal/errors.ts";
import type { DoctorArguments } from "./doctor-arguments.ts";
import { doctorText } from "../text/doctor-text.ts";
import { findJournal, requireFile } from "../load/journal-place.ts";
import { bytesText, countText } from "../text/moment-text.ts";
import { settleCutRuns } from "./settle-cut-runs.ts";

export async function doctorCommand(
  { journal: given, repair, json }: DoctorArguments,
  output: CommandOutput,
): Promise<void> {
  const place = findJournal(given);
  // What its log alone has can be kept, too.
  if (!existsSync(`${place.file}-wal`)) {
    requireFile(
      place,
      given && "which the command names",
      "name the file of a journal that is there, or go to the folder where it is",
    );
  }
  let cancelled: readonly string[] = [];
  const examining: Promise<Examination & Partial<Repair>> =
    repair === undefined
      ? examineJournal(place.file)
      : repairJournal(place.file, resolve(repair), {
          settle: async (journal, { findings }) => {
            cancelled = await settleCutRuns(journal, findings, place.path);
          },
        });
  const examination = await examining.catch((error: unknown) => {
    throw isAitorError(error, "journal-foreign") ? advisedError(error, RESTORE) : error;
  });
  const { repaired, ...found } = examination;
  const made = repaired && { file: repair, ...repaired, cancelled };
  if (json) await output.resultJson({ journal: place.path, ...found, ...(made && { repaired: made }) });
  else await output.result(doctorText(place.path, found, output.page.style));
  if (found.sound) {
    if (repair !== undefined) output.tell(`nothing has to be repaired: ${repair} was not made\n`);
    return;
  }
  if (repaired === undefined) throw damagedError(place.path, place.option, found);
  const sizes = `(${countText(repaired.events, "event")}, ${bytesText(repaired.bytes)})`;
  const runs =
    cancelled.length === 0 ? "" : `; ${countText(cancelled.length, "run")} that lost events: cancelled there`;
  output.tell(
    `${output.style("green", "✔")} what can be kept is in ${repair} ${output.style("dim", sizes)}${runs}\n` +
      `look at it: aitor runs --journal ${typedArgument(repair ?? "")}; the damaged file is as it was\n`,
  );
}

const RESTORE = "name the file of a journal; where it was one, restore it from a backup";

function damagedError(path: string, option: string, { findings }: Examination): AitorError<"journal-damaged"> {
  const isInboxAlone = findings.every(({ what }) => what === "inbox");
  return new AitorError({
    code: "journal-damaged",
    message: `the journal ${path} is damaged`,
    expected: "what was recorded, whole and unaltered",
    got: countText(findings.length, "finding"),
    fix: isInboxAlone
      ? findings.map(({ next }) => next).join("; ")
      : `restore a backup, or write what can be kept to a new file: aitor doctor${option} --repair <file>`,
  });
}
