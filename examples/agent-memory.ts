import { type AgentEvent, AitorHost, defineAgent, memoryJournal } from "aitor";
import { z } from "zod";

const journal = memoryJournal(); // sqliteJournal("aitor.db")

// Yesterday's code.
const Cart = defineAgent({
  name: "cart",
  memory: () => ({ items: [] as string[] }),
  message: z.string(), // any other message is refused before anything is recorded
  onReceive: (item, ctx) => ctx.memory.update((draft) => void draft.items.push(item)),
});
{
  await using host = new AitorHost({ journal });
  const cart = await host.open(Cart, "ada");
  await cart.ask("lamp");
  await cart.tell("chair");
  await cart.update((draft) => void draft.items.sort()); // from outside, in its turn
}

// Today's code: memory of an older version is migrated to this one and checked.
const Item = z.object({ name: z.string(), count: z.number() });
const NewCart = defineAgent({
  name: "cart",
  version: "2",
  memory: () => ({ items: [] as z.infer<typeof Item>[] }),
  schema: z.object({ items: z.array(Item) }),
  migrate: (memory, from) => {
    if (from !== "1") throw new Error(`nothing is known of version ${from}`);
    return { items: (memory as { items: string[] }).items.map((name) => ({ name, count: 1 })) };
  },
  onReceive: (name: string, ctx) => {
    ctx.memory.update(({ items }) => {
      const known = items.find((item) => item.name === name);
      if (known === undefined) items.push({ name, count: 1 });
      else known.count++;
    });
  },
});
await using host = new AitorHost({ journal, agents: [NewCart] });
const commits: number[] = [];
host.observe((event: AgentEvent) => void (event.type === "memory-changed" && commits.push(event.seq)));
const cart = await host.open(NewCart, "ada");
await cart.ask("lamp");
await cart.ask("desk");
console.log(await cart.read(({ items }) => items.map(({ name, count }) => `${count} × ${name}`)));

// A new agent that knows what this one knew before its last message.
const before = await cart.fork("ada-before", { at: commits[0] as number });
console.log((await before.read()).items.length);

// The memory is exported, and later imported again.
const file = await cart.exportMemory();
await cart.ask("rug");
await cart.importMemory(JSON.parse(JSON.stringify(file)));
console.log((await cart.read()).items.length);

/* prints:
[ '1 × chair', '2 × lamp', '1 × desk' ]
2
3
*/
