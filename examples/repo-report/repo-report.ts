import { defineAgent, type Schema } from "aitor";

import { changesBetween, sinceLast } from "./since.ts";
import { figuresOf } from "./figures.ts";
import { foundFiles } from "./found-files.ts";
import { type Memory, remember } from "./memory.ts";
import { outFile } from "./out-file.ts";
import { readFolder } from "./read-folder.ts";
import { markdown, type Report } from "./report.ts";

/** What it is asked: the absolute path of the file that the report goes to, so that any process can go on with it. */
export interface ReportRequest {
  readonly out: string;
}

const request: Schema<unknown, ReportRequest> = {
  "~standard": {
    version: 1,
    vendor: "repo-report",
    validate(value) {
      const { out } = (value ?? {}) as Partial<ReportRequest>;
      if (typeof out === "string" && out !== "") return { value: { out } };
      return { issues: [{ message: 'the path of the file to write, such as { "out": "/tmp/report.md" }' }] };
    },
  },
};

/**
 * Reports on a folder, whose absolute path is its id, and remembers what it found: the next report says what changed. The
 * reply and what is remembered are recorded together, so a report that was cut off is not remembered in part.
 */
export const repoReport = defineAgent({
  name: "repo-report",
  message: request,
  memory: (): Memory => ({}),
  onReceive: async ({ out }, ctx): Promise<Report> => {
    const folder = ctx.agent.id;
    const at = await ctx.now();
    const { output } = await ctx.run(readFolder, folder);
    const { scan, read, ...sections } = output;

    const { last } = ctx.memory.value;
    const files = foundFiles(scan, read, last?.files);
    const figures = figuresOf(sections);
    const changes = changesBetween(last?.files ?? {}, files);
    const report = { at, ...(last && { since: sinceLast(last, changes, figures) }), ...sections };

    // Replaces the file at once, so that doing it again leaves the same.
    await ctx.step("write", async ({ abortSignal }) => {
      const file = await outFile(out);
      await file.write(markdown(folder, report, readFolder.toMermaid()), abortSignal);
    });
    ctx.memory.update((draft) => remember(draft, { at, figures, files }, changes));
    return report;
  },
});
