import type { AitorEvent, Journal, RunAbout } from "aitor";

import { folderOf } from "../folder-of.ts";

/** All that is on record of a survey: its own run and those of its sub-agents, as one sequence. */
export interface SurveyRecord {
  /** The message's id, as `aitor show` takes it. */
  readonly id: string;
  readonly run: string;
  readonly folder: string;
  readonly ended: boolean;
  /** As they came to be recorded. */
  readonly events: readonly AitorEvent[];
}

const SURVEYOR = "repo-surveyor";

/** @returns Nothing where no survey of that id is on record. */
export async function surveyRecord(
  journal: Pick<Journal, "heads" | "read">,
  id: string,
): Promise<SurveyRecord | undefined> {
  const heads = await Array.fromAsync(journal.heads({ kind: "run" }));
  const top = heads.find(({ stream, about }) => stream.endsWith(`/${id}`) && nameOf(about) === SURVEYOR);
  if (top === undefined) return undefined;
  const run = top.stream;
  const streams = heads.map(({ stream }) => stream).filter((stream) => stream === run || stream.startsWith(`${run}/`));
  const read = streams.map((stream) => Array.fromAsync(journal.read(stream)));
  const events = (await Promise.all(read)).flat().sort((a, b) => a.seq - b.seq) as AitorEvent[];
  return { id, run, folder: folderOf((top.about as RunAbout).key?.id ?? ""), ended: top.ended, events };
}

/** Surveys that have not ended, in the order of their beginnings. */
export async function unfinishedSurveys(
  journal: Pick<Journal, "heads">,
): Promise<{ readonly id: string; readonly folder: string }[]> {
  const heads = await Array.fromAsync(journal.heads({ kind: "run", ended: false }));
  return heads.flatMap(({ stream, about }) => {
    const { name, key } = about as RunAbout;
    if (name !== SURVEYOR || key === undefined) return [];
    return [{ id: stream.slice(stream.lastIndexOf("/") + 1), folder: folderOf(key.id) }];
  });
}

function nameOf(about: unknown): string {
  return (about as RunAbout).name;
}
