// What is too long for a reasoning agent's model
// - is kept in the agent's blobs where it has the tool that reads it: in later runs and processes, and in forks, too
// - is cut where it has not, and goes into the store that it is given
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { journals } from "../engine/journals.fixture.ts";
import { memoryJournal } from "../journal/index.ts";
import type { MockScript } from "../testing/index.ts";
import { memoryArtefacts, readArtefact, tool } from "../tools/index.ts";
import { calling, scene } from "./reasoning.fixture.ts";

const load = tool({
  name: "load",
  description: "Loads much.",
  input: z.object({}),
  access: "read",
  run: () => `${"x".repeat(50_000)}END`,
});

/** Loads once, and reads the end of what it loaded when it is asked for that. */
const script: MockScript = ({ prompt }) => {
  const said = JSON.stringify(prompt);
  if (prompt.at(-1)?.role === "tool") return "Done.";
  if (!said.includes("The end?")) return calling(["load", {}]);
  return calling(["read_artefact", { id: /art_\w+/.exec(said)?.[0], offset: 49_995 }]);
};

const tools = [load, readArtefact];

describe.each(journals)("%s", (_, open) => {
  test("an output that is too long is read by its id, after a restart too", async () => {
    const journal = open();
    const before = await scene(script, { journal, tools });
    await before.agent.solve("Load.");
    await before.host.shutdown();
    const { agent } = await scene(script, { journal, tools });
    const { run } = await agent.solve("The end?");
    expect(JSON.stringify(await Array.fromAsync(journal.read(run)))).toContain('"text":"xxxxxEND"');
  });

  test("a fork of a run has it, also when the original is deleted", async () => {
    const journal = open();
    const { agent, host } = await scene(script, { journal, tools });
    const { run } = await agent.solve("Load.");
    const { agent: fork, stream } = await agent.forkRun(run, { at: 1, as: "fork" });
    await stream.result;
    await host.delete(agent.constructor as never, "1");
    const later = await fork.solve("The end?");
    expect(JSON.stringify(await Array.fromAsync(journal.read(later.run)))).toContain('"text":"xxxxxEND"');
  });
});

test("without the tool that reads it an output that is too long is cut, and the model is told so", async () => {
  const { agent } = await scene(script, { tools: [load] });
  await agent.solve("Load.");
  const told = JSON.stringify((await agent.read()).messages({ role: "tool" }));
  expect(told).toContain("The rest was not kept.");
  expect(told).not.toContain("art_");
});

test("a store of its own is taken where an agent is given one", async () => {
  const artefacts = memoryArtefacts();
  const { agent } = await scene(script, { journal: memoryJournal(), tools, artefacts });
  await agent.solve("Load.");
  const [id = ""] = /art_\w+/.exec(JSON.stringify((await agent.read()).messages())) ?? [];
  expect((await artefacts.get(id))?.data).toHaveLength(50_003);
});
