import { isAitorError, messageOf } from "../../base/index.ts";
import { fileFinding, type Finding, findingsOf } from "./finding.ts";
import { FoundRows } from "./found-rows.ts";
import { damageOfInbox } from "./inbox-damage.ts";
import { checkPlace } from "../worker/journal-file.ts";
import { markFile, readMark } from "../format/mark.ts";
import { type Verify, verified } from "../journal/new-file.ts";
import { PageImage } from "./page-image.ts";
import { type Salvage, salvage } from "./salvage.ts";
import { journalSettings } from "../format/settings.ts";

/** The findings in a journal that was read through. */
export interface Examination {
  /** Whether everything recorded is there and unaltered. */
  readonly sound: boolean;
  /** The number of events that can be kept. */
  readonly events: number;
  readonly bytes: number;
  /** The damage, that of the journal as a whole first. */
  readonly findings: readonly Finding[];
}

/**
 * Reads all of a journal and returns what is damaged and what can be kept. It writes nothing to the journal, and another
 * process may be writing it. If something is damaged, the journal is copied to the folder for temporary files and examined
 * page by page, in this thread.
 *
 * @throws AitorError (rejects with) `journal-missing`, `journal-foreign`, `journal-version`, `journal-unavailable`;
 *   `journal-corrupt` if all is lost: its mark tells of events, and neither the file nor its log contains any.
 */
export async function examineJournal(path: string): Promise<Examination> {
  using diagnosis = await diagnose(path);
  return diagnosis.examination;
}

/** What an examination found, and what a repair needs. */
export interface Diagnosis extends Disposable {
  readonly examination: Examination;
  /** Nothing where the journal itself is whole. */
  readonly found: { readonly rows: FoundRows; readonly salvage: Salvage } | undefined;
}

/** @param verify Reads it through. */
export async function diagnose(path: string, verify: Verify = verified): Promise<Diagnosis> {
  const settings = journalSettings(path, { access: "read" });
  try {
    checkPlace(settings);
    const { events, bytes } = await verify(settings);
    const findings = damageOfInbox(settings.path);
    const examination = { sound: findings.length === 0, events, bytes, findings };
    return { examination, found: undefined, [Symbol.dispose]: () => {} };
  } catch (error) {
    if (!isAitorError(error, "journal-corrupt") && !isAitorError(error, "journal-foreign")) throw error;
    return await diagnoseDamage(settings.path, error);
  }
}

/** @param damage As the journal tells it. Another program's file has nothing that could be kept. */
async function diagnoseDamage(path: string, damage: Error): Promise<Diagnosis> {
  const mark = readMark(markFile(path));
  const image = await PageImage.of(path);
  try {
    if (image.count === 0) throw damage;
    const rows = new FoundRows(image);
    const salvaged = salvage(rows, mark === "damaged" ? undefined : mark);
    const { events } = salvaged;
    if (isAitorError(damage, "journal-foreign") && events === 0) throw damage;
    const file = fileFinding(told(damage, path), salvaged);
    const findings = [file, ...findingsOf(path, salvaged, image.damaged), ...damageOfInbox(path)];
    return {
      examination: { sound: false, events, bytes: image.bytes, findings },
      found: { rows, salvage: salvaged },
      [Symbol.dispose]: () => image[Symbol.dispose](),
    };
  } catch (error) {
    image[Symbol.dispose]();
    throw error;
  }
}

/** Without the path, which whoever reads it knows. */
function told(damage: Error, path: string): string {
  const text = messageOf(damage);
  const about = `the journal ${path} `;
  return text.startsWith(about) ? text.slice(about.length).replace(/^is damaged: /, "") : text;
}
