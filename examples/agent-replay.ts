import { AitorHost, defineAgent } from "aitor";

let calls = 0;
const price = (): number => 100 + calls++;

/** The agent as it is, or as it would be with another limit. */
const shop = (limit: number) =>
  defineAgent({
    name: "shop",
    memory: () => ({ refused: 0 }),
    onReceive: async (article: string, ctx) => {
      const asked = await ctx.step("price", price);
      if (asked <= limit) return `${article}: ${asked}`;
      ctx.memory.update((draft) => void draft.refused++);
      return `${article}: too dear`;
    },
  });

const Shop = shop(200);
await using host = new AitorHost({ agents: [Shop] });
const runs: string[] = [];
host.observe((event) => {
  if (event.type === "message-handled") runs.push(event.run);
});
await (await host.open(Shop, "a")).ask("lamp", { id: "m" });

// The run again, from its record: no step runs. Would other code have decided the same?
for (const run of runs) {
  console.log(run, (await host.runs.replay(Shop, run)).same);
  console.log((await host.runs.replay(shop(50), run)).difference);
}
console.log(calls);

/* prints:
shop/a/m true
{
  recorded: 'run-finished {"output":"lamp: 100"}',
  replayed: 'run-finished {"output":"lamp: too dear"}',
  seq: 5
}
1
*/
