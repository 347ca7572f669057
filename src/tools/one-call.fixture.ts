// node src/tools/one-call.fixture.ts: reads { registry, name, args, context } from its arguments, makes that one call in
// this process, and writes what it gives.
import "../engine/index.ts";

import { z } from "zod";
import type { Tool } from "./index.ts";
import { builtInTools, memoryArtefacts, tool, ToolRegistry } from "./index.ts";

/** A tool with a connection of its own, that it opens anew in each process. */
class Prices implements Tool<{ item: string }, string> {
  readonly name = "price";
  readonly description = "Tells the price of an item.";
  readonly access = ["read", "external"] as const;
  readonly effect = "idempotent";
  readonly input = z.object({ item: z.string() });
  #prices: ReadonlyMap<string, number> | undefined;

  async open(): Promise<void> {
    this.#prices = new Map([["lamp", 40]]);
  }

  run({ item }: { item: string }, _step: unknown, { values }: { values: Readonly<Record<string, unknown>> }): string {
    const price = this.#prices?.get(item);
    if (price === undefined) throw new Error(`no price for ${item}`);
    return `${price} ${String(values["currency"])}`;
  }
}

/** Gives more than can be shown. */
const lines = tool({
  name: "lines",
  description: "Gives lines.",
  access: "read",
  input: z.object({ count: z.int() }),
  run: ({ count }) => Array.from({ length: count }, (_, n) => `line ${n}`),
});

/** Works in two steps. */
const order = tool({
  name: "order",
  description: "Orders an item.",
  access: "write",
  input: z.object({ item: z.string() }),
  orchestrate: async ({ item }, run) => {
    const id = await run.step("reserve", () => `order of ${item}`, { effect: "once" });
    return { id, left: await run.step("count", () => 4) };
  },
});

export function registry(): ToolRegistry {
  return new ToolRegistry({ tools: [...builtInTools, new Prices(), lines, order] });
}

const [given] = process.argv.slice(2);
if (given !== undefined) {
  const { name, args, context } = JSON.parse(given) as { name: string; args: unknown; context: object };
  await using tools = registry();
  const result = await tools.call(name, args, { ...context, artefacts: memoryArtefacts() });
  process.stdout.write(JSON.stringify(result));
}
