// Approvals, calls side by side, and processes that die, at random: each call is made at most once, exactly as it was approved,
// and none is lost.
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { AitorHost } from "../agent/index.ts";
import { type Journal, memoryJournal } from "../journal/index.ts";
import { LLMManager, promptFaults } from "../llm/index.ts";
import { crashingJournal, type CrashPoint, MockProvider, virtualClock } from "../testing/index.ts";
import { tool } from "../tools/index.ts";
import { defineReactAgent } from "./define-react-agent.ts";
import { calling } from "./reasoning.fixture.ts";

type Verdict = "approve" | "edit" | "reject";

interface Plan {
  /** Of each call, whether it needs an approval. */
  readonly calls: readonly boolean[];
  /** Of each process but the last one: after how many records it dies, and what is said of the calls meanwhile. */
  readonly lives: readonly {
    readonly append: number;
    readonly when: CrashPoint["when"];
    readonly verdicts: readonly Verdict[];
  }[];
  readonly last: readonly Verdict[];
}

const verdict = fc.constantFrom<Verdict[]>("approve", "edit", "reject");
const plan: fc.Arbitrary<Plan> = fc.record({
  calls: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
  lives: fc.array(
    fc.record({
      append: fc.integer({ min: 1, max: 14 }),
      when: fc.constantFrom("before", "after"),
      verdicts: fc.array(verdict, { maxLength: 5 }),
    }),
    { maxLength: 4 },
  ),
  last: fc.array(verdict, { minLength: 5, maxLength: 5 }),
});

/** What was done, by the number of the call. */
type Made = Map<number, { readonly amount: number }[]>;

function life(journal: Journal, { calls }: Plan, made: Made) {
  const clock = virtualClock(1_000);
  const pay = tool({
    name: "pay",
    description: "Pays.",
    input: z.object({ n: z.number(), amount: z.number() }),
    access: "money",
    approval: ({ n }) => calls[n] === true,
    run: ({ n, amount }) => {
      made.set(n, [...(made.get(n) ?? []), { amount }]);
      return amount;
    },
  });
  const reply = calling(...calls.map((_, n) => ["pay", { n, amount: 1 }] as const));
  const model = new MockProvider(
    ({ prompt }) => {
      expect(promptFaults(prompt, "generic")).toEqual([]);
      return prompt.some(({ role }) => role === "assistant") ? "Done." : reply;
    },
    { clock },
  );
  const Payer = defineReactAgent({ name: "payer", llm: new LLMManager({ models: [model], clock }), tools: [pay] });
  // It dies more often than a message may that gets no further.
  return { clock, host: new AitorHost({ journal, clock, agents: [Payer], attempts: 10 }), Payer };
}

/** @returns The verdicts that were taken, by the number of the call. */
async function live(
  journal: Journal & { readonly crashed?: Promise<void> },
  whole: Plan,
  verdicts: readonly Verdict[],
  world: { readonly made: Made; readonly taken: Map<number, Verdict> },
) {
  const { clock, host, Payer } = life(journal, whole, world.made);
  let isDead = false;
  void journal.crashed?.then(() => (isDead = true));
  const until = async <Out>(work: Promise<Out>): Promise<Out | undefined> => {
    let settled: { readonly value: Out } | undefined;
    work.then(
      (value) => (settled = { value }),
      () => (isDead = true),
    );
    for (let turn = 0; turn < 200 && settled === undefined && !isDead; turn++) await clock.advance(0);
    return settled?.value;
  };
  const agent = await until(host.open(Payer, "1"));
  if (agent === undefined) return undefined;
  const solving = agent.solve("Pay.", { id: "m" });
  solving.catch(() => {});
  for (const said of verdicts) {
    for (let turn = 0; turn < 20 && !isDead; turn++) await clock.advance(0);
    const pending = await until(agent.approvals());
    const asked = pending?.[0];
    if (asked === undefined) continue;
    const { n } = asked.args as { readonly n: number };
    const answer =
      said === "approve"
        ? agent.approve(asked)
        : said === "edit"
          ? agent.edit(asked, { n, amount: 2 })
          : agent.reject(asked, "no");
    // Whoever dies with it does not know whether it was taken: what is on record counts.
    if ((await until(answer.then(() => true))) === true) world.taken.set(n, said);
    else world.taken.delete(n);
  }
  const result = await until(solving);
  return { result, agent, host };
}

test("each call is made at most once, exactly as it was approved, and none is lost", async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (whole) => {
      const journal = memoryJournal();
      const world = { made: new Map() as Made, taken: new Map<number, Verdict>() };
      for (const { append, when, verdicts } of whole.lives) {
        await live(crashingJournal(journal, { append, when }), whole, verdicts, world);
      }
      const end = await live(journal, whole, whole.last, world);
      expect(end?.result).toMatchObject({ status: "answered", answer: "Done." });
      const memory = await end!.agent.read();
      expect(memory.messages({ role: "tool" })).toHaveLength(whole.calls.length);
      for (const [n, needs] of whole.calls.entries()) {
        const made = world.made.get(n) ?? [];
        expect(made.length, `call ${n}`).toBeLessThanOrEqual(1);
        const said = needs ? world.taken.get(n) : "approve";
        if (said === "reject") expect(made, `call ${n}`).toEqual([]);
        if (said === "approve" && made.length > 0) expect(made, `call ${n}`).toEqual([{ amount: 1 }]);
        if (said === "edit" && made.length > 0) expect(made, `call ${n}`).toEqual([{ amount: 2 }]);
        const output = memory.messages({ role: "tool" })[n]?.parts[0]?.output;
        if (output?.type === "json") expect(made, `call ${n}`).toEqual([{ amount: output.value }]);
      }
      await end!.host.shutdown();
    }),
    { numRuns: 150 },
  );
}, 120_000);
