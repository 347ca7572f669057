import { approvalHash, EmbeddedEngine, memoryJournal, type Run, tool, ToolRegistry } from "aitor";
import { z } from "zod";

const pay = tool({
  name: "pay",
  description: "Pays a bill.",
  access: "money",
  input: z.object({ to: z.string(), euros: z.number().positive() }),
  approval: ({ euros }) => euros > 50 && `${euros} € is more than 50 €`,
  run: ({ to, euros }) => `paid ${euros} € to ${to}`,
});
const registry = new ToolRegistry({ tools: [pay], policy: { approval: { access: ["exec"] } } });

// A model's call, in a run that asks a person first. An approval applies to this very call, and no model can give it.
const agent = {
  name: "agent",
  version: "1",
  execute: async (run: Run) => {
    const call = { id: "call-1", name: "pay", args: { to: "Ada", euros: 80 } };
    const request = await registry.needsApproval(call);
    if (request === undefined) return registry.execute(call, run);
    const now = await run.step("now", () => Date.now());
    const expires = now + 60_000;
    const { tool: name, args } = request;
    const agreed = await run.waitFor("approval", { request, schema: z.boolean(), deadline: "1m" });
    if (!agreed) return registry.execute(call, run);
    const hash = approvalHash({ tool: name, args, expires, run: run.id, call: call.id });
    return registry.execute(call, run, { approval: { hash, expires } });
  },
};

for (const answer of [true, false]) {
  await using engine = new EmbeddedEngine({ journal: memoryJournal() });
  const handle = engine.start(agent, undefined, { id: "run-1" });
  for await (const event of handle) if (event.type === "run-suspended") break;
  await engine.answer("run-1", "approval", { value: answer });
  const result = await handle.result;
  console.log(result.ok ? result.value : result.error.message);
}

/* prints:
paid 80 € to Ada
tool "pay" was not called: it needs a person's approval; expected: an approval; got: none; the reason is: 80 € is more than 50 €
*/
