import { Aitorflow, type Input, task } from "aitor";

import { outFile } from "./out-file.ts";
import { repoReport } from "./repo-report.ts";
import { markdown } from "./report.ts";
import type { Sections } from "./sections.ts";

/** What is reported on, and where the report goes: absolute paths, so that any process can go on with it. */
export interface Job {
  readonly folder: string;
  readonly out: string;
}

const folderOf = task("folder", ({ folder }: Job) => folder);

/** Replaces the file at once, so that doing it again leaves the same. */
const write = task.step("write", async (step, { folder, out }: Job, sections: Sections) => {
  const file = await outFile(out);
  await file.write(markdown(folder, sections, repoReport.toMermaid()), step.abortSignal);
  return sections;
});

/** Reads a folder, writes the report on it, and gives its sections. */
export const reportJob = Aitorflow.define("report", (flow, job: Input<Job>) => {
  const folder = flow.add(folderOf, job);
  const sections = flow.add(repoReport.asTask("read-folder"), folder);
  return flow.add(write, job, sections);
});
