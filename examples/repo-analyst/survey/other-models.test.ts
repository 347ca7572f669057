// What a model says is no figure: where it had nothing counted, the report has none, whatever the model claims.
import { AitorHost, LLMManager, memoryJournal } from "aitor";
import { MockProvider } from "aitor/testing";
import { expect, onTestFinished, test } from "vitest";

import { testFolder } from "../../repo-report/test-folder.ts";
import { defineSurveyor } from "../define-surveyor.ts";
import { markdownReport } from "./markdown-report.ts";
import { report } from "./report.ts";
import { surveyRecord } from "./survey-record.ts";

test("of a model that looks at nothing, the report has its words alone", async () => {
  const told = await reported(new MockProvider(["It has 4711 files.\n```\n| TypeScript | 4711 |"]));
  expect(told.replaceAll(/(`{3,})text\n[^]*?\n\1\n/g, "")).not.toContain("4711");
  expect(told.match(/Nobody looked at that\./g)).toHaveLength(7);
  expect(told).toContain("There was none: nothing was to be given to anybody.");
  expect(told).toMatch(/tokens? read and [\d,]+ written by mock&#47;|written by mock\/scripted/);
});

test("of one that asks in its own way, what it asked for is there, from the tools' results", async () => {
  const call = (name: string, input: unknown) => ({ toolCalls: [{ name, input }] });
  const todos = [{ id: "look", content: "count it all", assignee: "structure" }];
  const script = [
    call("plan_add", { todos }),
    call("plan_work", {}),
    call("count", { path: ".", by: "language", limit: 5 }),
    "About 99 files.",
    "It has 99 files.",
  ];
  const told = await reported(new MockProvider(script));
  expect(told).toContain("\n\n2 files, 3 lines, 6 B.\n\n");
  expect(told).toContain("| TypeScript | 1 | 2 | 4 B | 66.7 % |");
  expect(told).toContain("1 todo, all completed. It was not changed.");
});

async function reported(model: MockProvider): Promise<string> {
  const Surveyor = defineSurveyor(new LLMManager({ models: [model], retry: 1 }));
  const journal = memoryJournal();
  const host = new AitorHost({ journal, agents: [Surveyor] });
  onTestFinished(() => host.shutdown());
  const folder = testFolder({ "a.ts": "x\ny\n", "b.py": "z\n" });
  const surveyor = await host.open(Surveyor, `${folder}#survey`);
  await surveyor.solve("Survey this folder.", { id: "survey" });
  const record = await surveyRecord(journal, "survey");
  if (record === undefined) throw new Error("it is not on record");
  return markdownReport(await report(record));
}
