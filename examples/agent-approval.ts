import { AitorHost, defineAgent, isAitorError, memoryJournal } from "aitor";

const journal = memoryJournal();
const Payments = defineAgent({
  name: "payments",
  memory: () => ({ paid: 0 }),
  whileSuspended: "reject", // otherwise messages wait for their turn
  onReceive: async ({ to, amount }: { to: string; amount: number }, ctx) => {
    if (amount > 100) {
      const approved = await ctx.waitFor<boolean>("approval", { request: { to, amount }, deadline: "3d" });
      if (!approved) return "refused";
    }
    // Must never run twice: if it may have happened, the agent asks.
    const receipt = await ctx.step("pay", ({ idempotencyKey }) => `paid as ${idempotencyKey}`, { effect: "once" });
    ctx.memory.update((draft) => {
      draft.paid += amount;
    });
    return receipt;
  },
});

const first = new AitorHost({ journal, agents: [Payments] });
const payments = await first.open(Payments, "acme");
await payments.tell({ to: "supplier", amount: 500 }, { id: "invoice-7" });
while ((await payments.pending()).length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
const [busy] = await Promise.allSettled([payments.tell({ to: "supplier", amount: 1 })]);
if (busy?.status === "rejected" && isAitorError(busy.reason)) console.log(busy.reason.code);
await first.shutdown(); // the message waits in the journal and needs no process

await using host = new AitorHost({ journal, agents: [Payments] });
const resumed = await host.open(Payments, "acme");
for (const signal of await resumed.pending()) {
  console.log(signal.run, signal.key, signal.request);
  await resumed.answer(signal, { value: true });
}
// The same message again: it was received already, so it gets the reply of the first.
console.log(await resumed.ask({ to: "supplier", amount: 500 }, { id: "invoice-7" }));
console.log(await resumed.read());

/* prints:
agent-suspended
payments/acme/invoice-7 approval { to: 'supplier', amount: 500 }
paid as payments%2Facme%2Finvoice-7/pay
{ paid: 500 }
*/
