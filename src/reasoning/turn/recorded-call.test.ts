// A call as it is on record.
import { expect, test } from "vitest";
import { z } from "zod";
import { tool } from "../../tools/index.ts";
import { calling, scene } from "../reasoning.fixture.ts";
import { recordedCall } from "./recorded-call.ts";

test("a tool may be called as the step is in which the model is asked", async () => {
  const think = tool({
    name: "think",
    description: "Takes down a thought.",
    input: z.object({ thought: z.string() }),
    access: "read",
    run: () => "noted",
  });
  const { agent, journal } = await scene([calling(["think", { thought: "Hm." }]), "Done."], { tools: [think] });
  const { run } = await agent.solve("Think.");
  expect(await recordedCall(journal, run, "react/#1/think[1.1]")).toEqual({
    tool: "think",
    turn: 1,
    place: 1,
    args: { thought: "Hm." },
  });
  expect(await recordedCall(journal, run, "react/#1/think")).toBeUndefined();
});
