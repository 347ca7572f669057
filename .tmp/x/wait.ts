import { appendFileSync } from "node:fs";
import { z } from "zod";
export default { name: "order", version: "1", async execute(run: any, input: any) {
  await run.step("first", () => { appendFileSync("effects", "first\n"); return 1; });
  const a = await run.waitFor("approval", { request: { input }, schema: z.object({ ok: z.boolean() }) });
  const c = await run.step("charge", () => { appendFileSync("effects", "charge\n"); return 2; }, { effect: "once" });
  return { a, c };
}};
