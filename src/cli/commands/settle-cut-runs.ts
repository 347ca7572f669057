import { EmbeddedEngine, type RunAbout, runReport } from "../../engine/index.ts";
import type { Head, Journal } from "../../journal/index.ts";
import type { Finding } from "../../sqlite/index.ts";

/**
 * Makes the runs of a repaired journal say what is true of them: one that lost events is cancelled, since steps that it would
 * go on with may have been done; one whose head was lost, or is old, gets the head that its events tell.
 *
 * @param path The damaged journal's.
 * @returns The runs that were cancelled.
 */
export async function settleCutRuns(journal: Journal, findings: readonly Finding[], path: string): Promise<string[]> {
  const cut = new Map<string, number>();
  const streams = new Set<string>();
  for (const { what, name, cutAt } of findings) {
    if (what !== "stream" || name === undefined) continue;
    streams.add(name);
    if (cutAt !== undefined) cut.set(name, cutAt);
  }
  const cancelled: string[] = [];
  await using engine = new EmbeddedEngine({ journal });
  for (const stream of streams) {
    const at = cut.get(stream);
    if ((await settleHead(journal, stream, at !== undefined)) !== "cut") continue;
    await engine.cancel(stream, `events behind event ${at} were lost when ${path} was damaged`);
    cancelled.push(stream);
  }
  return cancelled;
}

/** @returns `cut` where it is a run that has lost its end. */
async function settleHead(journal: Journal, stream: string, isCut: boolean): Promise<"cut" | undefined> {
  let head: Head | undefined;
  for await (const each of journal.heads({ stream })) head = each;
  const report = await runReport(journal.read(stream));
  if (head === undefined ? report === undefined : head.kind !== "run") return undefined;
  const ended = report?.endedAt !== undefined;
  const state = ended || !isCut ? (report?.state ?? "running") : "running";
  const about = head?.about ?? aboutOf(report);
  await journal.append([], { heads: [{ stream, kind: "run", state, ended, about }] });
  return isCut && !ended ? "cut" : undefined;
}

function aboutOf(report: Awaited<ReturnType<typeof runReport>>): RunAbout {
  const { name = "", key, parent } = report ?? {};
  return { name, ...(key !== undefined && { key }), ...(parent !== undefined && { parent }) };
}
