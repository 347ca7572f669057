// The run that is killed. A flow as its child lists a folder, reads it in ten batches side by side and adds them up; beside
// that stand a task that must run once, a timer with a task after it, and a signal. In the end comes a step of the run's own
// that must run once.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";

import { Aitorflow, type Input, type Run, type Runnable, type Schema, type StepContext, task } from "aitor";

import type { Figures } from "./folder.ts";
import { traces, type Witnesses } from "../points/witness.ts";

/** Absolute paths. */
export interface SurveyInput extends Witnesses {
  readonly folder: string;
}

export interface Survey {
  readonly figures: Figures;
  readonly reserved: string;
  readonly approval: string;
  readonly published: string;
}

type Part = SurveyInput & { readonly files: readonly string[] };

const BATCHES = 10;

/**
 * @param life The number of this process.
 * @param timerMs The same in all processes.
 */
export function survey(life: number, timerMs: number): Runnable<SurveyInput, Survey> {
  const told = (step: StepContext, input: SurveyInput): void => traces(life, input).told(step);
  const effect = (step: StepContext, input: SurveyInput): string => traces(life, input).effect(step);

  const list = task.step("list", (step, input: SurveyInput): Part[] => {
    told(step, input);
    const files = readdirSync(input.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    const size = Math.ceil(files.length / BATCHES);
    return Array.from({ length: BATCHES }, (_, n) => ({ ...input, files: files.slice(n * size, (n + 1) * size) }));
  });
  const read = task.step("read", async (step, part: Part): Promise<Figures> => {
    told(step, part);
    let lines = 0;
    let bytes = 0;
    for (const [index, file] of part.files.entries()) {
      const content = readFileSync(file);
      bytes += content.length;
      for (const byte of content) if (byte === 10) lines++;
      if (index % 100 === 99) await setImmediate(); // the others read too
    }
    return { files: part.files.length, lines, bytes };
  });
  const total = task.step("total", (step, input: SurveyInput, parts: readonly Figures[]): Figures => {
    told(step, input);
    const sum = (of: keyof Figures): number => parts.reduce((all, part) => all + part[of], 0);
    return { files: sum("files"), lines: sum("lines"), bytes: sum("bytes") };
  });
  const reserve = task.step("reserve", (step, input: SurveyInput) => effect(step, input), { effect: "once" });

  const after = task.step("after", (step, input: SurveyInput): boolean => {
    told(step, input);
    return true;
  });

  const count = Aitorflow.define("count", (flow, input: Input<SurveyInput>) => [
    flow.add(total, input, flow.map(read, flow.add(list, input))),
    flow.add(reserve, input),
    flow.add(after, flow.timer("pause", timerMs, input)),
    flow.signal("approval", text),
  ]);

  return {
    name: "survey",
    version: "1",
    async execute(run: Run, input) {
      const { total: figures, reserve: reserved, approval } = await run.child(count, input);
      const published = await run.step("publish", (step) => effect(step, input), { effect: "once" });
      return { figures, reserved, approval, published };
    },
  };
}

/** What must be on record before a step is called, by the keys of both. */
export function needsOf(key: string): readonly string[] {
  if (key.startsWith("read[")) return ["list"];
  if (key === "total") return Array.from({ length: BATCHES }, (_, n) => `read[${n}]`);
  if (key === "after") return ["pause"];
  return key === "publish" ? ["count"] : [];
}

const text: Schema<unknown, string> = {
  "~standard": {
    version: 1,
    vendor: "aitor",
    validate: (value) => (typeof value === "string" ? { value } : { issues: [{ message: "a text" }] }),
  },
};
