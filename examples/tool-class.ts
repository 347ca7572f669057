import { type StepContext, type Tool, ToolRegistry } from "aitor";
import { z } from "zod";

// A class may be a tool, such as one with its own connection. It is opened before its first call, and disposed with
// the last registry that has it, once its calls have ended.
class StockLevel implements Tool<{ item: string }, number> {
  readonly name = "stock_level";
  readonly description = "Tells how many of an item are in stock.";
  readonly access = ["read", "external"] as const;
  readonly effect = "idempotent";
  readonly category = "shop";
  readonly input = z.object({ item: z.string() });
  #connection: Map<string, number> | undefined;

  async open(): Promise<void> {
    console.log("connects");
    this.#connection = new Map([["lamp", 4]]);
  }

  async run({ item }: { item: string }, step: StepContext): Promise<number> {
    step.abortSignal.throwIfAborted();
    return this.#connection?.get(item) ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    console.log("disconnects");
  }
}

await using registry = new ToolRegistry({ tools: [new StockLevel()] });
for (const result of await Promise.all(["lamp", "chair"].map((item) => registry.call("stock_level", { item })))) {
  console.log(result.ok && result.value);
}

/* prints:
connects
4
0
disconnects
*/
