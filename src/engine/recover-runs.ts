import type { Head, Journal } from "../journal/index.ts";
import type { ActiveRuns } from "./active-runs.ts";
import { crashesOf } from "./crashes.ts";
import type { Definitions } from "./definitions.ts";
import type { Recovery } from "./engine.ts";
import type { RunAbout } from "./events.ts";
import type { Mailboxes } from "./mailboxes.ts";
import { engineOf } from "./journal-engines.ts";
import { inOrder } from "./message-order.ts";
import { headOf } from "./recorded-run.ts";
import { RecoveredRun } from "./recovered-run.ts";
import type { Slots } from "./slots.ts";

export interface RecoverySettings {
  readonly journal: Journal;
  readonly runs: ActiveRuns;
  readonly definitions: Definitions;
  readonly mailboxes: Mailboxes;
  readonly recovering: Slots;
  readonly attempts: number;
  /** Only the runs of this definition. @default those of all */
  readonly name: string | undefined;
  readonly cancel: (id: string, reason: unknown) => Promise<void>;
  /** Resolves, or rejects, when it has ended. `free` gives its place back. */
  readonly resume: (name: string, id: string, free: () => void) => Promise<void>;
}

/**
 * Finds what did not end, by the heads alone, and goes on with what the engine has definitions of. A child is left to its
 * parent, which goes on with it, and cancelled where that has ended.
 */
export async function recoverRuns(settings: RecoverySettings): Promise<Recovery> {
  const { journal, runs, definitions, mailboxes, attempts } = settings;
  const found = { runs: [] as string[], messages: [] as string[], unknown: [] as Recovery["unknown"][number][] };
  const stuck: string[] = [];
  const messages: Head[] = [];
  const unfinished: Head[] = [];
  for await (const head of journal.heads({ kind: "run", ended: false })) unfinished.push(head);
  for (const head of unfinished) {
    const { stream: id, about } = head;
    const { name, key, parent } = about as RunAbout;
    if (settings.name !== undefined && name !== settings.name) continue;
    if (runs.get(id) !== undefined && key === undefined) continue;
    if (runs.get(id) === undefined && engineOf(id, journal.inbox) !== undefined) continue;
    if (parent !== undefined) {
      const ended = (await headOf(journal, parent))?.ended ?? true;
      if (ended && runs.get(parent) === undefined)
        await settings.cancel(id, `run "${parent}", whose child it is, has ended`);
    } else if (!definitions.has(name)) found.unknown.push({ id, name });
    else if (key !== undefined) {
      messages.push(head);
      found.messages.push(id);
    } else {
      const recovered = await RecoveredRun.read(journal.read(id));
      if (recovered === undefined || recovered.ending !== undefined) continue;
      if ((await crashesOf(journal, recovered)).crashes >= attempts) stuck.push(id);
      else {
        found.runs.push(id);
        void goOn(settings, id, name);
      }
    }
  }
  for (const head of inOrder(messages)) mailboxes.recover(head);
  return { ...found, stuck };
}

async function goOn({ runs, recovering, resume }: RecoverySettings, id: string, name: string): Promise<void> {
  const free = await recovering.take();
  try {
    if (runs.get(id) === undefined) await resume(name, id, free);
  } catch {
    // Told by the run itself: its failure is on record, and observers heard of a halt.
  } finally {
    free();
  }
}
